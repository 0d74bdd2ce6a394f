//! What a node needs before it can be one: found out first, so that settings which cannot be used
//! do not cost the node that is there.

use std::io;
use std::path::PathBuf;

use super::Manners;
use crate::effects::k2hr3::{K2hr3, Unusable};
use crate::effects::state::State;
use crate::model::settings::Settings;

/// A way to K2HR3 and a place for the state.
#[derive(Debug)]
pub struct Means {
    pub(super) k2hr3: K2hr3,
    pub(super) state: State,
}

impl Means {
    /// What `settings` give.
    pub fn of(settings: &Settings, manners: Manners) -> Result<Self, StartError> {
        let directory = settings.paths.state_dir.clone();
        let state = match manners {
            Manners::OnlyLooks | Manners::Shadows => State::reading(directory),
            Manners::Acts | Manners::ActsForSystemd => State::new(directory.clone())
                .map_err(|cause| StartError::State { path: directory, cause })?,
        };
        Ok(Self { k2hr3: K2hr3::new(&settings.k2hr3, &settings.identity)?, state })
    }
}

/// The agent cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No directory for its state.
    #[error("could not make the state directory {}", path.display())]
    State {
        /// The directory.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// No way to K2HR3.
    #[error(transparent)]
    K2hr3(#[from] Unusable),
}

impl StartError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::State { .. } => "run as root, or set paths.state_dir",
            Self::K2hr3(Unusable::CaFile { .. }) => {
                "correct k2hr3.ca_file, or make the file readable"
            }
            Self::K2hr3(Unusable::Address { .. }) => {
                "correct k2hr3.api_uri; a name with other than ASCII letters is written as xn--…"
            }
            Self::K2hr3(Unusable::Client { .. }) => "correct k2hr3.ca_file (PEM) and k2hr3.proxy",
        }
    }
}
