//! Memory that may not be had.

use std::alloc::{Layout, alloc_zeroed};

/// So many zeros, or none where there is no memory for them. The system hands out zeroed memory
/// without touching it, so what is never filled is never paid for.
pub fn zeroed(size: usize) -> Option<Vec<u8>> {
    if size == 0 {
        return Some(Vec::new());
    }
    let layout = Layout::array::<u8>(size).ok()?;
    // SAFETY: the layout is not empty. The bytes are initialized, and were allocated by the global
    // allocator with the layout that a vector of this capacity gives back.
    unsafe {
        let bytes = alloc_zeroed(layout);
        (!bytes.is_null()).then(|| Vec::from_raw_parts(bytes, size, size))
    }
}

/// Whether so much could be had just now, for what aborts or panics where it cannot.
pub fn has_room(size: usize) -> bool {
    // Seen from outside: an allocation that nobody looks at is left out.
    std::hint::black_box(zeroed(size)).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_are_had_where_they_fit() {
        assert_eq!(zeroed(3), Some(vec![0; 3]));
        assert_eq!(zeroed(0), Some(Vec::new()));
        assert_eq!(zeroed(isize::MAX as usize), None);
    }
}
