//! What C owns: blocks that `uc_free()` takes back, and arenas for what the blocks point to. All
//! of it fails, rather than aborts, where memory runs out.

use std::alloc::{Layout, alloc, dealloc};
use std::borrow::Cow;
use std::ffi::CString;
use std::io::{Write, stderr};
use std::mem::offset_of;
use std::ptr::null;

use bumpalo::{AllocErr, Bump};
use libc::{c_char, c_void};

use crate::core::error::{Error, Result, Status};
use crate::core::json::Scalar;
use crate::core::memory;
use crate::core::time::micros;

const LIVE: usize = 0x5543_4c49;
const FREED: usize = 0x5543_4445;
const FIXED: usize = 0x5543_4658;

/// Stands in front of everything that is given away.
#[repr(C)]
struct Header {
    mark: usize,
    release: unsafe fn(*mut Header),
}

#[repr(C)]
struct Block<V, O> {
    header: Header,
    /// What C sees and points at.
    view: V,
    /// What the view points into.
    owner: O,
}

/// A block that lives as long as the library: `uc_free()` lets it be.
#[repr(C)]
pub struct Fixed<V> {
    header: Header,
    view: V,
}

// SAFETY: nobody writes to it, and what its view points to is fixed, too.
unsafe impl<V> Sync for Fixed<V> {}

impl<V> Fixed<V> {
    pub const fn new(view: V) -> Self {
        const { assert!(offset_of!(Fixed<V>, view) == size_of::<Header>()) };
        Fixed { header: Header { mark: FIXED, release: keep }, view }
    }

    pub fn give(&'static self) -> *mut V {
        // From the whole block, so that the pointer may be used to find the header again.
        (&raw const *self).wrapping_byte_add(size_of::<Header>()).cast::<V>().cast_mut()
    }
}

unsafe fn keep(_: *mut Header) {}

/// Gives `view` away together with what it points into.
pub fn give<V, O>(view: V, owner: O) -> Result<*mut V> {
    const { assert!(offset_of!(Block<V, O>, view) == size_of::<Header>()) };
    let header = Header { mark: LIVE, release: release_block::<V, O> };
    // SAFETY: a block has a size, for its header, and is written before anybody reads it; no
    // reference is made, so that the pointer may be used to find the header again.
    unsafe {
        let block = alloc(Layout::new::<Block<V, O>>()).cast::<Block<V, O>>();
        if block.is_null() {
            return Err(Error::memory("an object"));
        }
        block.write(Block { header, view, owner });
        Ok(&raw mut (*block).view)
    }
}

unsafe fn release_block<V, O>(header: *mut Header) {
    // SAFETY: `give` put this function into the header of a block of these types, with the layout
    // of a box.
    drop(unsafe { Box::from_raw(header.cast::<Block<V, O>>()) });
}

#[repr(C)]
struct TextBlock {
    size: usize,
    header: Header,
}

/// Gives a text away.
pub fn give_text(text: &str) -> Result<*mut c_char> {
    const { assert!(offset_of!(TextBlock, header) + size_of::<Header>() == size_of::<TextBlock>()) };
    let text = without_nul(text)?;
    let size = size_of::<TextBlock>() + text.len() + 1;
    let header = Header { mark: LIVE, release: release_text };
    // SAFETY: the layout has room for the block and, right behind it, the text and its NUL.
    unsafe {
        let layout = Layout::from_size_align_unchecked(size, align_of::<TextBlock>());
        let block = alloc(layout).cast::<TextBlock>();
        if block.is_null() {
            return Err(Error::memory("a text"));
        }
        block.write(TextBlock { size, header });
        let chars = block.add(1).cast::<u8>();
        write_text(chars, &text);
        Ok(chars.cast())
    }
}

unsafe fn release_text(header: *mut Header) {
    // SAFETY: `give_text` put this function into the header of a block of its making.
    unsafe {
        let block = header.byte_sub(offset_of!(TextBlock, header)).cast::<TextBlock>();
        let layout = Layout::from_size_align_unchecked((*block).size, align_of::<TextBlock>());
        dealloc(block.cast(), layout);
    }
}

/// Takes back what was given. Anything else is a defect of the program, as with `free()`.
pub unsafe fn release(given: *mut c_void) {
    if given.is_null() {
        return;
    }
    // SAFETY: the caller got this pointer from `give`, `give_text` or a fixed block, which all have
    // a header in front; the mark catches most of those who did not.
    unsafe {
        let header = given.byte_sub(size_of::<Header>()).cast::<Header>();
        match (*header).mark {
            FIXED => return,
            LIVE => {}
            _ => {
                // Where there is no stderr, it ends all the same.
                let _ = writeln!(stderr(), "uc_free: this pointer is not one to free, or was freed before");
                std::process::abort();
            }
        }
        (*header).mark = FREED;
        ((*header).release)(header);
    }
}

/// A flag as C has it, 1 or 0; 0 where the service does not say.
pub fn flag(value: &Scalar) -> i32 {
    value.flag().unwrap_or(false).into()
}

/// A view and the arena that it points into.
pub fn laid_out<V>(lay_out: impl FnOnce(&Arena) -> Result<V>) -> Result<(V, Arena)> {
    let arena = Arena::default();
    Ok((lay_out(&arena)?, arena))
}

/// Holds the texts and arrays that views point to; a few large pieces, freed at once.
#[derive(Default)]
pub struct Arena(Bump);

impl Arena {
    pub fn text(&self, text: &str) -> Result<*const c_char> {
        self.text_without_nul(&without_nul(text)?)
    }

    /// A text that is known to hold no NUL, as none does that was read from JSON.
    pub fn text_without_nul(&self, text: &str) -> Result<*const c_char> {
        let layout = Layout::array::<u8>(text.len() + 1).expect("a text that is in memory");
        let chars = self.0.try_alloc_layout(layout).map_err(no_room)?;
        // SAFETY: the layout has room for the text and its NUL.
        unsafe { write_text(chars.as_ptr(), text) };
        Ok(chars.as_ptr().cast())
    }

    /// The text of a value; NULL where it is none.
    pub fn value(&self, value: &Scalar) -> Result<*const c_char> {
        value.text().map_or(Ok(null()), |text| self.text_without_nul(text))
    }

    pub fn optional(&self, text: Option<&str>) -> Result<*const c_char> {
        text.map_or(Ok(null()), |text| self.text(text))
    }

    /// A time as the service's text and in microseconds.
    pub fn time(&self, time: &Scalar) -> Result<(*const c_char, i64)> {
        Ok((self.value(time)?, time.text().and_then(micros).unwrap_or(i64::MIN)))
    }

    /// An array of texts.
    pub fn texts(&self, texts: &[Cow<str>]) -> Result<(*const *const c_char, usize)> {
        Ok((self.made(texts, |text| self.text(text))?, texts.len()))
    }

    pub fn one<T: Copy>(&self, value: T) -> Result<*const T> {
        Ok(self.0.try_alloc(value).map_err(no_room)?)
    }

    /// An array, or NULL where it would be empty.
    pub fn list<T: Copy>(&self, items: &[T]) -> Result<*const T> {
        match items.is_empty() {
            true => Ok(null()),
            false => Ok(self.0.try_alloc_slice_copy(items).map_err(no_room)?.as_ptr()),
        }
    }

    /// An array of what is made of each item.
    pub fn made<I, T: Copy>(&self, items: &[I], make: impl Fn(&I) -> Result<T>) -> Result<*const T> {
        if items.is_empty() {
            return Ok(null());
        }
        let layout = Layout::array::<T>(items.len()).map_err(|_| Error::memory("a list"))?;
        let array = self.0.try_alloc_layout(layout).map_err(no_room)?.cast::<T>();
        for (place, item) in items.iter().enumerate() {
            let made = make(item)?;
            // SAFETY: the layout has room for as many as there are items.
            unsafe { array.add(place).write(made) };
        }
        Ok(array.as_ptr())
    }

    /// An array of pointers to what is made of each item, which lives here, too.
    pub fn pointers<I, T: Copy>(
        &self,
        items: &[I],
        make: impl Fn(&I) -> Result<T>,
    ) -> Result<(*const *const T, usize)> {
        Ok((self.made(items, |item| self.one(make(item)?))?, items.len()))
    }
}

fn no_room(_: AllocErr) -> Error {
    Error::new(Status::Memory, "out of memory for what the service answered")
}

/// A copy that ends in NUL; none of a text that holds one.
pub fn c_text(text: &str) -> Result<Option<CString>> {
    let mut bytes = Vec::new();
    // With the room that the NUL takes, so that it is not moved.
    bytes.try_reserve_exact(text.len() + 1)?;
    bytes.extend_from_slice(text.as_bytes());
    Ok(CString::new(bytes).ok())
}

/// A NUL would end a C text early.
fn without_nul(text: &str) -> Result<Cow<'_, str>> {
    if memchr::memchr(0, text.as_bytes()).is_none() {
        return Ok(text.into());
    }
    let mut clean = memory::Growing::default();
    for (place, piece) in text.split('\0').enumerate() {
        clean.add(if place > 0 { "\u{FFFD}" } else { "" });
        clean.add(piece);
    }
    Ok(clean.finish()?.into())
}

/// There must be room for `text` and its NUL.
unsafe fn write_text(chars: *mut u8, text: &str) {
    // SAFETY: as the caller promises.
    unsafe {
        chars.copy_from_nonoverlapping(text.as_ptr(), text.len());
        chars.add(text.len()).write(0);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::ffi::CStr;
    use std::rc::Rc;

    use super::*;

    #[test]
    fn releasing_a_block_drops_its_view_and_its_owner_once() {
        struct Count(Rc<Cell<u32>>);
        impl Drop for Count {
            fn drop(&mut self) {
                self.0.set(self.0.get() + 1);
            }
        }
        let count = Rc::new(Cell::new(0));
        let given = give(Count(count.clone()), Count(count.clone())).unwrap();
        // SAFETY: given just now.
        unsafe { release(given.cast()) };
        assert_eq!(count.get(), 2);
    }

    #[test]
    fn a_nul_in_a_text_becomes_a_replacement_character() {
        let arena = Arena::default();
        let given = give_text("a\0b").unwrap();
        let in_arena = arena.text("\0").unwrap();
        // SAFETY: both are texts that end in NUL.
        let (given_text, arena_text) = unsafe { (CStr::from_ptr(given), CStr::from_ptr(in_arena)) };
        assert_eq!(given_text.to_str(), Ok("a\u{FFFD}b"));
        assert_eq!(arena_text.to_str(), Ok("\u{FFFD}"));
        // SAFETY: given just now.
        unsafe { release(given.cast()) };
    }

    #[test]
    fn a_fixed_block_is_not_freed_however_often_that_is_asked_for() {
        static FIXED: Fixed<u64> = Fixed::new(7);
        for _ in 0..2 {
            let given = FIXED.give();
            // SAFETY: a block of the library's, which is there for good.
            unsafe {
                assert_eq!(*given, 7);
                release(given.cast());
            }
        }
    }
}
