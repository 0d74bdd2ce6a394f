//! Every error says what is wrong, every cause once, and below it what to do.

use std::fs;

use crate::support::{AGENT, Node};

/// What is done wrong, the exit code, and what the error and its help have to name.
const WRONG: &[(&[&str], i32, &str, &str)] = &[
    (&["statsu"], 64, "unrecognized subcommand 'statsu'", "k2hdkc-slave-agent --help"),
    (&["refresh", "--wait", "for-ever"], 64, "'for-ever'", "k2hdkc-slave-agent refresh --help"),
    (&["plan", "--from", "a.ini"], 64, "--to <FILE>", "k2hdkc-slave-agent plan --help"),
    (&["--set", "interval", "run"], 64, "SECTION.KEY=VALUE", "k2hdkc-slave-agent run --help"),
    (&["--set", "pace.intervall=1s", "run"], 78, "command line: there is no", "`pace.interval`"),
    (&["--set", "k2hr3.hold=1s", "run"], 78, "no setting `k2hr3.hold`", "`chmpx.hold`"),
    (&["--set", "a.b=1", "run"], 78, "there is no setting `a.b`", "config show"),
    (&["--set", "pace.interval=5ms", "run"], 78, "this is too short", "at least 100ms"),
    (&["--set", "chmpx.on_change=rstart", "run"], 78, "no such choice", "write `restart`"),
    (&["--set", "chmpx.on_change=often", "run"], 78, "no such choice", "auto, restart, signal"),
    (&["--set", "chmpx.signal=SIGHUP", "run"], 78, "chmpx.signal = SIGHUP", "without SIG"),
    (&["--set", "chmpx.ctlport=40000", "run"], 78, "no such number", "from 1 to 32767"),
    (&["--set", "chmpx.control_address=localhost", "run"], 78, "no IP address", "127.0.0.1"),
    (&["--set", "target.mode=rw-r--r--", "run"], 78, "target.mode = rw-r--r--", "0644"),
    (&["--set", "k2hr3.role=slave", "run"], 78, "k2hr3.role = slave: a full", "yrn:yahoo:::"),
    (&["--set", "k2hr3.api_uri=k2hr3", "run"], 78, "k2hr3.api_uri = k2hr3", "http://HOST[:PORT]"),
    (&["--set", "node.cuk=a b", "run"], 78, "white space", "without white space"),
    (&["--settings", "/no/such.conf", "run"], 78, "/no/such.conf", "correct the path"),
    (&["--set", "k2hr3.ca_file=/no/ca", "plan"], 78, "certificates in /no/ca", "k2hr3.ca_file"),
    (&["check", "/no/such.ini"], 78, "/no/such.ini", "name a file"),
    (&["check", "/no/*.ini"], 78, "no file is meant by", "name a file"),
    (&["plan", "--from", "/no/a", "--to", "/no/b"], 78, "could not read /no/a", "name a file"),
    (&["--set", "k2hr3.ca_file=/etc/passwd", "plan"], 78, "no PEM certificate", "k2hr3.ca_file"),
    (&["--set", "k2hr3.api_uri=http://k2hr\u{e9}.example", "plan"], 78, "international", "xn--"),
    (&["--set", "k2hr3.resource=slave", "run"], 78, "this is no full name", "yrn:yahoo:::"),
    (&["--set", "paths.state_dir=/proc/none", "run"], 73, "/proc/none", "paths.state_dir"),
    (&["--set", "paths.runtime_dir=/proc/none", "run"], 73, "/proc/none", "paths.runtime_dir"),
    (&["history", "show", "1"], 64, "there is no change 1", "no change was made yet"),
    (&["man", "--dir", "/proc/none"], 73, "could not write /proc/none", "name a directory"),
    (&["status"], 69, "no agent runs", "start it"),
    (&["rollback"], 73, "nothing was put back", "chmpx.hold"),
];

/// The error and the help of a command that fails.
fn told(stderr: &[u8]) -> (String, String) {
    let text = String::from_utf8(stderr.to_vec()).unwrap();
    let helps: Vec<_> = text.lines().filter_map(|line| line.strip_prefix(" help: ")).collect();
    assert_eq!(helps.len(), 1, "{text}");
    let error = text.lines().position(|line| line.starts_with("error: ")).expect("an error");
    let help = text.lines().position(|line| line.starts_with(" help: ")).unwrap();
    let error: Vec<_> = text.lines().skip(error).take(help - error).collect();
    (error.join("\n"), helps[0].to_owned())
}

#[tokio::test]
async fn every_error_says_what_is_wrong_and_what_to_do() {
    let node = Node::new().await;
    for (arguments, code, what, what_to_do) in WRONG {
        let output = node.run(arguments).await;
        let (error, help) = told(&output.stderr);
        assert_eq!(output.status.code(), Some(*code), "{arguments:?}: {error}");
        assert!(error.contains(what), "{arguments:?}: {error}");
        assert!(help.contains(what_to_do), "{arguments:?}: {help}");
        let first = help.chars().next().unwrap();
        assert!(first.is_lowercase(), "{arguments:?} does not start with what to do: {help}");
    }
}

#[tokio::test]
async fn no_error_tells_a_cause_twice() {
    let node = Node::new().await;
    for (arguments, ..) in WRONG {
        let (error, _help) = told(&node.run(arguments).await.stderr);
        let first = error.lines().next().unwrap();
        let mut causes: Vec<_> = first.split(": ").collect();
        let all = causes.len();
        causes.sort_unstable();
        causes.dedup();
        assert_eq!(causes.len(), all, "{first}");
        // A value is told once: the cause does not repeat what stands before it.
        for value in ["SIGHUP", "rw-r--r--", "40000", "/no/such"] {
            assert!(first.matches(value).count() <= 1, "{first}");
        }
    }
}

#[tokio::test]
async fn an_error_in_a_settings_file_names_the_file_and_the_line() {
    let node = Node::new().await;
    let drop_ins = node.path("root/etc/k2hdkc/slave-agent.conf.d");
    fs::create_dir_all(&drop_ins).unwrap();
    let drop_in = drop_ins.join("10-mine.conf");
    let error_of = async |text: &str| {
        fs::write(&drop_in, text).unwrap();
        told(&node.run(&["run"]).await.stderr)
    };

    let (error, help) = error_of("[pace]\n# often\ninterval = soon\n").await;
    assert!(error.contains("10-mine.conf:3: pace.interval = soon"), "{error}");
    assert!(help.starts_with("write a duration such as"), "{help}");
    let (error, help) = error_of("[pace]\n\ntargett = x\n").await;
    assert!(error.contains("10-mine.conf:3: there is no setting `pace.targett`"), "{error}");
    assert!(help.contains("config show"), "{help}");
    let (error, help) = error_of("[pace]\nsettle = 1s\ninterval\n[node]\n").await;
    assert!(error.contains("10-mine.conf:3: this is neither"), "{error}");
    assert!(help.contains("[section]"), "{help}");
}

#[tokio::test]
async fn a_password_of_a_proxy_is_in_no_error() {
    let node = Node::new().await;
    for proxy in ["http://me:s3cret@proxy:x", "me:s3cret@proxy", "http://me:s3cret@a b"] {
        let set = format!("k2hr3.proxy={proxy}");
        let output = node.run(&["--set", &set, "plan"]).await;
        let (error, _help) = told(&output.stderr);
        assert!(!error.contains("s3cret"), "{error}");
        assert_eq!(output.status.code(), Some(78), "{error}");
    }
}

#[test]
fn help_is_there_however_it_is_asked_for() {
    let asked = |words: &[&str]| {
        let output = std::process::Command::new(AGENT).args(words).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{words:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(asked(&["help"]), asked(&["--help"]));
    assert_eq!(asked(&["help", "refresh"]), asked(&["refresh", "--help"]));
    let help = asked(&["help", "config", "show"]);
    assert!(help.contains("Examples:\n  k2hdkc-slave-agent config show --origin\n"), "{help}");
    assert!(help.contains("Exit codes:\n   0  "), "{help}");
}

#[test]
fn without_any_argument_the_commands_are_listed() {
    let output = std::process::Command::new(AGENT).output().unwrap();
    assert_eq!(output.status.code(), Some(64));
    assert!(String::from_utf8_lossy(&output.stderr).contains("Usage: k2hdkc-slave-agent"));
}
