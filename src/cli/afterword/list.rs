//! The afterword of each command.

use super::Afterword;
use crate::commands::Exit;

/// One for each command; a test compares them.
pub(super) const AFTERWORDS: &[Afterword] = &[
    of(
        "run",
        &[("run", "what the service does"), ("-v --log-json run", "with a log for programs")],
        &[
            (Exit::Ok, "told to stop by SIGTERM or SIGINT"),
            (Exit::CannotWrite, "another agent is at work, or a directory cannot be made"),
        ],
    ),
    of(
        "refresh",
        &[
            ("refresh", "look at K2HR3 now, and tell what is true then"),
            ("refresh --wait adopted --timeout 30", "wait until chmpx has what is published"),
            ("refresh --force", "install it even if the cluster shrank or it was rolled back"),
        ],
        WAITED_FOR,
    ),
    of(
        "plan",
        &[
            ("plan", "what the agent would do now, as a diff"),
            ("plan --from old.ini --to new.ini", "what a running chmpx would make of a change"),
        ],
        &[
            (Exit::Ok, "nothing to do, no difference"),
            (Exit::Differences, "there is something to do, or a difference"),
            (Exit::Refused, "a running chmpx would not take the file of --to"),
            (Exit::Unavailable, "K2HR3 did not answer usefully"),
            (
                Exit::CannotWrite,
                "neither what is published nor the file of chmpx could be looked at",
            ),
            (Exit::NoPermission, "the role token was not accepted"),
        ],
    ),
    of(
        "check",
        &[
            ("check", "the file of this node"),
            ("check --strict --json 'drafts/*.ini'", "several files, for programs"),
        ],
        &[
            (Exit::Ok, "fit for chmpx, perhaps with warnings"),
            (Exit::Differences, "only warnings, with --strict"),
            (Exit::Refused, "chmpx would end, not start, or do harm with it"),
            (Exit::Settings, "a file cannot be read"),
        ],
    ),
    of(
        "status",
        &[
            ("status", "the verdict, the facts, and what to do"),
            ("status --watch", "the same whenever it changes"),
            ("status --json", "for programs"),
            ("status --check", "one line for a monitoring system"),
        ],
        &[
            (Exit::Ok, "settled: nothing left to do"),
            (Exit::Warning, "with --check: somebody should look"),
            (Exit::Differences, "with --check: somebody has to look now"),
            (Exit::Unknown, "with --check: it could not be found out"),
            (Exit::Refused, "what is published is refused, held or in quarantine"),
            (Exit::Unavailable, "no agent runs, or K2HR3 does not answer it usefully"),
            (Exit::CannotWrite, "the file cannot be written"),
            (Exit::NotYet, "something is still to be done or to be waited for"),
            (Exit::NoPermission, "the role token is missing or was not accepted"),
            (Exit::Settings, "the settings cannot be used, or name a role that there is none of"),
        ],
    ),
    of(
        "history",
        &[("history", "the last changes, the newest first"), ("history --json", "for programs")],
        LISTED,
    ),
    of("history show", &[("history show 3", "one change with its difference")], SHOWN),
    of(
        "doctor",
        &[("doctor", "everything that keeps this node from its work, as root to see all of it")],
        &[(Exit::Ok, "nothing is wrong"), (Exit::Differences, "there is a risk or a fault")],
    ),
    of("metrics", &[("metrics", "the figures of the running agent")], ASKED_AGENT),
    of(
        "rollback",
        &[("rollback", "put the last good file back; `refresh --force` goes forward again")],
        &[
            (Exit::Ok, "the file is back"),
            (Exit::Unavailable, "the agent may not be asked by this user"),
            (Exit::CannotWrite, "no other file is known to be good, or it cannot be written"),
            (Exit::NotYet, "there was no answer in time"),
        ],
    ),
    of("register", &[("register", "join the role, also after `unregister`")], WAITED_FOR),
    of("unregister", &[("unregister", "before this machine is deleted")], WAITED_FOR),
    of(
        "bootstrap",
        &[
            ("bootstrap", "what cloud-init starts once"),
            ("bootstrap --delete", "stop the services again"),
        ],
        &[
            (Exit::Ok, "everything is installed and started"),
            (Exit::Refused, "a name in the resource is none, and was left out"),
            (Exit::Unavailable, "K2HR3 did not answer in time"),
            (Exit::CannotWrite, "this host has no package tool that is known"),
            (Exit::NotYet, "something was not installed or started in time"),
            (Exit::NoPermission, "the role token was not accepted"),
        ],
    ),
    of(
        "take-over",
        &[
            ("take-over", "show the steps"),
            ("take-over --shadow", "watch beside the official helper, and change nothing"),
            ("take-over --apply", "do them"),
            ("take-over --hand-back --apply", "back to the official helper"),
        ],
        &[
            (Exit::Ok, "done"),
            (
                Exit::Differences,
                "without --apply: the steps are only shown; --shadow: it would differ",
            ),
            (Exit::CannotWrite, "a step failed"),
        ],
    ),
    of("config", &[("config show", "every setting as it holds")], USABLE),
    of(
        "config show",
        &[
            ("config show --origin", "which file, variable or flag decides each"),
            ("config show", "the same as one settings file"),
        ],
        USABLE,
    ),
    of(
        "config check",
        &[("--settings draft.conf config check", "before it is put in place")],
        USABLE,
    ),
    of(
        "completions",
        &[("completions bash", "for a shell that no package has provided for")],
        &[(Exit::Ok, "printed")],
    ),
    of(
        "man",
        &[("man | man -l -", "read this page"), ("man rules | man -l -", "read about the rules")],
        &[(Exit::Ok, "printed or written"), (Exit::CannotWrite, "a page could not be written")],
    ),
];

const fn of(
    command: &'static str,
    examples: &'static [(&'static str, &'static str)],
    exits: &'static [(Exit, &'static str)],
) -> Afterword {
    Afterword { command, examples, exits }
}

const WAITED_FOR: &[(Exit, &str)] = &[
    (Exit::Ok, "what was waited for is true"),
    (Exit::Refused, "what is published is refused, held or in quarantine"),
    (Exit::Unavailable, "K2HR3 did not answer usefully"),
    (
        Exit::CannotWrite,
        "the file cannot be written, or another agent is at work and does not answer",
    ),
    (Exit::NotYet, "not in time"),
    (Exit::NoPermission, "the role token is missing or was not accepted"),
    (Exit::Settings, "the settings cannot be used, or name a role that there is none of"),
];
const ASKED_AGENT: &[(Exit, &str)] =
    &[(Exit::Ok, "the agent answered"), (Exit::Unavailable, "no agent answered")];

const USABLE: &[(Exit, &str)] = &[
    (Exit::Ok, "the settings can be used"),
    (Exit::Settings, "they cannot: the error says which, where and why"),
];
const UNREADABLE: (Exit, &str) = (Exit::CannotWrite, "what the agent has kept cannot be read");
const ROOT_ONLY: (Exit, &str) = (Exit::NoPermission, "only root may read it");
const LISTED: &[(Exit, &str)] = &[(Exit::Ok, "shown"), UNREADABLE, ROOT_ONLY];
const SHOWN: &[(Exit, &str)] = &[
    (Exit::Ok, "shown"),
    (Exit::Usage, "there is no change of this number"),
    UNREADABLE,
    ROOT_ONLY,
];
