//! Looking at everything that `doctor` has to know.

use super::Node;
use crate::agent::{Chain, Trouble};
use crate::effects::rival;
use crate::effects::survey::{Subject, survey};
use crate::model::conf::Given;
use crate::model::doctor::{Agent, Finding, Survey, Unanswered, examine};
use crate::model::observed::Observed;

/// Names that are looked up, at most.
const MOST_NAMES: usize = 64;

impl Node {
    /// Everything that is the case on this node, the gravest first.
    ///
    /// `agent` is what was found out about the agent that should be at work here.
    pub async fn examine(&mut self, agent: Agent) -> Vec<Finding> {
        let (seen, troubles) = self.look(true).await;
        let unanswered = troubles.iter().find(|trouble| trouble.is_about_k2hr3()).map(unanswered);
        let survey = Survey { agent, unanswered, ..self.survey(&seen).await };
        examine(&seen, &survey, &self.settings.policy)
    }

    async fn survey(&self, seen: &Observed) -> Survey {
        let conf = seen.installed.conf();
        let control_port = self.chmpx.control_port(&conf).ok();
        let mut names = conf.questions(&Given::default()).names;
        names.truncate(MOST_NAMES);
        let subject = Subject {
            target: self.settings.target.path.clone(),
            token_files: self.settings.k2hr3.token_files.clone(),
            control_port: control_port.map(|address| address.port()),
            names,
            state_dir: self.settings.paths.state_dir.clone(),
            reader: self.chmpx.reader(),
        };
        // A thread of its own, because names may take their time.
        let surveyed = tokio::task::spawn_blocking(move || Survey {
            rival: rival::official_helper(),
            ..survey(&subject)
        });
        let surveyed = surveyed.await;
        let up = seen.running().is_some();
        Survey {
            held: if up { self.chmpx.held().await } else { None },
            chmpx_user: self.chmpx.reader().map(|reader| reader.user),
            control_answer: if up && self.bears_a_connection(&seen.installed) {
                Some(self.chmpx.version(&conf).await)
            } else {
                None
            },
            clock_ahead: self.k2hr3.clock_ahead(),
            chmpxs: self.chmpx.all_of(&conf),
            supervisor: self.supervisor(),
            ..surveyed.unwrap_or_default()
        }
    }
}

fn unanswered(trouble: &Trouble) -> Unanswered {
    Unanswered {
        what: Chain(trouble).to_string(),
        help: trouble.help.clone().unwrap_or_else(|| "look at K2HR3".to_owned()),
    }
}
