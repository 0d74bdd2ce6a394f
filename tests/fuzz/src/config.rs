//! A configuration of chmpx, as it is published or lies on the disk.

use std::collections::BTreeMap;

use k2hdkc_slave_agent::model::conf::{Conf, Given};
use k2hdkc_slave_agent::model::host::Host;
use k2hdkc_slave_agent::model::impact::{Class, compare};
use k2hdkc_slave_agent::model::rules::{Effect, judge};

/// A host on which names with an `s` are its own and those with an `x` cannot be resolved in time.
pub(super) fn host(conf: &Conf) -> Host {
    let own = [192, 0, 2, 10].into();
    let questions = conf.questions(&Given::default());
    let known = questions.names.into_iter().filter(|name| !name.contains('x'));
    let addresses = |name: &str| if name.contains('s') { vec![own] } else { Vec::new() };
    Host {
        addresses: vec![own],
        answers: known.map(|name| (name.clone(), addresses(&name))).collect(),
        paths: BTreeMap::new(),
        ..Host::default()
    }
}

/// To know the host can only speak against a file, no file differs from itself, and one that is
/// fit stays so when it gets another generation.
pub fn read(bytes: &[u8]) {
    let conf = Conf::read(bytes);
    let host = host(&conf);
    let (alone, here) = (judge(&conf, None), judge(&conf, Some(&host)));
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
}
