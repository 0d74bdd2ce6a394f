//! What keeps chmpx from noticing, from starting, or from answering.

use super::*;

#[test]
fn what_keeps_chmpx_from_noticing_is_a_fault() {
    assert_eq!(found(|_, s| s.held = Some("x".to_owned())), [("watch", Level::Fault)]);
    assert_eq!(found(|_, s| s.is_mount = true), [("target", Level::Fault)]);
    assert_eq!(found(|_, s| s.links = Some(2)), [("target", Level::Risk)]);
    assert_eq!(found(|_, s| s.inotify_instances = Some(4)), [("inotify", Level::Risk)]);
}

#[test]
fn short_message_queues_matter_only_to_a_chmpx_that_is_not_root() {
    assert_eq!(found(|_, s| s.mqueue_longest = Some(10)), [("mqueue", Level::Risk)]);
    let as_root = found(|_, s| (s.mqueue_longest, s.chmpx_user) = (Some(10), Some(0)));
    assert_eq!(as_root, []);
}

#[test]
fn the_official_helper_and_a_second_chmpx_are_faults() {
    assert_eq!(found(|_, s| s.rival = Some("the helper".to_owned())), [("rival", Level::Fault)]);
    assert_eq!(found(|_, s| s.chmpxs = vec![100, 200]), [("one-chmpx", Level::Fault)]);
}

#[test]
fn an_old_token_matters_only_while_it_is_needed() {
    let old = |registered| {
        found(move |seen, survey| {
            seen.memory.registered = registered;
            survey.token_age = Some(S(25 * 3600));
        })
    };
    assert_eq!(old(true), []);
    assert_eq!(old(false), [("token", Level::Risk)]);
}

#[test]
fn names_that_do_not_help_chmpx_are_told_one_by_one() {
    let with = |addresses: Option<Vec<IpAddr>>, took| {
        found(move |_, s| drop(s.lookups.insert("s2".to_owned(), Lookup { addresses, took })))
    };
    let good = || Some(vec!["192.0.2.2".parse().unwrap()]);
    assert_eq!(with(good(), S(0)), []);
    assert_eq!(with(good(), S(2)), [("names", Level::Risk)]);
    assert_eq!(with(Some(vec!["127.0.1.1".parse().unwrap()]), S(0)), [("names", Level::Risk)]);
    assert_eq!(with(Some(Vec::new()), S(0)), [("names", Level::Fault)]);
    assert_eq!(with(None, S(6)), [("names", Level::Fault)]);
}

#[test]
fn a_control_port_that_is_open_to_everybody_is_a_risk() {
    let everybody = |s: &mut Survey| s.control_listens = vec!["::".parse().unwrap()];
    assert_eq!(found(|_, s| everybody(s)), [("control-port-open", Level::Risk)]);
    let silent = |s: &mut Survey| s.control_answer = Some(Err("timed out".to_owned()));
    assert_eq!(found(|_, s| silent(s)), [("control-port", Level::Risk)]);
}

#[test]
fn a_token_that_is_not_accepted_matters_less_while_the_address_does() {
    assert_eq!(found(|seen, _| seen.token_refused = true), [("token", Level::Risk)]);
    let refused = found(|seen, _| seen.k2hr3 = K2hr3::Failed(Class::Token));
    assert_eq!(refused, [("token", Level::Fault)]);
}

#[test]
fn queues_have_to_hold_what_the_file_asks_for_and_the_defaults_where_it_says_nothing() {
    let with = |longest| told("mqueue", |_, s| s.mqueue_longest = Some(longest)).level;
    assert_eq!((with(65), with(64)), (Level::Fine, Level::Risk), "1 and 64");
    let none = |longest| {
        told("mqueue", |seen, survey| {
            (seen.installed, survey.mqueue_longest) = (Installed::Missing, Some(longest));
        })
    };
    assert_eq!((none(8193).level, none(8192).level), (Level::Fine, Level::Risk));
}

#[test]
fn few_instances_and_few_watches_are_risks_alike() {
    let with = |instances, watches| {
        told("inotify", |_, survey| {
            (survey.inotify_instances, survey.inotify_watches) = (Some(instances), Some(watches));
        })
    };
    assert_eq!(with(32, 1024).level, Level::Fine);
    assert_eq!(with(31, 1024).level, Level::Risk);
    assert_eq!(with(32, 1023).level, Level::Risk);
}

#[test]
fn a_node_that_is_not_in_its_role_needs_a_token_no_older_than_a_day() {
    let token = |registered, membership, age| {
        told("token", |seen, survey| {
            (seen.memory.registered, seen.membership) = (registered, membership);
            survey.token_age = age;
        })
    };
    let day = S(24 * 3600);
    let listed = Membership::Listed;
    let fresh = token(false, listed, Some(day));
    assert_eq!((fresh.level, fresh.what.as_str()), (Level::Fine, "the role token is 24 hours old"));
    assert_eq!(token(false, listed, Some(day + S(1))).level, Level::Risk);
    let missing = Membership::Missing { looks: 1 };
    assert_eq!(token(true, missing, Some(day + S(1))).level, Level::Risk);
    assert_eq!(token(false, listed, None).level, Level::Fault);
    assert_eq!(token(true, listed, None).level, Level::Fine);
}

#[test]
fn a_control_port_that_was_not_asked_is_no_trouble_and_of_no_chmpx_nothing_is_told() {
    assert_eq!(told("control-port", |_, s| s.control_answer = None).level, Level::Unknown);
    let (mut seen, survey) = healthy();
    seen.chmpx = Chmpx::Down;
    let codes: Vec<_> =
        examine(&seen, &survey, &policy()).into_iter().map(|finding| finding.code).collect();
    for code in ["watch", "servers", "control-port"] {
        assert!(!codes.contains(&code), "{codes:?}");
    }
}

#[test]
fn how_far_a_control_port_is_open_is_told() {
    let to = |address: &str| {
        let listens = vec!["127.0.0.1".parse().unwrap(), address.parse().unwrap()];
        told("control-port-open", |_, s| s.control_listens = listens).what
    };
    assert_eq!(to("0.0.0.0"), "it listens on every address");
    assert_eq!(to("192.0.2.10"), "it listens beyond this host");
}

#[test]
fn an_address_needs_nobody_to_resolve_it_and_a_second_is_not_long() {
    let with = |name: &str, took| {
        let addresses = Some(vec!["127.0.1.1".parse().unwrap(), "192.0.2.2".parse().unwrap()]);
        let lookups = BTreeMap::from([(name.to_owned(), Lookup { addresses, took })]);
        told("names", |_, survey| survey.lookups = lookups)
    };
    assert_eq!(with("s2", S(1)).what, "all 1 names resolve quickly");
    assert_eq!(with("s2", Duration::from_millis(1500)).what, "s2 took 1.5 s to resolve");
    assert_eq!(with("192.0.2.2", S(9)).level, Level::Fine);
    let none = told("names", |_, survey| survey.lookups.clear());
    assert_eq!(none.what, "the file has no name to resolve");
}

#[test]
fn one_chmpx_of_a_group_is_as_it_should_be() {
    assert_eq!(told("one-chmpx", |_, s| s.chmpxs = vec![100]).level, Level::Fine);
    let two = told("one-chmpx", |_, s| s.chmpxs = vec![100, 200]).what;
    assert_eq!(two, "processes 100 and 200 are chmpx of one group");
}
