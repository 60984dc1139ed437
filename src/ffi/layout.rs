//! How structs are laid out: every byte belongs to a field, so that a record that another language
//! declares by hand has its fields where C has them. Where there would be padding, a field `reserved`
//! stands in its place.

/// A struct without padding where a pointer has 64 bits. Where it has 32 and 8-byte fields are aligned
/// to 8 bytes, as on ARM, an odd number of pointers leaves 4 bytes. All its fields are named here.
macro_rules! no_padding {
    ($type:ident { $($field:ident),+ $(,)? }) => {
        const _: () = {
            use $crate::ffi::layout::size_of_field;
            const _ALL: fn(&$type) = |$type { $($field: _),+ }| ();
            let fields = 0 $(+ size_of_field(|whole: &$type| &whole.$field))+;
            let left = if cfg!(target_pointer_width = "64") { 0 } else { 4 };
            assert!(size_of::<$type>() - fields <= left);
        };
    };
}
pub(super) use no_padding;

pub const fn size_of_field<S, F>(_: fn(&S) -> &F) -> usize {
    size_of::<F>()
}
