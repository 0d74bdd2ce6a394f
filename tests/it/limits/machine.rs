//! Parts of the machine that can be made small: file systems and control groups.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A file system at a directory; gone when this is.
pub struct Mount(pub PathBuf);

impl Mount {
    /// A small one in memory over `place`, with what was there before; `None` without the right.
    pub fn small(place: &Path, options: &str) -> Option<Self> {
        Self::over(place, &["-t", "tmpfs", "-o", options, "tmpfs"], None, || ())
    }

    /// Any one over `place`, with what was there before. `device` is given to `mount` as its
    /// input, and `then` is done before anything is asked of the file system.
    pub fn over(
        place: &Path,
        words: &[&str],
        device: Option<&File>,
        then: impl FnOnce(),
    ) -> Option<Self> {
        let kept: Vec<_> = fs::read_dir(place)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_file())
            .map(|path| (path.file_name().unwrap().to_owned(), fs::read(&path).unwrap()))
            .collect();
        if !mount_with(words, place, device) {
            sim::skip("nothing can be mounted here");
            return None;
        }
        then();
        for (name, bytes) in kept {
            fs::write(place.join(name), bytes).unwrap();
        }
        Some(Self(place.to_owned()))
    }

    /// `place` itself, to be made read-only.
    pub fn bound(place: &Path) -> Option<Self> {
        let there = mount(&["--bind", place.to_str().unwrap()], place);
        if !there {
            sim::skip("nothing can be mounted here");
        }
        there.then(|| Self(place.to_owned()))
    }

    pub fn again(&self, options: &str) {
        assert!(mount(&["-o", &format!("remount,{options}")], &self.0), "{options}");
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // Lazily: somebody may still look at it.
        let _gone = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn mount(words: &[&str], place: &Path) -> bool {
    mount_with(words, place, None)
}

fn mount_with(words: &[&str], place: &Path, device: Option<&File>) -> bool {
    let mut command = Command::new("mount");
    command.args(words).arg(place).stderr(Stdio::null());
    if let Some(device) = device.and_then(|device| device.try_clone().ok()) {
        command.stdin(device);
    }
    command.status().is_ok_and(|status| status.success())
}

/// A control group of its own for the agent; gone when this is.
pub struct Group(pub PathBuf);

impl Group {
    pub fn new(controller: &str) -> Option<Self> {
        let name = format!("k2agent-{}-{controller}", std::process::id());
        let path = Path::new("/sys/fs/cgroup").join(controller).join(name);
        // The second version has no such directories.
        let made = fs::create_dir(&path).is_ok() && path.join("cgroup.procs").exists();
        if !made {
            sim::skip(&format!("there is no control group for {controller} here"));
        }
        made.then_some(Self(path))
    }

    pub fn set(&self, file: &str, value: &str) {
        fs::write(self.0.join(file), value).unwrap();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let up = self.0.parent().unwrap().join("cgroup.procs");
        for pid in fs::read_to_string(self.0.join("cgroup.procs")).unwrap_or_default().lines() {
            // Whoever has ended meanwhile needs no moving.
            let _moved = fs::write(&up, pid);
        }
        let _gone = fs::remove_dir(&self.0);
    }
}
