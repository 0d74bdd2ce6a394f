//! A file system in memory that does less than others: it cannot exchange two files, and takes only
//! so many bytes of a write. The kernel asks, a thread answers (`include/uapi/linux/fuse.h`).

use std::fs::File;
use std::io::{Read as _, Write as _};

const ENOENT: i32 = 2;
const ENOSYS: i32 = 38;

/// The kernel's is 40 bytes long.
const HEADER: usize = 40;
/// The longest write that is asked for, and the room for it.
const LONGEST: u32 = 64 * 1024;

/// A flat directory with everything that was ever in it; the root is the first.
pub struct Disk {
    files: Vec<Entry>,
    /// So many bytes are taken of a write.
    most: usize,
    /// The time: it goes on with every change.
    now: u64,
}

struct Entry {
    /// None for the root, and for what was removed.
    name: Option<String>,
    bytes: Vec<u8>,
    mode: u32,
    owner: (u32, u32),
    changed: u64,
}

/// The fields of a request or of an answer, one behind the other.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn u32(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.0[at..at + 4].try_into().unwrap())
    }

    fn u64(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.0[at..at + 8].try_into().unwrap())
    }

    /// The name that begins at `at`, and where what follows it begins.
    fn name(&self, at: usize) -> (String, usize) {
        let end = at + self.0[at..].iter().position(|byte| *byte == 0).unwrap();
        (String::from_utf8(self.0[at..end].to_vec()).unwrap(), end + 1)
    }
}

fn words(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn longs(numbers: &[u64]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

impl Disk {
    /// An empty one that takes `most` bytes of each write.
    pub fn new(most: usize) -> Self {
        let mut disk = Self { files: Vec::new(), most, now: 1_700_000_000 };
        disk.make(None, 0o040_755);
        disk
    }

    /// Answers what is asked over `device` until nobody can ask any more.
    pub fn serve(mut self, mut device: &File) {
        let mut asked = vec![0; LONGEST as usize + 4096];
        loop {
            let length = match device.read(&mut asked) {
                Ok(length) => length,
                // A request that was taken back.
                Err(error) if matches!(error.raw_os_error(), Some(ENOENT | 4 | 11)) => continue,
                Err(_) => return,
            };
            let fields = Fields(&asked[..length]);
            let (error, body) = match self.answer(fields.u32(4), fields.u64(16), &fields) {
                Some(Ok(body)) => (0, body),
                Some(Err(error)) => (-error, Vec::new()),
                None => continue,
            };
            let size = u32::try_from(16 + body.len()).unwrap();
            let mut told = words(&[size, error.cast_unsigned()]);
            told.extend(longs(&[fields.u64(8)]));
            told.extend(body);
            // Whoever asked may be gone.
            let _gone = device.write(&told);
        }
    }

    /// Nothing where no answer is waited for.
    fn answer(&mut self, call: u32, node: u64, asked: &Fields<'_>) -> Option<Result<Vec<u8>, i32>> {
        let at = usize::try_from(node).unwrap().saturating_sub(1);
        let open = || longs(&[0, 1]); // FOPEN_DIRECT_IO: a short write is the writer's to see.
        Some(match call {
            1 => self.find(&asked.name(HEADER).0).map(|at| self.entry(at)).ok_or(ENOENT),
            2 | 36 | 42 => return None,
            3 => Ok(self.attributes_for_a_while(at)),
            4 => Ok(self.change(at, asked)),
            10 => self.remove(&asked.name(HEADER).0),
            12 => self.rename(asked),
            14 | 27 => Ok(open()),
            15 | 28 => Ok(self.read(at, call == 28, asked)),
            16 => Ok(self.write(at, asked)),
            17 => Ok([longs(&[9999; 5]), words(&[4096, 255, 4096, 0, 0, 0, 0, 0, 0, 0])].concat()),
            18 | 20 | 25 | 29 | 30 | 38 => Ok(Vec::new()),
            26 => Ok([words(&[7, 31, 0, 0, 0, LONGEST, 1]), vec![0; 36]].concat()),
            35 => {
                let made = self.make(Some(asked.name(HEADER + 16).0), asked.u32(HEADER + 4));
                Ok([self.entry(made), open()].concat())
            }
            // FUSE_RENAME2 is among them: whoever lacks it cannot exchange.
            _ => Err(ENOSYS),
        })
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.files.iter().position(|file| file.name.as_deref() == Some(name))
    }

    fn make(&mut self, name: Option<String>, mode: u32) -> usize {
        self.now += 1;
        let (bytes, owner, changed) = (Vec::new(), (0, 0), self.now);
        self.files.push(Entry { name, bytes, mode, owner, changed });
        self.files.len() - 1
    }

    fn attributes(&self, at: usize) -> Vec<u8> {
        let file = &self.files[at];
        let (size, time) = (file.bytes.len() as u64, file.changed);
        let links = u32::from(file.name.is_some() || at == 0);
        [
            longs(&[at as u64 + 1, size, size.div_ceil(512), time, time, time]),
            words(&[0, 0, 0, file.mode, links, file.owner.0, file.owner.1, 0, 4096, 0]),
        ]
        .concat()
    }

    fn attributes_for_a_while(&self, at: usize) -> Vec<u8> {
        [longs(&[0, 0]), self.attributes(at)].concat()
    }

    fn entry(&self, at: usize) -> Vec<u8> {
        [longs(&[at as u64 + 1, 0, 0, 0, 0]), self.attributes(at)].concat()
    }

    /// Mode, owner, group, size: whatever of them is said to be meant.
    fn change(&mut self, at: usize, asked: &Fields<'_>) -> Vec<u8> {
        let meant = asked.u32(HEADER);
        self.now += 1;
        let file = &mut self.files[at];
        file.changed = self.now;
        if meant & 1 != 0 {
            file.mode = asked.u32(HEADER + 68);
        }
        if meant & 2 != 0 {
            file.owner.0 = asked.u32(HEADER + 76);
        }
        if meant & 4 != 0 {
            file.owner.1 = asked.u32(HEADER + 80);
        }
        if meant & 8 != 0 {
            file.bytes.resize(usize::try_from(asked.u64(HEADER + 16)).unwrap(), 0);
        }
        self.attributes_for_a_while(at)
    }

    fn remove(&mut self, name: &str) -> Result<Vec<u8>, i32> {
        let at = self.find(name).ok_or(ENOENT)?;
        self.files[at].name = None;
        Ok(Vec::new())
    }

    fn rename(&mut self, asked: &Fields<'_>) -> Result<Vec<u8>, i32> {
        let (old, next) = asked.name(HEADER + 8);
        let (new, _) = asked.name(next);
        let at = self.find(&old).ok_or(ENOENT)?;
        if let Some(replaced) = self.find(&new) {
            self.files[replaced].name = None;
        }
        self.files[at].name = Some(new);
        Ok(Vec::new())
    }

    fn read(&self, at: usize, names: bool, asked: &Fields<'_>) -> Vec<u8> {
        let from = usize::try_from(asked.u64(HEADER + 8)).unwrap();
        let most = asked.u32(HEADER + 16) as usize;
        if names {
            return self.names(from, most);
        }
        let bytes = &self.files[at].bytes;
        let from = from.min(bytes.len());
        bytes[from..(from + most).min(bytes.len())].to_vec()
    }

    /// The directory from its entry `from` on.
    fn names(&self, from: usize, most: usize) -> Vec<u8> {
        let mut told = Vec::new();
        for (at, file) in self.files.iter().enumerate().skip(from) {
            let Some(name) = &file.name else { continue };
            let mut one = longs(&[at as u64 + 1, at as u64 + 1]);
            one.extend(words(&[u32::try_from(name.len()).unwrap(), 8]));
            one.extend(name.bytes());
            one.resize(one.len().next_multiple_of(8), 0);
            if told.len() + one.len() > most {
                break;
            }
            told.extend(one);
        }
        told
    }

    fn write(&mut self, at: usize, asked: &Fields<'_>) -> Vec<u8> {
        let from = usize::try_from(asked.u64(HEADER + 8)).unwrap();
        let taken = (asked.u32(HEADER + 16) as usize).min(self.most);
        self.now += 1;
        let file = &mut self.files[at];
        file.changed = self.now;
        file.bytes.resize(file.bytes.len().max(from + taken), 0);
        file.bytes[from..from + taken].copy_from_slice(&asked.0[HEADER + 40..HEADER + 40 + taken]);
        words(&[u32::try_from(taken).unwrap(), 0])
    }
}
