//! Telling how far a long piece of work is: a line for each thing that is done or given up.
#![expect(clippy::print_stdout, reason = "commands talk to their user")]

use crate::terminal::erase;

/// How far the work is.
#[derive(Debug, Default)]
pub(super) struct Progress {
    done: usize,
    all: usize,
    waiting_for: String,
}

impl Progress {
    /// So many things are to be done.
    pub(super) fn expect(&mut self, all: usize) {
        self.all = all;
    }

    /// What is being done, for whoever watches it.
    pub(super) fn doing(&self, verb: &str, name: &str) -> String {
        format!("[{}/{}] {verb} {name}", self.done, self.all)
    }

    /// One thing is done.
    pub(super) fn finished(&mut self, verb: &str, name: &str) {
        self.done += 1;
        self.waiting_for.clear();
        let (done, all) = (self.done, self.all);
        say(&format!("[{done}/{all}] {verb} {name}"));
    }

    /// One thing will not be done.
    pub(super) fn failed(&mut self, name: &str, why: &str) {
        self.done += 1;
        let (done, all) = (self.done, self.all);
        say(&format!("[{done}/{all}] failed: {name}: {why}"));
    }

    /// An attempt failed and is made again. Told when the reason changes, not each time.
    pub(super) fn waiting(&mut self, what: &str, why: &str) {
        if self.waiting_for != why {
            say(&format!("waiting for {what}: {why}"));
        }
        why.clone_into(&mut self.waiting_for);
    }
}

/// Something worth a line of its own.
pub(super) fn say(line: &str) {
    erase();
    println!("{line}");
}
