//! The same minute with any other poller: a command that the user names.

use std::process::Stdio;
use std::time::Duration;

use crate::process::{milliseconds, of_ended_children};
use crate::rig::{Reach, Rig};
use crate::table::Tables;

/// How long both run.
const SPAN: Duration = Duration::from_secs(60);
/// The agent's own pace for it.
const INTERVAL: &str = "2s";

/// Runs `command` by a shell with `K2HR3_URL`, `ROLE`, `RESOURCE`, `CUK` and `TOKEN_FILE` in its
/// environment, and the agent beside it; each asks a K2HR3 of its own.
pub async fn compare(tables: &mut Tables, command: &str) {
    tables.part(
        "Compared",
        &format!(
            "Both for {} s side by side, CPU with all children: the agent at a pace of {INTERVAL}, and\n\n```sh\n{command}\n```",
            SPAN.as_secs()
        ),
        &["", "requests", "CPU a request", "bytes a request"],
    );
    let (other, mut ours) =
        tokio::join!(Rig::new(INTERVAL, 3, Reach::Http), Rig::new(INTERVAL, 3, Reach::Http));
    ours.start_chmpx();
    ours.start_agent();
    ours.settled().await;
    let begun = (ours.k2hr3.counts().await.unwrap(), crate::process::Usage::of(ours.agent_pid()));
    let mut shell = tokio::process::Command::new("sh");
    shell.arg("-c").arg(command).envs(other.environment()).kill_on_drop(true);
    shell.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let before = of_ended_children();
    // SIGTERM first: a shell waits for its children then, so that their time is counted.
    let mut child = shell.process_group(0).spawn().unwrap();
    tokio::time::sleep(SPAN).await;
    let group = nix::unistd::Pid::from_raw(i32::try_from(child.id().unwrap()).unwrap());
    nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGTERM).unwrap();
    child.wait().await.unwrap();
    let cpu = of_ended_children().saturating_sub(before);
    let counts = other.k2hr3.counts().await.unwrap();
    row(tables, "the command", counts.requests, cpu, counts.received + counts.sent);

    let counts = ours.k2hr3.counts().await.unwrap();
    let cpu = crate::process::Usage::of(ours.agent_pid()).cpu.saturating_sub(begun.1.cpu);
    let bytes = counts.received + counts.sent - begun.0.received - begun.0.sent;
    row(tables, "the agent", counts.requests - begun.0.requests, cpu, bytes);
}

fn row(tables: &mut Tables, who: &str, requests: u64, cpu: Duration, bytes: u64) {
    let each = |sum: f64| if requests == 0 { f64::NAN } else { sum / requests as f64 };
    tables.row(&[
        who.to_owned(),
        requests.to_string(),
        format!("{:.2} ms", each(milliseconds(cpu))),
        format!("{:.0}", each(bytes as f64)),
    ]);
}
