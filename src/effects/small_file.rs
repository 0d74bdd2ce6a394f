//! Reading files that somebody else may have put there: regular ones, up to a size, and without
//! waiting for a pipe that nobody writes to.

use std::fs::{Metadata, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use nix::fcntl::OFlag;

/// More than any settings file of a person has.
const LONGEST_TEXT: u64 = 1024 * 1024;

/// The bytes of the file at `path`, which has at most `longest`.
pub fn bytes(path: &Path, longest: u64) -> io::Result<Vec<u8>> {
    with_metadata(path, longest).map(|(bytes, _)| bytes)
}

/// The same, with what the file is.
pub fn with_metadata(path: &Path, longest: u64) -> io::Result<(Vec<u8>, Metadata)> {
    // One byte more shows that there are more: files of the kernel say that they have none.
    let (bytes, meta) = beginning(path, longest.saturating_add(1))?;
    if bytes.len() as u64 > longest {
        let (count, unit) = match longest {
            0..1024 => (longest, "bytes"),
            1024..0x10_0000 => (longest >> 10, "KiB"),
            _ => (longest >> 20, "MiB"),
        };
        let why = format!("it is longer than {count} {unit}");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
    }
    Ok((bytes, meta))
}

/// What the file at `path` begins with, up to `most` bytes.
pub fn beginning(path: &Path, most: u64) -> io::Result<(Vec<u8>, Metadata)> {
    // Without O_NONBLOCK a pipe would block for ever.
    let flags = OFlag::O_NONBLOCK.bits();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    let meta = file.metadata()?;
    if !meta.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    // At once, where its size is told: a secret is not read piece by piece.
    let mut bytes = Vec::with_capacity(usize::try_from(meta.len().min(most)).unwrap_or_default());
    file.take(most).read_to_end(&mut bytes)?;
    Ok((bytes, meta))
}

/// The text of a file that a person or a package wrote.
pub fn text(path: &Path) -> io::Result<String> {
    let not_text = |error| io::Error::new(io::ErrorKind::InvalidData, error);
    String::from_utf8(bytes(path, LONGEST_TEXT)?).map_err(not_text)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use nix::sys::stat::Mode;
    use nix::unistd::mkfifo;

    use super::*;

    fn why(path: &Path) -> String {
        bytes(path, 4).unwrap_err().to_string()
    }

    #[test]
    fn a_file_up_to_the_size_is_read_and_a_longer_one_says_why_not() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, "four").unwrap();
        assert_eq!(bytes(file.path(), 4).unwrap(), b"four");
        fs::write(&file, "fives").unwrap();
        assert_eq!(why(file.path()), "it is longer than 4 bytes");
        assert_eq!(beginning(file.path(), 4).unwrap().0, b"five");
    }

    #[test]
    fn a_file_of_the_kernel_is_read_though_it_says_that_it_is_empty() {
        assert!(text(Path::new("/proc/self/status")).unwrap().starts_with("Name:"));
    }

    #[test]
    fn a_pipe_that_nobody_writes_to_is_not_waited_for() {
        let directory = tempfile::tempdir().unwrap();
        let pipe = directory.path().join("pipe");
        mkfifo(&pipe, Mode::S_IRWXU).unwrap();
        assert_eq!(why(&pipe), "it is no regular file");
        assert_eq!(why(directory.path()), "it is no regular file");
        assert_eq!(
            bytes(Path::new("/nonexistent"), 4).unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
    }

    #[test]
    fn what_is_no_text_is_told_as_such() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, b"\xff").unwrap();
        assert_eq!(text(file.path()).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
