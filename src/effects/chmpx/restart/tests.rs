use std::io;
use std::time::Duration;

use super::*;

fn by_signal(cause: nix::Error) -> RestartError {
    RestartError::Signal { signal: "HUP".to_owned(), pid: 7, cause }
}

fn by_command() -> [RestartError; 3] {
    let (program, limit) = ("restart-it".into(), Duration::from_secs(1));
    let cause = io::Error::from(io::ErrorKind::NotFound);
    let said = "no such unit".to_owned();
    [
        CommandError::Start { program, cause },
        CommandError::TooLong { program: "restart-it".into(), limit },
        CommandError::Failed { program: "restart-it".to_owned(), code: Some(5), said },
    ]
    .map(RestartError::Command)
}

#[test]
fn a_missing_right_and_a_missing_way_last_until_somebody_acts() {
    assert_eq!(RestartError::NoWay.outlook(), Outlook::Lasting);
    assert_eq!(by_signal(nix::Error::EPERM).outlook(), Outlook::Lasting);
}

#[test]
fn a_process_that_has_just_gone_and_a_command_that_fails_may_do_better_the_next_time() {
    let gone = [by_signal(nix::Error::ESRCH), RestartError::NoProcess { signal: "HUP".to_owned() }];
    for error in by_command().into_iter().chain(gone) {
        assert_eq!(error.outlook(), Outlook::Passing, "{error}");
    }
}

#[test]
fn the_advice_is_about_what_failed() {
    let [missing, late, failed] = by_command();
    assert!(missing.help().contains("install that program"));
    assert!(late.help().contains("chmpx.command_timeout"));
    assert!(failed.help().contains("run it by hand"));
    assert_eq!(by_signal(nix::Error::EPERM).help(), latitude::HELP);
    for error in [by_signal(nix::Error::ESRCH), RestartError::NoWay] {
        assert!(error.help().contains("chmpx.pid_file"), "{error}");
    }
}
