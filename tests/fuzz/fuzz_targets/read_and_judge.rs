//! Any bytes whatever can be read, judged and compared, and nothing that is fit dies.
#![no_main]

use std::collections::BTreeMap;

use k2hdkc_slave_agent::model::conf::{Conf, Given};
use k2hdkc_slave_agent::model::host::Host;
use k2hdkc_slave_agent::model::impact::{Class, compare};
use k2hdkc_slave_agent::model::rules::{Effect, judge};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let conf = Conf::read(bytes);
    let questions = conf.questions(&Given::default());
    // Names with an `s` are this host's; those with an `x` cannot be resolved in time.
    let own = [192, 0, 2, 10].into();
    let known = questions.names.iter().filter(|name| !name.contains('x'));
    let host = Host {
        addresses: vec![own],
        answers: known
            .map(|name| (name.clone(), if name.contains('s') { vec![own] } else { Vec::new() }))
            .collect(),
        paths: BTreeMap::new(),
        ..Host::default()
    };
    let (alone, here) = (judge(&conf, None), judge(&conf, Some(&host)));
    // To know the host can only speak against a file.
    assert!(alone.loads || !here.loads);
    assert!(here.loads || here.starts == Some(false));
    for verdict in [&alone, &here] {
        let fatal = |it| matches!(it, Effect::DoesNotLoad);
        assert_eq!(verdict.loads, !verdict.findings.iter().any(|it| fatal(it.effect())));
    }
    let same = compare(&conf, &conf).overall;
    assert!(matches!(same, Class::None | Class::Refused));

    let Some(version) = conf.file_version().filter(|_| here.is_fit()) else { return };
    let mut stamped = bytes.to_vec();
    stamped.splice(version.value_range, *b"2147483647");
    let stamped = Conf::read(&stamped);
    assert_eq!(stamped.file_version().map(|it| it.value), Some(i32::MAX));
    assert!(judge(&stamped, Some(&host)).starts == Some(true));
});
