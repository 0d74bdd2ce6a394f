//! Telling how far a long piece of work is: one moving line on a terminal, else a line each.
#![expect(clippy::print_stdout, reason = "commands talk to their user")]

use std::io::{IsTerminal as _, Write as _, stdout};

/// How far the work is.
#[derive(Debug)]
pub(super) struct Progress {
    terminal: bool,
    done: usize,
    all: usize,
    waiting_for: String,
}

impl Progress {
    pub(super) fn new() -> Self {
        let terminal = stdout().is_terminal();
        Self { terminal, done: 0, all: 0, waiting_for: String::new() }
    }

    /// So many things are to be done.
    pub(super) fn expect(&mut self, all: usize) {
        self.all = all;
    }

    /// Something that takes a while begins.
    pub(super) fn doing(&mut self, verb: &str, name: &str) {
        if self.terminal {
            print!("\r\u{1b}[K[{}/{}] {verb} {name} …", self.done, self.all);
            // A terminal that went away has no reader.
            let _unread = stdout().flush();
        }
    }

    /// One thing is done.
    pub(super) fn finished(&mut self, verb: &str, name: &str) {
        self.done += 1;
        self.waiting_for.clear();
        let (done, all) = (self.done, self.all);
        self.said(&format!("[{done}/{all}] {verb} {name}"));
    }

    /// One thing will not be done.
    pub(super) fn failed(&mut self, name: &str, why: &str) {
        self.done += 1;
        let (done, all) = (self.done, self.all);
        self.said(&format!("[{done}/{all}] failed: {name}: {why}"));
    }

    /// An attempt failed and is made again. Told when the reason changes, not each time.
    pub(super) fn waiting(&mut self, what: &str, why: &str) {
        if self.terminal {
            self.doing("waiting for", &format!("{what}: {why}"));
        } else if self.waiting_for != why {
            self.said(&format!("waiting for {what}: {why}"));
        }
        why.clone_into(&mut self.waiting_for);
    }

    /// Something worth a line of its own.
    pub(super) fn said(&mut self, line: &str) {
        let home = if self.terminal { "\r\u{1b}[K" } else { "" };
        println!("{home}{line}");
    }

    /// All is done.
    pub(super) fn done(&mut self) {
        self.said("done");
    }
}
