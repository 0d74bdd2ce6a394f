//! The host that files are checked for: this one, or one that is described.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv6Addr};
use std::path::Path;
use std::time::Duration;

use crate::effects::{host, supervisor};
use crate::model::conf::{Conf, Given, Questions};
use crate::model::host::Host;

/// How long names may take to resolve, for one slice of files.
const LIMIT: Duration = Duration::from_secs(2);

/// Where the settings of the supervisor are.
const ANTPICKAX: &str = "/etc/antpickax";

/// Who the files are meant for, when it is not this host.
///
/// As soon as a name or an address is given, nothing is looked up: the names lead to the
/// addresses, and no other name leads anywhere.
#[derive(Debug, Default, clap::Args)]
pub(super) struct Who {
    /// A name of the host that the file is for, as /etc/hosts has it (repeatable)
    #[arg(long, value_name = "NAME")]
    host_name: Vec<String>,
    /// Its host name, if DNS itself knows it: patterns then match it (repeatable)
    #[arg(long, value_name = "NAME")]
    dns_name: Vec<String>,
    /// An address of the host that the file is for (repeatable)
    #[arg(long, value_name = "IP")]
    address: Vec<IpAddr>,
    /// The CUK that chmpx is started with, instead of SELFCUK
    #[arg(long, value_name = "CUK")]
    cuk: Option<String>,
    /// The control port that chmpx is started with, instead of SELFCTLPORT
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i16).range(1..))]
    ctlport: Option<i16>,
}

/// What was asked for already: a name that did not answer is not asked for again.
#[derive(Default)]
pub(super) struct Known {
    asked: BTreeSet<String>,
    answers: BTreeMap<String, Vec<IpAddr>>,
}

impl Who {
    /// What has to be known of the host to judge all of `confs`.
    pub(super) fn host<'a>(
        &self,
        confs: impl Iterator<Item = &'a Conf>,
        known: &mut Known,
    ) -> Host {
        let given = Given { cuk: self.cuk.clone(), ctlport: self.ctlport };
        let (mut names, mut paths) = (BTreeSet::new(), BTreeSet::new());
        for conf in confs {
            let questions = conf.questions(&given);
            names.extend(questions.names);
            paths.extend(questions.paths);
        }
        let paths = paths.into_iter().collect();
        if !(self.host_name.is_empty() && self.dns_name.is_empty() && self.address.is_empty()) {
            return self.described(Questions { names: names.into_iter().collect(), paths }, given);
        }
        let names: Vec<_> = names.difference(&known.asked).cloned().collect();
        known.asked.extend(names.iter().cloned());
        // Without settings it is the usual place where its supervisor is told.
        let reader = supervisor::reader(Path::new(ANTPICKAX));
        let mut host = host::facts(&Questions { names, paths }, given, reader.as_ref(), LIMIT);
        known.answers.append(&mut host.answers);
        Host { answers: known.answers.clone(), ..host }
    }

    fn described(&self, questions: Questions, given: Given) -> Host {
        let is_own = |name: &String| {
            self.host_name.iter().chain(&self.dns_name).any(|own| own.eq_ignore_ascii_case(name))
        };
        let answer = |name: String| {
            let addresses = if is_own(&name) { self.address.clone() } else { Vec::new() };
            (name, addresses)
        };
        let loopback = [IpAddr::from([127, 0, 0, 1]), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        Host {
            names: self.dns_name.clone(),
            possible_names: Vec::new(),
            addresses: loopback.into_iter().chain(self.address.iter().copied()).collect(),
            answers: questions.names.into_iter().map(answer).collect(),
            asked_resolver: false,
            paths: host::kinds(&questions.paths),
            barriers: BTreeMap::new(),
            given,
        }
    }
}
