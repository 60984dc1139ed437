//! What C owns: blocks that `uc_free()` takes back, and arenas for what the blocks point to.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::borrow::Cow;
use std::ffi::{c_char, c_void};
use std::mem::offset_of;
use std::ptr::null;

use bumpalo::Bump;

use crate::core::json::Scalar;
use crate::core::time::micros;

const LIVE: usize = 0x5543_4c49;
const FREED: usize = 0x5543_4445;

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

/// Gives `view` away together with what it points into.
pub fn give<V, O>(view: V, owner: O) -> *mut V {
    const { assert!(offset_of!(Block<V, O>, view) == size_of::<Header>()) };
    let header = Header { mark: LIVE, release: release_block::<V, O> };
    let block = Box::into_raw(Box::new(Block { header, view, owner }));
    // SAFETY: the block was made just now; no reference is made, so that the pointer may be
    // used to find the header again.
    unsafe { &raw mut (*block).view }
}

unsafe fn release_block<V, O>(header: *mut Header) {
    // SAFETY: `give` put this function into the header of a boxed block of these types.
    drop(unsafe { Box::from_raw(header.cast::<Block<V, O>>()) });
}

#[repr(C)]
struct TextBlock {
    size: usize,
    header: Header,
}

/// Gives a text away.
pub fn give_text(text: &str) -> *mut c_char {
    const { assert!(offset_of!(TextBlock, header) + size_of::<Header>() == size_of::<TextBlock>()) };
    let text = without_nul(text);
    let size = size_of::<TextBlock>() + text.len() + 1;
    let header = Header { mark: LIVE, release: release_text };
    // SAFETY: the layout has room for the block and, right behind it, the text and its NUL.
    unsafe {
        let layout = Layout::from_size_align_unchecked(size, align_of::<TextBlock>());
        let block = alloc(layout).cast::<TextBlock>();
        if block.is_null() {
            handle_alloc_error(layout);
        }
        block.write(TextBlock { size, header });
        let chars = block.add(1).cast::<u8>();
        write_text(chars, &text);
        chars.cast()
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
    // SAFETY: the caller got this pointer from `give` or `give_text`, both of which put a
    // header in front; the mark catches most of those who did not.
    unsafe {
        let header = given.byte_sub(size_of::<Header>()).cast::<Header>();
        if (*header).mark != LIVE {
            eprintln!("uc_free: this pointer is not one to free, or was freed before");
            std::process::abort();
        }
        (*header).mark = FREED;
        ((*header).release)(header);
    }
}

/// A view and the arena that it points into.
pub fn laid_out<V>(lay_out: impl FnOnce(&Arena) -> V) -> (V, Arena) {
    let arena = Arena::default();
    (lay_out(&arena), arena)
}

/// Holds the texts and arrays that views point to; a few large pieces, freed at once.
#[derive(Default)]
pub struct Arena(Bump);

impl Arena {
    pub fn text(&self, text: &str) -> *const c_char {
        self.text_without_nul(&without_nul(text))
    }

    /// A text that is known to hold no NUL, as none does that was read from JSON.
    pub fn text_without_nul(&self, text: &str) -> *const c_char {
        let chars =
            self.0.alloc_layout(Layout::array::<u8>(text.len() + 1).expect("a text that is in memory"));
        // SAFETY: the layout has room for the text and its NUL.
        unsafe { write_text(chars.as_ptr(), text) };
        chars.as_ptr().cast()
    }

    /// The text of a value; NULL where it is none.
    pub fn value(&self, value: &Scalar) -> *const c_char {
        value.text().map_or(null(), |text| self.text_without_nul(text))
    }

    pub fn optional(&self, text: Option<&str>) -> *const c_char {
        text.map_or(null(), |text| self.text(text))
    }

    /// A time as the service's text and in microseconds.
    pub fn time(&self, time: &Scalar) -> (*const c_char, i64) {
        (self.value(time), time.text().and_then(micros).unwrap_or(i64::MIN))
    }

    /// An array of texts.
    pub fn texts(&self, texts: &[Cow<str>]) -> (*const *const c_char, usize) {
        let texts: Vec<_> = texts.iter().map(|text| self.text(text)).collect();
        (self.list(&texts), texts.len())
    }

    pub fn one<T: Copy>(&self, value: T) -> *const T {
        self.0.alloc(value)
    }

    /// An array, or NULL where it would be empty.
    pub fn list<T: Copy>(&self, items: &[T]) -> *const T {
        if items.is_empty() { null() } else { self.0.alloc_slice_copy(items).as_ptr() }
    }

    /// An array of pointers to values that live here too.
    pub fn pointers<T: Copy>(&self, values: impl IntoIterator<Item = T>) -> (*const *const T, usize) {
        let pointers: Vec<_> = values.into_iter().map(|value| self.one(value)).collect();
        (self.list(&pointers), pointers.len())
    }
}

/// A NUL would end a C text early.
fn without_nul(text: &str) -> Cow<'_, str> {
    match memchr::memchr(0, text.as_bytes()) {
        Some(_) => text.replace('\0', "\u{FFFD}").into(),
        None => text.into(),
    }
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
        let given = give(Count(count.clone()), Count(count.clone()));
        // SAFETY: given just now.
        unsafe { release(given.cast()) };
        assert_eq!(count.get(), 2);
    }

    #[test]
    fn a_nul_in_a_text_becomes_a_replacement_character() {
        let arena = Arena::default();
        let given = give_text("a\0b");
        // SAFETY: both are texts that end in NUL.
        let (given_text, arena_text) = unsafe { (CStr::from_ptr(given), CStr::from_ptr(arena.text("\0"))) };
        assert_eq!(given_text.to_str(), Ok("a\u{FFFD}b"));
        assert_eq!(arena_text.to_str(), Ok("\u{FFFD}"));
        // SAFETY: given just now.
        unsafe { release(given.cast()) };
    }
}
