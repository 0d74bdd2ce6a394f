//! Where this node lags behind, from its role to the ring.

use super::*;
use crate::model::candidate::{Draft, Refused, Stamp};
use crate::model::host::Host;
use crate::model::identity::Cuk;
use crate::model::observed::Publication;
use crate::model::plan::testing::{CUK, file, publication, published, text, three};

#[test]
fn a_node_that_is_not_in_its_role_is_a_fault() {
    let missing = |seen: &mut Observed| seen.membership = Membership::Missing { looks: 3 };
    assert_eq!(found(|seen, _| missing(seen)), [("membership", Level::Fault)]);
}

#[test]
fn a_lag_of_chmpx_names_both_generations() {
    let (mut seen, survey) = healthy();
    let Chmpx::Up(running) = &mut seen.chmpx else { panic!("it is up") };
    running.generation = Some(5);
    let findings = examine(&seen, &survey, &policy());
    let lag = findings.first().unwrap();
    assert_eq!((lag.code, lag.level), ("adopted", Level::Fault));
    assert!(lag.what.contains('5') && lag.what.contains('7'), "{}", lag.what);
}

#[test]
fn a_chmpx_that_is_not_there_is_told_from_one_that_does_not_run() {
    let without = |has_chmpx| {
        let (mut seen, mut survey) = healthy();
        (seen.chmpx, survey.has_chmpx) = (Chmpx::Down, has_chmpx);
        examine(&seen, &survey, &policy()).into_iter().find(|f| f.code == "adopted").unwrap().what
    };
    assert_eq!(without(true), "no chmpx runs");
    assert_eq!(without(false), "chmpx is not installed");
}

#[test]
fn servers_that_differ_or_are_down_are_named() {
    let with = |servers: Vec<Server>| {
        let (mut seen, survey) = healthy();
        let Chmpx::Up(running) = &mut seen.chmpx else { panic!("it is up") };
        running.servers = servers;
        let findings = examine(&seen, &survey, &policy());
        let found = findings.into_iter().find(|finding| finding.code == "servers").unwrap();
        (found.level, found.what)
    };
    let up = server("s1", "[UP]", true);
    let (level, what) = with(vec![up.clone(), server("s9", "[UP]", true)]);
    assert!(level == Level::Risk && what.contains("with chmpx only: s9"), "{what}");
    let (level, what) = with(vec![server("s1", "[DOWN]", false)]);
    assert!(level == Level::Fault && what.contains("connected to no server"), "{what}");
}

#[test]
fn a_supervisor_that_takes_another_file_is_the_fault_and_a_missing_chmpx_follows_from_it() {
    let elsewhere = Elsewhere { awaited: "/a".into(), target: "/t".into(), is_taken: false };
    let waits = Supervisor::Elsewhere(elsewhere);
    let faults = found(move |seen, survey| {
        (seen.chmpx, survey.supervisor) = (Chmpx::Down, waits);
    });
    assert_eq!(faults, [("supervisor", Level::Fault), ("adopted", Level::Fault)]);
    assert_eq!(found(|_, survey| survey.supervisor = Supervisor::Agrees("/t".into())), []);
}

#[test]
fn a_node_that_was_taken_out_of_its_role_on_purpose_is_a_risk() {
    let departed = found(|seen, _| {
        (seen.membership, seen.memory.departed) = (Membership::Missing { looks: 3 }, true);
    });
    assert_eq!(departed, [("membership", Level::Risk)]);
}

#[test]
fn who_could_not_tell_whether_the_node_is_in_its_role_is_told() {
    let unknown = |k2hr3| {
        let membership = Membership::Unknown;
        told("membership", |seen, _| (seen.membership, seen.k2hr3) = (membership, k2hr3)).what
    };
    let silent = unknown(K2hr3::Failed(Class::Busy));
    assert_eq!(silent, "K2HR3 did not tell whether this node is in its role");
    let answered = unknown(K2hr3::Answered);
    assert_eq!(answered, "what is published is no file that could list this node");
}

#[test]
fn what_is_published_is_counted_or_refused_with_the_first_reason() {
    let with = |publication| {
        told("published", |seen, _| seen.published = Published::Known(Box::new(publication)))
    };
    let good = publication(&three());
    assert_eq!(with(good.clone()).what, format!("a good file with 3 servers ({})", good.hash));
    let refused = |content| Publication { content: Arc::new(Err(content)), ..good.clone() };
    let disputed = with(refused(Refused::disputed("no GROUP")));
    let expected = "what K2HR3 publishes is refused: chmpxconftest says: no GROUP";
    assert_eq!((disputed.level, disputed.what.as_str()), (Level::Fault, expected));
    let draft = Draft::new(&three().replace("MODE = SLAVE", "MODE = x"), &Cuk::parse(CUK).unwrap());
    let host = Host { addresses: vec!["192.0.2.10".parse().unwrap()], ..Host::default() };
    let why = draft.check(&host, Stamp::Generation).unwrap_err();
    let what = with(refused(why)).what;
    assert!(what.starts_with("what K2HR3 publishes is refused: line 4: "), "{what}");
}

#[test]
fn a_file_that_lags_behind_what_is_published_names_the_servers_that_differ() {
    let with = |servers: &[&str]| {
        told("installed", |seen, _| {
            seen.published = published(&text(servers, ""));
            seen.installed = Installed::File(file(&three(), 7));
        })
    };
    assert_eq!(with(&["s1", "s2", "s3"]).what, "generation 7 names what is published");
    let lag = with(&["s2", "s3", "s4"]);
    let what = "the file lags behind what is published: published and not installed: s4; \
                installed and gone: s1";
    assert_eq!((lag.level, lag.what.as_str()), (Level::Fault, what));
}

#[test]
fn a_missing_file_is_told_apart_from_one_that_nothing_could_be_made_of() {
    let missing = |published| {
        told("installed", |seen, _| {
            (seen.published, seen.installed) = (published, Installed::Missing);
        })
    };
    assert_eq!(missing(published(&three())).what, "there is no file for chmpx");
    let nothing = missing(Published::Unknown).what;
    assert_eq!(nothing, "there is no file for chmpx, and nothing to make it of");
}

#[test]
fn why_no_chmpx_runs_is_told_as_far_as_it_is_known() {
    let down = |change: fn(&mut Observed, &mut Survey)| {
        told("adopted", |seen, survey| {
            seen.chmpx = Chmpx::Down;
            change(seen, survey);
        })
    };
    let without_file = down(|seen, _| seen.installed = Installed::Missing);
    assert_eq!(without_file.level, Level::Unknown);
    let elsewhere = down(|_, survey| {
        let (awaited, target) = ("/a".into(), "/t".into());
        survey.supervisor = Supervisor::Elsewhere(Elsewhere { awaited, target, is_taken: false });
    });
    assert_eq!(elsewhere.help.as_deref(), Some("see `supervisor`"));
    let ran_before = down(|seen, survey| {
        (seen.memory.adopted, survey.has_chmpx) = (seen.memory.installed.clone(), false);
    });
    assert_eq!(ran_before.what, "no chmpx runs", "its program is somewhere else");
    assert!(ran_before.help.unwrap().contains("systemctl start chmpx"));
}

#[test]
fn a_chmpx_that_does_not_tell_what_it_has_in_force_is_no_fault() {
    let silent = told("adopted", |seen, _| {
        let Chmpx::Up(running) = &mut seen.chmpx else { panic!("it is up") };
        running.generation = None;
    });
    assert_eq!(silent.level, Level::Unknown);
    let unseen = Chmpx::Unknown("no chmpxstatus".to_owned());
    let what = told("adopted", |seen, _| seen.chmpx = unseen).what;
    assert_eq!(what, "what chmpx has in force could not be found out: no chmpxstatus");
}

#[test]
fn servers_that_are_down_are_named_and_resolved_names_are_not_compared() {
    let with = |servers: Vec<Server>| {
        told("servers", |seen, _| {
            seen.installed = Installed::File(file(&three(), 7));
            let Chmpx::Up(running) = &mut seen.chmpx else { panic!("it is up") };
            running.servers = servers;
        })
    };
    let up = |name: &str| server(name, "[UP]", true);
    let down = with(vec![up("s1"), server("s2", "[DOWN]", false), up("s3")]);
    let what = "chmpx is connected to 2 of 3 servers; down: s2";
    assert_eq!((down.level, down.what.as_str()), (Level::Risk, what));
    let resolved = with(vec![up("192.0.2.1"), up("192.0.2.2")]);
    let what = "chmpx is connected to 2 of 2 servers";
    assert_eq!((resolved.level, resolved.what.as_str()), (Level::Fine, what));
    let fewer = with(vec![up("s1"), up("s3")]).what;
    assert_eq!(fewer, "chmpx is connected to 2 of 2 servers; in the file only: s2");
    assert_eq!(with(Vec::new()).level, Level::Unknown);
}

#[test]
fn what_the_agent_tells_too_is_told_in_its_words() {
    let same = |code: &str, situation: &Situation, change: fn(&mut Observed)| {
        let (found, words) = (told(code, |seen, _| change(seen)), words(situation));
        assert_eq!((found.what, found.help), (words.sentence, words.help));
    };
    same("membership", &Situation::Unregistered, |seen| {
        (seen.membership, seen.memory.departed) = (Membership::Missing { looks: 2 }, true);
    });
    same("membership", &Situation::NoSuchRole, |seen| seen.membership = Membership::Stray);
    let astray = Situation::ReadsElsewhere { pid: 7, file: "/elsewhere.ini".into() };
    same("adopted", &astray, |seen| {
        seen.chmpx = Chmpx::Astray { pid: 7, reads: "/elsewhere.ini".into() };
    });
}
