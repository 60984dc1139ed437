//! Operations: what the CDN makes of a file on its way, written into its address.

pub mod builder;
mod check;
mod mistake;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod samples;
mod steps;
mod table;
mod value;

pub use self::check::{check, check_each};
pub use self::mistake::shown;
pub use self::steps::{begun, is_plain, without_meaning};
pub use self::table::Subject;
