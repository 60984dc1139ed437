//! `errno`, which a call of this library leaves as it was.

/// Remembers `errno` and puts it back when it is dropped.
pub struct Errno(imp::Value);

impl Errno {
    pub fn keep() -> Self {
        Errno(imp::get())
    }
}

impl Drop for Errno {
    fn drop(&mut self) {
        imp::set(self.0);
    }
}

#[cfg(unix)]
mod imp {
    #[cfg(any(target_os = "solaris", target_os = "illumos"))]
    use libc::___errno as place;
    #[cfg(any(target_os = "android", target_os = "netbsd", target_os = "openbsd"))]
    use libc::__errno as place;
    #[cfg(any(target_os = "linux", target_os = "emscripten", target_os = "redox"))]
    use libc::__errno_location as place;
    #[cfg(any(target_vendor = "apple", target_os = "freebsd"))]
    use libc::__error as place;

    pub type Value = libc::c_int;

    pub fn get() -> Value {
        // SAFETY: the place is the calling thread's own, and always there.
        unsafe { *place() }
    }

    pub fn set(value: Value) {
        // SAFETY: as above.
        unsafe { *place() = value }
    }
}

/// Windows: the C runtime's `errno` is not touched, since Rust calls the system without it.
#[cfg(not(unix))]
mod imp {
    pub type Value = ();

    pub fn get() {}

    pub fn set((): Value) {}
}
