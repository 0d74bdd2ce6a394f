//! What is done to the agent's world in a scene.

use super::mishap::Mishap;
use super::stage::{Stage, server};
use super::target::with_value;
use crate::k2hr3::{Admin, AdminError, Counts, Host, Resource, Route};

/// Something that is done.
#[derive(Debug, Clone, Copy)]
pub(super) enum Deed {
    /// The agent is started.
    Start,
    /// Servers register.
    Join(&'static [u8]),
    /// Servers leave, and stop.
    Leave(&'static [u8]),
    /// A reader opens the file and does not let go.
    HoldOpen,
    /// Somebody changes a value in the file.
    EditByHand { key: &'static str, value: &'static str },
    /// K2HR3 takes no more connections.
    CloseK2hr3,
    /// It does again.
    OpenK2hr3,
    /// The role token is revoked.
    RevokeToken,
    /// A server registers without a tag, of which the template makes an empty name.
    JoinNameless,
    /// It leaves again.
    LeaveNameless,
    /// The cluster's administrator changes a value for all its nodes.
    Publish { key: &'static str, value: &'static str },
    /// chmpx is killed.
    CrashChmpx,
    /// An operator takes the node out of its role.
    Unregister,
}

/// The address of the server without a tag.
const NAMELESS: &str = "127.0.1.66";

impl Deed {
    /// It in words: a label and a sentence.
    pub(super) fn told(self) -> (&'static str, String) {
        match self {
            Self::Start => ("happens", "the agent starts; its files are a first boot's".to_owned()),
            Self::Join(numbers) => ("published", format!("joined: {}", addresses(numbers))),
            Self::Leave(numbers) => ("published", format!("left: {}", addresses(numbers))),
            Self::HoldOpen => ("happens", "another program holds the installed file open".into()),
            Self::EditByHand { key, value } => {
                ("happens", format!("somebody writes {key} = {value} into the installed file"))
            }
            Self::CloseK2hr3 => ("happens", "K2HR3 refuses connections".to_owned()),
            Self::OpenK2hr3 => ("happens", "K2HR3 answers again".to_owned()),
            Self::RevokeToken => ("happens", "K2HR3 revokes the role token".to_owned()),
            Self::JoinNameless => {
                ("published", format!("joined: {NAMELESS}, without a tag: its NAME is empty"))
            }
            Self::LeaveNameless => ("published", format!("left: {NAMELESS}")),
            Self::Publish { key, value } => ("published", format!("{key} = {value}")),
            Self::CrashChmpx => ("happens", "chmpx is killed (SIGKILL)".to_owned()),
            Self::Unregister => ("happens", "an operator runs `unregister`".to_owned()),
        }
    }

    /// Waits for a moment to do it. Servers that leave together leave between two looks: else the
    /// agent might see them leave one after the other, which is nothing to be wary of.
    pub(super) async fn is_due(self, stage: &Stage) -> Result<(), Mishap> {
        let Self::Leave([_, _, ..]) = self else { return Ok(()) };
        let looks = |counts: &Counts| counts.of(Route::Read);
        let waits = || Mishap::when::<AdminError>("wait for a look of the agent");
        let before = looks(&stage.k2hr3.counts().await.map_err(waits())?);
        stage.k2hr3.until(|counts| looks(counts) > before).await.map_err(waits())?;
        Ok(())
    }

    /// Does it.
    pub(super) async fn perform(self, stage: &mut Stage) -> Result<(), Mishap> {
        let Stage { k2hr3, cluster, node, chmpx, stopped, .. } = stage;
        let admin = Mishap::when::<AdminError>("order K2HR3 about");
        match self {
            Self::Start => node.start(),
            Self::Join(numbers) => {
                for number in numbers {
                    cluster
                        .add_server(server(*number))
                        .await
                        .map_err(Mishap::when("add a server"))?;
                }
                Ok(())
            }
            Self::Leave(numbers) => {
                for number in numbers {
                    let ip = server(*number).ip;
                    cluster.remove_server(&ip).await.map_err(Mishap::when("remove a server"))?;
                    stopped.push(ip);
                }
                chmpx.down(stopped)
            }
            Self::HoldOpen => {
                let opened = node.open_target().map_err(Mishap::when("open the file"))?;
                stage.reader = Some(opened);
                Ok(())
            }
            Self::EditByHand { key, value } => {
                let edited = node.edit(|text| with_value(text, key, value));
                edited.map_err(Mishap::when("edit the file"))
            }
            Self::CloseK2hr3 => k2hr3.down().await.map_err(admin),
            Self::OpenK2hr3 => k2hr3.up().await.map_err(admin),
            Self::RevokeToken => k2hr3.revoke(cluster.token()).await.map_err(admin),
            Self::JoinNameless => {
                cluster.add_server(Host::at(NAMELESS).cuk("nameless")).await.map_err(admin)
            }
            Self::LeaveNameless => cluster.remove_server(NAMELESS).await.map(drop).map_err(admin),
            Self::Publish { key, value } => {
                let name = cluster.main_resource();
                publish(k2hr3, &name, key, value).await.map_err(admin)
            }
            Self::CrashChmpx => {
                chmpx.crash();
                Ok(())
            }
            Self::Unregister => node.unregister().await,
        }
    }
}

/// Changes a value in the template of the cluster.
async fn publish(k2hr3: &Admin, name: &str, key: &str, value: &str) -> Result<(), AdminError> {
    let stored = k2hr3.resource(name).await?.unwrap_or_default();
    let string = stored.string.as_deref().map(|text| with_value(text, key, value));
    k2hr3.set_resource(name, Resource { string, ..stored }).await
}

fn addresses(numbers: &[u8]) -> String {
    let addresses: Vec<_> = numbers.iter().map(|number| server(*number).ip).collect();
    addresses.join(", ")
}
