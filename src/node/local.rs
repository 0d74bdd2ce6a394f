//! Finding out what is true on this host: the file, and the chmpx that reads it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use super::{Manners, Node, on_disk};
use crate::agent::{Chain, Trouble};
use crate::effects::chmpx::Ask;
use crate::effects::disk::{self, Attributes, Found, Owner};
use crate::effects::{clock, host, rival, supervisor};
use crate::model::conf::{Conf, Given};
use crate::model::observed::{
    Attention, Chmpx as SeenChmpx, Installed, InstalledFile, Obstacle, Server,
};
use crate::model::plan::HEAL_AFTER;
use crate::model::rules::judge;
use crate::model::supervisor::Supervisor;
use crate::model::trial::Life;

/// The control port is left alone for this long after an exchange.
const QUIET: Duration = Duration::from_secs(1);
/// A settled chmpx is asked what it has in force this often; in between its process is glanced at.
const FULL_LOOK: Duration = Duration::from_secs(300);
/// The same while its servers are not those of the file, or not all of them are connected.
const FULL_LOOK_AT_CHANGING: Duration = Duration::from_secs(30);

impl Node {
    pub(super) fn look_at_target(&mut self, troubles: &mut Vec<Trouble>) -> Installed {
        let path = &self.settings.target.path;
        let print = disk::print(path);
        if let Some((known, installed)) = &self.target
            && *known == print
            && print.is_some()
        {
            return installed.clone();
        }
        let installed = match disk::look(path) {
            Ok(Found::Missing) => Installed::Missing,
            Ok(Found::File(content)) => {
                let why = self.unreadable(content.mode, content.owner);
                Installed::File(InstalledFile::new(content.bytes, why))
            }
            Ok(Found::Link(content)) => {
                let why = "it is a symbolic link, which chmpx does not see being changed";
                Installed::File(InstalledFile::new(content.bytes, Some(why.to_owned())))
            }
            Ok(Found::Other(what)) => {
                let help = "make target.path a regular file, or a free name, in a directory";
                Installed::Obstacle(Obstacle { what, help })
            }
            Err(error) => {
                let (what, help) = (Chain(&error).to_string(), error.help());
                troubles.push(on_disk("looking at the file of chmpx", error));
                Installed::Obstacle(Obstacle { what, help })
            }
        };
        // What could not be read may be readable the next time, without a trace on the file itself.
        let is_sure = matches!(installed, Installed::File(_) | Installed::Missing);
        self.target = Some((print.filter(|_| is_sure), installed.clone()));
        installed
    }

    /// What keeps the running chmpx from reading a file with these attributes: on such a file it
    /// loses its watch for ever, and the next connection to its control port ends it (measured).
    fn unreadable(&self, mode: u32, owner: Owner) -> Option<String> {
        let reader = self.chmpx.reader()?;
        let user = reader.user;
        (!reader.may_read(mode, owner))
            .then(|| format!("its mode {mode:03o} keeps chmpx (user {user}) from reading it"))
    }

    /// Who else is known to write the file, once somebody else has changed it.
    pub(super) fn rival(&self) -> Option<String> {
        (!self.memory.drifts.is_empty()).then(rival::official_helper).flatten()
    }

    /// What the official supervisor of chmpx makes of the file.
    pub(super) fn supervisor(&self) -> Supervisor {
        supervisor::found(&self.settings.paths.antpickax_dir, &self.settings.target.path)
    }

    /// The mode and owner for a new file: those of the old one, else what was decided; in any case
    /// such that the running chmpx may read it.
    pub(super) fn attributes(&self) -> Attributes {
        let decided = self.decided_attributes();
        let owner = decided.owner.unwrap_or_else(Owner::own);
        match self.chmpx.reader() {
            Some(reader) if !reader.may_read(decided.mode, owner) => {
                Attributes { mode: decided.mode | 0o444, ..decided }
            }
            _ => decided,
        }
    }

    fn decided_attributes(&self) -> Attributes {
        let target = &self.settings.target;
        let wished = || target.owner.as_deref().and_then(Owner::named);
        match fs::metadata(&target.path) {
            Ok(meta) if meta.is_file() => {
                // A file that its readers cannot read blinds chmpx for ever: what was decided wins.
                let mode = meta.permissions().mode() & 0o777 | target.mode & 0o444;
                Attributes { mode, owner: Some(Owner::of(&meta)) }
            }
            _ => Attributes { mode: target.mode, owner: wished() },
        }
    }

    /// Whether chmpx survives a connection to its control port: it reads the file first, and ends
    /// with one that does not load (measured). What the file needs on this host is looked at anew.
    pub(super) fn bears_a_connection(&self, installed: &Installed) -> bool {
        installed.file().is_some_and(|file| file.misplaced.is_none() && self.loads(&file.conf))
    }

    /// Whether chmpx would survive reading this file now.
    pub(super) fn loads(&self, conf: &Conf) -> bool {
        let paths = conf.questions(&Given::default()).paths;
        let host = host::places(&paths, self.chmpx.reader().as_ref());
        judge(conf, Some(&host)).loads
    }

    pub(super) async fn look_at_chmpx(&mut self, installed: &Installed) -> SeenChmpx {
        let conf = installed.conf();
        if let Some((at, seen)) = &self.seen_chmpx
            && self.settled
            && !self.forced
            && at.elapsed() < full_look_after(seen, &conf)
            && self.chmpx.is_alive() == Some(true)
        {
            return seen.clone();
        }
        let since_install = self.since_install(clock::now());
        let quiet = since_install.is_some_and(|since| since < QUIET);
        let may_connect =
            self.manners != Manners::Shadows && !quiet && self.bears_a_connection(installed);
        let ask = if may_connect { Ask::Freely } else { Ask::OffControlPort };
        let mut seen = self.chmpx.look(&conf, ask).await;
        let had_time = since_install.is_none_or(|since| since >= HEAL_AFTER);
        if had_time && may_connect && is_behind(&seen, &conf) {
            let attention = self.chmpx.attention(&conf).await;
            if matches!(attention, Attention::Free { .. }) {
                // It may have answered because it has just become ready with the file.
                seen = self.chmpx.look(&conf, ask).await;
            }
            if let SeenChmpx::Up(running) = &mut seen {
                running.attention = attention;
            }
        }
        let before = self.running_process();
        self.seen_chmpx = Some((Instant::now(), seen.clone()));
        if self.running_process() != before {
            // Whether another process may read the file has to be found out anew.
            if let Some((print, _)) = &mut self.target {
                *print = None;
            }
        }
        seen
    }
}

/// Whether chmpx shows another generation than the file has.
fn is_behind(chmpx: &SeenChmpx, conf: &Conf) -> bool {
    let SeenChmpx::Up(running) = chmpx else { return false };
    let installed = conf.file_version().map(|version| version.value);
    running.generation.is_some() && installed.is_some() && running.generation != installed
}

pub(super) fn life_of(chmpx: &SeenChmpx) -> Life {
    match chmpx {
        SeenChmpx::Up(running) => running.process.map_or(Life::Unclear, Life::Runs),
        SeenChmpx::Down => Life::Gone,
        SeenChmpx::Unknown(_) | SeenChmpx::Astray { .. } => Life::Unclear,
    }
}

/// The ring is only as fresh as the last full look: while it moves there is one more often.
fn full_look_after(chmpx: &SeenChmpx, conf: &Conf) -> Duration {
    let SeenChmpx::Up(running) = chmpx else { return FULL_LOOK };
    let is_well = |server: &Server| server.is_up() && server.connected;
    let moves = running.servers.len() != conf.servers().len();
    if moves || !running.servers.iter().all(is_well) { FULL_LOOK_AT_CHANGING } else { FULL_LOOK }
}
