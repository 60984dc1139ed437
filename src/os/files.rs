//! Files that one call leaves for the next, in folders where others may write too.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

pub use system::path_of;

/// How often a file may be removed by others between opening and locking it.
const MOST_TRIES: u32 = 100;

/// A regular file of this user's own, which nobody else may write to and no other call uses.
pub struct OwnFile {
    path: PathBuf,
    file: File,
}

impl OwnFile {
    /// Opens it to read and to append, never through a link, or makes an empty one that only this
    /// user may read.
    pub fn open(path: &Path) -> io::Result<Self> {
        for _ in 0..MOST_TRIES {
            let file = match open_or_make(path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(explained(path, error)),
                Ok(file) => file,
            };
            check(&file.metadata()?)?;
            system::lock(&file)?;
            let own = OwnFile { path: path.to_owned(), file };
            // The call that had it before may have removed it.
            if own.is_in_place() {
                return Ok(own);
            }
        }
        Err(refused("others remove it again and again"))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn file(&self) -> &File {
        &self.file
    }

    /// Nobody else may read it from here on, where the file system has such a thing.
    pub fn make_private(&self) {
        let _ = system::make_private(&self.file);
    }

    /// Removes it, unless something else has its name by now.
    pub fn remove(&self) {
        if self.is_in_place() {
            let _ = fs::remove_file(&self.path);
        }
    }

    fn is_in_place(&self) -> bool {
        match (fs::symlink_metadata(&self.path), self.file.metadata()) {
            (Ok(found), Ok(own)) => system::is_same(&found, &own),
            _ => false,
        }
    }
}

impl Drop for OwnFile {
    fn drop(&mut self) {
        // An empty one says nothing to the next call.
        if self.file.metadata().is_ok_and(|metadata| metadata.len() == 0) {
            self.remove();
        }
        // To close it would not do where a process was forked meanwhile.
        system::unlock(&self.file);
    }
}

fn open_or_make(path: &Path) -> io::Result<File> {
    match system::options().open(path) {
        // Not in one step: in a shared folder Linux refuses that for any file of another user.
        Err(error) if error.kind() == ErrorKind::NotFound => system::options().create_new(true).open(path),
        opened => opened,
    }
}

/// The system's own words are not the clearest, such as `Too many levels of symbolic links`.
fn explained(path: &Path, error: io::Error) -> io::Error {
    let found = fs::symlink_metadata(path);
    found.ok().and_then(|found| check(&found).err()).unwrap_or(error)
}

/// Where others can write, they could say what is in it.
fn check(metadata: &Metadata) -> io::Result<()> {
    let kind = metadata.file_type();
    if kind.is_symlink() {
        return Err(refused("it is a symbolic link: name the file itself"));
    }
    if kind.is_dir() {
        return Err(refused("it is a folder: name a file in it"));
    }
    if !kind.is_file() {
        return Err(refused("it is not a regular file: name another"));
    }
    system::check_owner(metadata)
}

fn refused(why: &'static str) -> io::Error {
    io::Error::other(why)
}

#[cfg(unix)]
mod system {
    use std::ffi::OsStr;
    use std::fs::Permissions;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};

    use rustix::fs::{FlockOperation, OFlags, flock};
    use rustix::io::Errno;
    use rustix::process::geteuid;

    use super::*;

    const OWNERS: u32 = 0o600;
    const WRITABLE_BY_OTHERS: u32 = 0o022;

    /// A path is bytes here.
    pub fn path_of(bytes: &[u8]) -> Option<&Path> {
        Some(Path::new(OsStr::from_bytes(bytes)))
    }

    /// A pipe is opened at once, so that it can be refused.
    pub fn options() -> OpenOptions {
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::APPEND | OFlags::CLOEXEC;
        let mut options = OpenOptions::new();
        options.read(true).write(true).mode(OWNERS).custom_flags(flags.bits() as i32);
        options
    }

    pub fn check_owner(metadata: &Metadata) -> io::Result<()> {
        if metadata.uid() != geteuid().as_raw() {
            return Err(refused("it belongs to another user: name a file in a folder of your own"));
        }
        if metadata.mode() & WRITABLE_BY_OTHERS != 0 {
            return Err(refused("others may write to it: remove it, or chmod it to 600"));
        }
        Ok(())
    }

    pub fn lock(file: &File) -> io::Result<()> {
        match flock(file, FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::WOULDBLOCK) => Err(refused("another upload uses it: give each upload its own")),
            // Not every file system has locks.
            _ => Ok(()),
        }
    }

    pub fn unlock(file: &File) {
        let _ = flock(file, FlockOperation::Unlock);
    }

    pub fn make_private(file: &File) -> io::Result<()> {
        file.set_permissions(Permissions::from_mode(OWNERS))
    }

    pub fn is_same(one: &Metadata, other: &Metadata) -> bool {
        (one.dev(), one.ino()) == (other.dev(), other.ino())
    }
}

#[cfg(windows)]
mod system {
    use std::os::windows::fs::OpenOptionsExt;

    use super::*;

    /// A path is text here.
    pub fn path_of(bytes: &[u8]) -> Option<&Path> {
        std::str::from_utf8(bytes).ok().map(Path::new)
    }

    /// Others may read or remove it: to open it a second time, as here, fails.
    const SHARED: u32 = 0x1 | 0x4;
    /// Opens a link itself.
    const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;

    pub fn options() -> OpenOptions {
        let mut options = OpenOptions::new();
        options.read(true).write(true).share_mode(SHARED).custom_flags(FILE_FLAG_OPEN_REPARSE_POINT);
        options
    }

    /// The folder's list of who may do what is the file's.
    pub fn check_owner(_: &Metadata) -> io::Result<()> {
        Ok(())
    }

    pub fn lock(_: &File) -> io::Result<()> {
        Ok(())
    }

    pub fn unlock(_: &File) {}

    pub fn make_private(_: &File) -> io::Result<()> {
        Ok(())
    }

    pub fn is_same(_: &Metadata, _: &Metadata) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
    use std::thread;

    use super::*;

    #[test]
    fn one_opener_at_a_time_has_it_even_while_others_remove_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own");
        let (inside, had) = (AtomicU32::new(0), AtomicU32::new(0));
        let open_often = |number: u32| {
            for round in 0..500 {
                match OwnFile::open(&path) {
                    Ok(own) => {
                        assert_eq!(inside.fetch_add(1, SeqCst), 0);
                        had.fetch_add(1, SeqCst);
                        assert!(own.is_in_place());
                        inside.fetch_sub(1, SeqCst);
                        // Once it is removed, somebody else may make another.
                        if (round + number) % 2 == 0 {
                            own.remove();
                        }
                    }
                    Err(error) => assert!(error.to_string().contains("another"), "{error}"),
                }
            }
        };
        thread::scope(|scope| {
            for number in 0..4 {
                scope.spawn(move || open_often(number));
            }
        });
        assert!(had.into_inner() > 0);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_not_a_file_of_ones_own_is_refused() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let [link, target, file] = ["link", "target", "file"].map(|name| folder.path().join(name));
        let refusal = |path: &Path| OwnFile::open(path).err().expect("a refusal").to_string();
        symlink(&target, &link).unwrap();
        assert!(refusal(&link).contains("symbolic link"));
        assert!(!target.exists());
        assert!(refusal(folder.path()).contains("folder"));
        fs::write(&file, "x").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o620)).unwrap();
        assert!(refusal(&file).contains("others may write"));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        OwnFile::open(&file).unwrap().make_private();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
