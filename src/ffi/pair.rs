//! Pairs of texts.

use libc::c_char;

use super::layout::no_padding;
use super::memory::Arena;
use crate::core::error::Result;

/// A key and its value, neither of them NULL. The only struct that never grows, so arrays of it are
/// safe.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct uc_pair {
    pub key: *const c_char,
    pub value: *const c_char,
}

no_padding!(uc_pair { key, value });

pub fn lay_out_pairs<T: AsRef<str>>(arena: &Arena, pairs: &[(T, T)]) -> Result<(*const uc_pair, usize)> {
    let view = |(key, value): &(T, T)| {
        Ok(uc_pair { key: arena.text(key.as_ref())?, value: arena.text(value.as_ref())? })
    };
    Ok((arena.made(pairs, view)?, pairs.len()))
}
