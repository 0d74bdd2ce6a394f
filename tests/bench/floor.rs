//! What an unchanged look cannot do without: the request and its answer, by bare calls.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::process::milliseconds;
use crate::rig::{Reach, Rig};

/// How many requests there are, and how far apart: as of the agent that is measured beside them.
const REQUESTS: u32 = 600;
const PAUSE: Duration = Duration::from_millis(100);

/// CPU time of one request that is answered by 304 over a kept connection, in milliseconds.
#[expect(clippy::disallowed_methods, reason = "the thread that sleeps is its own")]
pub async fn cpu_of_a_look() -> f64 {
    let rig = Rig::new("1h", 3, Reach::Http).await;
    let address = rig.k2hr3.url().trim_start_matches("http://").to_owned();
    let request = rig.unchanged_request().await;
    let asking = move || {
        let mut connection = TcpStream::connect(address).unwrap();
        connection.set_nodelay(true).unwrap();
        let before = cpu_of_this_thread();
        for _ in 0..REQUESTS {
            connection.write_all(request.as_bytes()).unwrap();
            let mut answer = [0; 4096];
            let count = connection.read(&mut answer).unwrap();
            assert!(answer[..count].starts_with(b"HTTP/1.1 304"), "K2HR3 tells something else");
            std::thread::sleep(PAUSE);
        }
        milliseconds(cpu_of_this_thread().saturating_sub(before)) / f64::from(REQUESTS)
    };
    tokio::task::spawn_blocking(asking).await.unwrap()
}

fn cpu_of_this_thread() -> Duration {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(stat.split(' ').next().unwrap().parse().unwrap())
}
