//! Asking K2HR3, by whatever right this node has.

use std::fs;
use std::io::{self, ErrorKind as Kind};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use tracing::{debug, warn};

use super::{Node, on_disk};
use crate::agent::Trouble;
use crate::effects::k2hr3::{Answer, By};
use crate::effects::{clock, disk, small_file};
use crate::model::failure::{Class, Failure};
use crate::model::identity::RoleToken;
use crate::model::observed::{Carrier, K2hr3};

/// A token that K2HR3 did not accept is tried again after this long: a 401 is also what an outage
/// of K2HR3's storage looks like.
const TOKEN_AGAIN: Duration = Duration::from_secs(600);

/// No file of a role token is longer, in bytes.
const LONGEST_TOKEN: u64 = 64 * 1024;

impl Node {
    /// Asks K2HR3 what is published, by the token if there is one that it accepts, else by the
    /// address of this node: so an expired token never freezes a registered node.
    pub(super) async fn ask(&mut self, troubles: &mut Vec<Trouble>) -> K2hr3 {
        self.read_token();
        let now = clock::now();
        let answer = match self.verify().await {
            Some(text) => Ok(text),
            None => self.read_published().await,
        };
        match answer {
            Ok(Answer::Same) => self.publications.same(),
            Ok(Answer::Text { text, etag }) => {
                if let Err(error) = self.note_text(text, etag, now) {
                    troubles.push(error);
                }
            }
            Err(failure) => {
                let failure = if self.memory.registered { failure.of_a_member() } else { failure };
                let class = failure.class;
                troubles.push(Self::of_k2hr3("reading what K2HR3 publishes", failure));
                return K2hr3::Failed(class);
            }
        }
        self.publications.doubt();
        K2hr3::Answered
    }

    fn note_text(&mut self, text: String, etag: Option<String>, now: u64) -> Result<(), Trouble> {
        let changed = self.publications.heard(text, etag, now);
        let Some(seen) = changed else { return Ok(()) };
        let is_new = self.memory.published.as_ref().is_none_or(|known| known.hash != seen.hash);
        debug!(hash = seen.hash, "another text is published");
        self.memory.published = Some(seen);
        if is_new && self.manners.may_act() {
            self.memory.heals = 0;
            let text = self.publications.text().unwrap_or_default();
            self.state
                .keep_published(text)
                .map_err(|error| on_disk("keeping what is published", error))?;
        }
        Ok(())
    }

    async fn read_published(&mut self) -> Result<Answer, Failure> {
        let etag = self.publications.etag();
        let refused = |token: &RoleToken| {
            self.refused_token
                .as_ref()
                .is_some_and(|(refused, at)| refused == token && at.elapsed() < TOKEN_AGAIN)
        };
        if let Some(token) = self.token.clone().filter(|token| !refused(token)) {
            match self.k2hr3.read(By::Token(&token), etag).await {
                Err(failure) if failure.class == Class::Token => {
                    return self.read_without(token, failure).await;
                }
                result => {
                    if result.is_ok() {
                        self.refused_token = None;
                        self.carrier = Some(Carrier::Token);
                    }
                    return result;
                }
            }
        }
        let result = self.k2hr3.read(By::Address, etag).await;
        match &result {
            Ok(_) => {
                self.carrier = Some(Carrier::Address);
                self.known_here();
            }
            // Then the token is the only way again.
            Err(_) => self.refused_token = None,
        }
        result
    }

    /// Reads by the address of this node, because K2HR3 did not accept `token`.
    async fn read_without(
        &mut self,
        token: RoleToken,
        failure: Failure,
    ) -> Result<Answer, Failure> {
        match self.k2hr3.read(By::Address, self.publications.etag()).await {
            Ok(answer) => {
                self.known_here();
                self.refused_token = Some((token, Instant::now()));
                self.carrier = Some(Carrier::Address);
                Ok(answer)
            }
            Err(other)
                if self.memory.registered
                    && !matches!(other.class, Class::Unreachable | Class::Silent) =>
            {
                Err(failure.and_by_address(&other))
            }
            // What the token was told is what the operator has to know.
            Err(_) => Err(failure),
        }
    }

    /// Reads the token from its first file that has one. Loose permissions are told, once.
    fn read_token(&mut self) {
        let files = &self.settings.k2hr3.token_files;
        let prints: Vec<_> = files.iter().map(|path| disk::print(path)).collect();
        if self.token_prints == prints {
            return;
        }
        let mut files = self.settings.k2hr3.token_files.iter();
        let may_repair = self.manners.may_act();
        let found = files.find_map(|path| token_in(path, may_repair).transpose()).transpose();
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                // The one that is known is as good as before, and the file is read again.
                debug!(%error, "could not read the role token this time");
                self.token_prints.clear();
                return;
            }
        };
        self.token_prints = prints;
        if found != self.token {
            self.refused_token = None;
            self.token = found;
        }
    }

    pub(super) fn of_k2hr3(doing: &str, failure: Failure) -> Trouble {
        Trouble {
            doing: doing.to_owned(),
            outlook: failure.class.outlook(),
            help: Some(failure.class.help().to_owned()),
            class: Some(failure.class),
            retry_after: failure.retry_after,
            cause: Box::new(failure),
        }
    }
}

/// The token in the file at `path`, if there is one. Other users of this host must not read it, so
/// that is taken from them if `may_repair`.
fn token_in(path: &Path, may_repair: bool) -> io::Result<Option<RoleToken>> {
    let (bytes, meta) = match small_file::with_metadata(path, LONGEST_TOKEN) {
        Ok(found) => found,
        Err(error) if error.kind() == Kind::NotFound => return Ok(None),
        // These do not pass by themselves, and show in the print when they do.
        Err(error)
            if matches!(
                error.kind(),
                Kind::PermissionDenied | Kind::FileTooLarge | Kind::Other
            ) =>
        {
            warn!(?path, %error, "no usable role token");
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let mode = meta.permissions().mode();
    if mode & 0o077 != 0 && may_repair {
        let repaired = fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o700));
        match repaired {
            Ok(()) => warn!(
                event = "token-open",
                ?path,
                "others could read the role token; now they cannot"
            ),
            Err(error) => {
                warn!(event = "token-open", ?path, %error, "others can read the role token");
            }
        }
    }
    let token = RoleToken::parse(&String::from_utf8_lossy(&bytes));
    Ok(token.inspect_err(|error| warn!(?path, %error, "no usable role token")).ok())
}
