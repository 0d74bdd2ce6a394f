//! A restart that chmpx still needs: noted before the file that it is for is put in place, because an
//! agent may be killed right after that.

use serde::{Deserialize, Serialize};

use super::super::observed::Installed;
use super::{Memory, Process, Seconds};

/// A restart of chmpx that is still owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwedRestart {
    /// Why it is needed.
    pub why: String,
    /// The process that has to go; any other one has read the installed file at its start.
    pub process: Process,
    /// When chmpx was told to start afresh, if it was.
    pub told: Option<Seconds>,
    /// Since when it is owed.
    pub at: Seconds,
    /// Whether all slaves of the cluster owe it, so that they take turns.
    pub shared: bool,
    /// The generation that it is for, while it is not known whether that got into place.
    #[serde(default)]
    pub only_with: Option<i32>,
}

impl Memory {
    /// Draws conclusions from what lies at the target: a restart that is for a file which did not
    /// get there is not owed.
    pub fn notice_file(&mut self, installed: &Installed) {
        let Some(generation) = self.owed.as_ref().and_then(|owed| owed.only_with) else { return };
        let is_in_place = match installed {
            Installed::File(file) => file.generation() == Some(generation),
            Installed::Missing => false,
            Installed::Obstacle(_) => return,
        };
        if is_in_place {
            self.file_is_in_place();
        } else {
            self.owed = None;
        }
    }

    /// Takes note that the file is in place that a restart is owed for, if one is.
    pub fn file_is_in_place(&mut self) {
        if let Some(owed) = &mut self.owed {
            owed.only_with = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::observed::{InstalledFile, Obstacle};
    use super::*;

    /// What is owed for generation 8 once this was seen at the target.
    fn owed_after(installed: &Installed) -> Option<OwedRestart> {
        let mut memory = Memory { owed: Some(owed(Some(8))), ..Memory::of("a") };
        memory.notice_file(installed);
        memory.owed
    }

    fn owed(only_with: Option<i32>) -> OwedRestart {
        let process = Process { pid: 100, started: 1 };
        OwedRestart {
            why: "cold".to_owned(),
            process,
            told: None,
            at: 900,
            shared: false,
            only_with,
        }
    }

    fn file(generation: i32) -> Installed {
        let text = format!("[GLOBAL]\nFILEVERSION = {generation}\n");
        Installed::File(InstalledFile::new(text.into_bytes(), None))
    }

    #[test]
    fn a_restart_is_owed_for_a_file_that_is_in_place_whoever_was_killed_then() {
        assert_eq!(owed_after(&file(8)), Some(owed(None)));
    }

    #[test]
    fn no_restart_is_owed_for_a_file_that_did_not_get_there() {
        assert_eq!(owed_after(&file(7)), None);
        assert_eq!(owed_after(&Installed::Missing), None);
    }

    #[test]
    fn whether_a_restart_is_owed_for_a_file_that_cannot_be_seen_is_found_out_later() {
        let what = "could not read it".to_owned();
        let obstacle = Installed::Obstacle(Obstacle { what, help: "" });
        assert_eq!(owed_after(&obstacle), Some(owed(Some(8))));
    }

    #[test]
    fn a_restart_that_is_owed_stays_owed_whatever_lies_there_later() {
        let mut memory = Memory { owed: Some(owed(None)), ..Memory::of("a") };
        memory.notice_file(&Installed::Missing);
        assert_eq!(memory.owed, Some(owed(None)));
    }
}
