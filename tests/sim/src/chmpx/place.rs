//! Where tests find programs and ports.
use std::{
    env, io,
    net::TcpListener,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU16, Ordering},
};

/// A port that nobody listens on and that fits chmpx's signed 16 bits, where the system's own
/// choice would not.
pub fn free_port() -> io::Result<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Every process begins elsewhere, so that test programs side by side do not meet.
    let start = std::process::id().wrapping_mul(61) % 20_000;
    for _ in 0..20_000_u32 {
        let step = u32::from(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = u16::try_from(10_000 + (start + step) % 20_000).map_err(io::Error::other)?;
        if TcpListener::bind(("0.0.0.0", port)).is_ok() {
            return Ok(port);
        }
    }
    Err(io::Error::from(io::ErrorKind::AddrInUse))
}

/// The path of a program of this crate, found beside the test that asks.
pub fn program(name: &str) -> PathBuf {
    let here = env::current_exe().unwrap_or_default();
    let folders = here.ancestors().skip(1).take(2).map(|folder| folder.join(name));
    folders.clone().find(|path| path.is_file()).unwrap_or_else(|| Path::new(name).to_owned())
}
