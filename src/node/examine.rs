//! Looking at everything that `doctor` has to know.

use std::sync::Arc;

use super::Node;
use crate::agent::Trouble;
use crate::effects::survey::{Subject, survey};
use crate::model::conf::{Conf, Given};
use crate::model::doctor::{Finding, Survey, examine};
use crate::model::observed::{Installed, Observed};

/// Names that are looked up, at most.
const MOST_NAMES: usize = 64;

impl Node {
    /// Everything that is the case on this node, the gravest first, and what could not be found out.
    pub async fn examine(&mut self) -> (Vec<Finding>, Vec<Trouble>) {
        let (seen, troubles) = self.look(true).await;
        let survey = self.survey(&seen).await;
        (examine(&seen, &survey, &self.settings.policy), troubles)
    }

    async fn survey(&self, seen: &Observed) -> Survey {
        let conf = match &seen.installed {
            Installed::File(file) => Arc::clone(&file.conf),
            Installed::Missing | Installed::Obstacle(_) => Arc::new(Conf::read(b"")),
        };
        let control_port = self.chmpx.control_port(&conf).ok();
        let mut names = conf.questions(&Given::default()).names;
        names.truncate(MOST_NAMES);
        let subject = Subject {
            target: self.settings.target.path.clone(),
            token_files: self.settings.k2hr3.token_files.clone(),
            control_port: control_port.map(|address| address.port()),
            names,
        };
        // A thread of its own, because names may take their time.
        let surveyed = tokio::task::spawn_blocking(move || survey(&subject)).await;
        let up = seen.running().is_some();
        Survey {
            held: if up { self.chmpx.held().await } else { None },
            chmpx_user: self.chmpx.reader().map(|(user, _)| user),
            control_answer: if up { Some(self.chmpx.version(&conf).await) } else { None },
            chmpxs: self.chmpx.all_of(&conf),
            ..surveyed.unwrap_or_default()
        }
    }
}
