//! Parses, builds, reports. Decides nothing but the exit code.
#![expect(clippy::print_stderr, reason = "commands talk to their user")]

use std::io::{self, Write as _};
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::time::Duration;

use clap::error::ErrorKind;

use k2hdkc_slave_agent::cli::{Cli, Command, Global, usage};
use k2hdkc_slave_agent::commands::status::fresh;
use k2hdkc_slave_agent::commands::{Exit, Failed, member, metrics, rollback, run};
use k2hdkc_slave_agent::effects::process::leave_no_core_dump;
use k2hdkc_slave_agent::log;
use k2hdkc_slave_agent::model::report::Report;
use k2hdkc_slave_agent::settings::Layers;
use k2hdkc_slave_agent::terminal::has_colours;

/// Longer than any agent runs.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 86400);

fn main() -> ExitCode {
    leave_no_core_dump();
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(error) => return not_understood(&error),
    };
    let Global { verbose, log_json, .. } = cli.global;
    log::start(verbose, log_json, matches!(cli.command, Command::Run));
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let possible = what_it_takes(matches!(cli.command, Command::Run));
    let built = |()| runtime.enable_all().thread_keep_alive(FOR_EVER).build();
    let runtime = match possible.and_then(built) {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: could not start: {error}\n help: raise the limits of this process");
            return Exit::CannotWrite.into();
        }
    };
    if matches!(cli.command, Command::Run) {
        // One thread for what blocks is there from the start: it is enough when no other can be had.
        drop(runtime.spawn_blocking(|| ()));
    }
    // A task of its own: waking the future that the runtime is entered with costs two system calls
    // each time.
    let ended = runtime.block_on(async { tokio::spawn(perform(cli)).await });
    // A resolver that does not answer holds a thread for half a minute: nobody waits for it.
    runtime.shutdown_background();
    match ended {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(failed)) => {
            eprintln!("{failed}");
            failed.exit.into()
        }
        Err(error) => {
            eprintln!("error: {error}");
            Exit::CannotWrite.into()
        }
    }
}

/// Whether there is what tokio would panic without: a pair of sockets for signals, beside what it
/// opens before, and for the daemon a thread for what blocks.
fn what_it_takes(is_daemon: bool) -> io::Result<()> {
    let _together = [UnixStream::pair()?, UnixStream::pair()?, UnixStream::pair()?];
    if is_daemon {
        std::thread::Builder::new().spawn(|| ())?;
    }
    Ok(())
}

/// Prints the help that was asked for, or a mistake with what to do about it.
fn not_understood(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        // What cannot be printed has nobody to read it.
        let _unread = error.print();
        return Exit::Ok.into();
    }
    let words: Vec<_> = std::env::args_os().skip(1).filter_map(|w| w.into_string().ok()).collect();
    eprint!("{}", usage::told(error, &words, has_colours(&io::stderr())));
    Exit::Usage.into()
}

async fn perform(cli: Cli) -> Result<Exit, Failed> {
    let layers = Layers::new(cli.global.flags());
    match cli.command {
        Command::Run => run::run(&layers).await,
        Command::Refresh(refresh) => refresh.run(&layers).await.map(told),
        Command::Plan(plan) => plan.run(&layers).await.map(said),
        Command::Check(check) => check.run(&mut io::stdout().lock()),
        Command::Status(status) => status.run(&layers).await.map(said),
        Command::History(history) => history.run(&layers).map(said),
        Command::Doctor(doctor) => doctor.run(&layers).await.map(said),
        Command::Metrics => metrics::run(&layers).await.map(said),
        Command::Rollback => rollback::run(&layers).await.map(told),
        Command::Register => member::register(&layers).await.map(told),
        Command::Unregister => member::unregister(&layers).await.map(told),
        Command::Bootstrap(bootstrap) => bootstrap.run(&layers).await,
        Command::TakeOver(take_over) => take_over.run(&layers).await.map(said),
        Command::Config(config) => config.run(&layers).map(said),
        Command::Man(man) => man.run().map(said),
        Command::Completions(completions) => Ok(said(completions.run())),
    }
}

fn told((exit, report): (Exit, Report)) -> Exit {
    said((exit, fresh(&report)))
}

fn said((exit, text): (Exit, String)) -> Exit {
    // A reader that went away has read enough.
    let _enough = io::stdout().write_all(text.as_bytes());
    exit
}
