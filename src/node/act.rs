//! Carrying out one step. Each is safe to repeat, and each can be cut off anywhere.

use tracing::{info, warn};

use super::Node;
use crate::agent::Trouble;
use crate::effects::clock;
use crate::effects::k2hr3::By;
use crate::model::failure::{Class, Failure};
use crate::model::memory::OwedRestart;
use crate::model::plan::Step;

impl Node {
    pub(super) async fn act(&mut self, step: &Step) -> Result<(), Trouble> {
        match step {
            Step::Register => self.register().await,
            Step::Leave => self.leave().await,
            Step::Install(install) => self.install(install),
            Step::Acknowledge { published, generation } => self.acknowledge(published, *generation),
            Step::Promote { published, generation } => self.promote(published, *generation),
            Step::Restart { why } => self.restart(why).await,
            Step::PutBack { mark, generation } => self.put_back(mark, *generation),
            Step::RollBack(wanted) => self.roll_back(*wanted).await,
        }
    }

    /// Makes this node a member of its role. Whether K2HR3 kept it shows in what it publishes.
    async fn register(&mut self) -> Result<(), Trouble> {
        let Some(token) = self.token.clone() else { return Ok(()) };
        let who = &self.settings.identity;
        self.k2hr3
            .register(&token)
            .await
            .map_err(|failure| Self::of_k2hr3("registering this node in its role", failure))?;
        info!(event = "registered", role = %who.role, cuk = who.cuk.as_str(), "registered");
        self.leave_old_address().await;
        self.memory.registered_at = clock::now();
        self.memory.registrations = self.memory.registrations.saturating_add(1);
        self.memory.departed = false;
        self.remember()
    }

    async fn restart(&mut self, why: &str) -> Result<(), Trouble> {
        warn!(
            event = "restarting-chmpx",
            why, "restarting chmpx; clients with permanent handles have to open them again"
        );
        let now = clock::now();
        let process = self.running_process();
        // Counted before it is tried: what fails must not be tried without end either.
        self.memory.restarted(now);
        let _told_later = self.remember();
        self.chmpx.restart(self.settings.policy.on_change).await.map_err(|error| Trouble {
            doing: "restarting chmpx".to_owned(),
            outlook: error.outlook(),
            help: Some(error.help().to_owned()),
            class: None,
            retry_after: None,
            cause: Box::new(error),
        })?;
        // One that was gone already is expected from now on.
        if self.memory.missed.is_some() || process.is_none() {
            self.memory.missed = Some(now);
        }
        // Without knowing the process there is no telling when another one has taken its place.
        self.memory.owed = process.map(|process| OwedRestart {
            why: why.to_owned(),
            process,
            told: Some(now),
            at: now,
            shared: false,
            only_with: None,
        });
        self.seen_chmpx = None;
        self.remember()
    }

    /// Takes this node out of its role, and reads back whether it is out: a 204 may have removed
    /// nothing (an IPv6 member), and a 403 may mean that it was out already or that K2HR3 has lost
    /// its storage (both measured).
    async fn leave(&mut self) -> Result<(), Trouble> {
        let doing = "taking this node out of its role";
        let who = &self.settings.identity;
        match self.k2hr3.unregister().await {
            Err(failure) if failure.class != Class::NotMember => {
                return Err(Self::of_k2hr3(doing, failure));
            }
            _ => {}
        }
        match self.k2hr3.read(By::Address, None).await {
            Err(failure) if failure.class == Class::NotMember => {}
            Err(failure) => return Err(Self::of_k2hr3("reading back whether it is out", failure)),
            Ok(_) => {
                let text = self.still_listed();
                let failure = Failure { class: Class::Busy, text, retry_after: None };
                return Err(Self::of_k2hr3(doing, failure));
            }
        }
        info!(event = "left-role", role = %who.role, cuk = who.cuk.as_str(), "out of the role");
        self.memory.registered = false;
        self.remember()
    }
}
