//! The host that files are checked for: this one, or one that is described.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::effects::host;
use crate::model::conf::{Conf, Given, Questions};
use crate::model::host::Host;

/// How long names may take to resolve, for one file.
const LIMIT: Duration = Duration::from_secs(2);

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
    /// What this host answered already, name by name.
    #[arg(skip)]
    known: Mutex<BTreeMap<String, Vec<IpAddr>>>,
}

impl Who {
    /// What has to be known of the host to judge `conf`.
    pub(super) fn host(&self, conf: &Conf) -> Host {
        let given = Given { cuk: self.cuk.clone(), ctlport: self.ctlport };
        let questions = conf.questions(&given);
        if self.host_name.is_empty() && self.dns_name.is_empty() && self.address.is_empty() {
            return self.this_host(questions, given);
        }
        // Only the paths are looked at here.
        let paths = Questions { names: Vec::new(), paths: questions.paths };
        let here = host::facts(&paths, given, Duration::ZERO);
        let loopback =
            [IpAddr::from([127, 0, 0, 1]), "::1".parse().unwrap_or(IpAddr::from([0; 16]))];
        let is_own = |name: &String| {
            self.host_name.iter().chain(&self.dns_name).any(|own| own.eq_ignore_ascii_case(name))
        };
        let answer = |name: String| {
            let addresses = if is_own(&name) { self.address.clone() } else { Vec::new() };
            (name, addresses)
        };
        Host {
            names: self.dns_name.clone(),
            possible_names: Vec::new(),
            addresses: loopback.into_iter().chain(self.address.iter().copied()).collect(),
            answers: questions.names.into_iter().map(answer).collect(),
            ..here
        }
    }

    /// Names are asked for once, however many files have them.
    fn this_host(&self, questions: Questions, given: Given) -> Host {
        let lock = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().clone();
        let (old, names) = questions.names.into_iter().partition(|name| known.contains_key(name));
        let mut host = host::facts(&Questions { names, ..questions }, given, LIMIT);
        lock().extend(host.answers.clone());
        let old: Vec<String> = old;
        host.answers.extend(
            old.into_iter().filter_map(|name| Some((name.clone(), known.get(&name)?.clone()))),
        );
        host
    }
}
