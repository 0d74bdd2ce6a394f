//! Connections to the control port, each of which makes chmpx read its file again.
use std::{
    io::{self, Read as _, Write as _},
    net::{IpAddr, TcpStream},
    thread,
    time::Duration,
};

use nix::sys::epoll::{EpollEvent, EpollFlags};

use super::Process;
use crate::chmpx::{
    config::Node,
    control::{self, COMMAND_MAX},
    ere,
    events::Kind,
    state::State,
};

impl Process {
    pub(super) fn accept(&mut self) {
        while let Ok((stream, peer)) = self.listener.accept() {
            let peer = peer.ip().to_canonical();
            self.events.note_text(Kind::ControlConnection, peer.to_string());
            let known = self.table.entries.iter().any(|entry| entry.addresses.contains(&peer));
            if !known {
                // `IsAllowHost` loads and replaces, but never applies: this is what swallows.
                self.reload(false);
                if self.stopping {
                    return;
                }
            }
            if stream.set_nonblocking(true).is_err() {
                continue;
            }
            if known || self.is_allowed(peer) {
                self.keep(stream);
            } else {
                self.events.note_text(Kind::Denied, peer.to_string());
                self.answer_denied(&stream);
            }
        }
    }

    fn keep(&mut self, stream: TcpStream) {
        let token = self.next_connection;
        self.next_connection += 1;
        if self.epoll.add(&stream, EpollEvent::new(EpollFlags::EPOLLIN, token)).is_ok() {
            self.connections.insert(token, stream);
        }
    }

    pub(super) fn read_command(&mut self, token: u64) {
        if let Some(stream) = self.connections.remove(&token) {
            self.epoll.delete(&stream).ok();
            self.try_answer(&stream).ok();
        }
    }

    /// Answers what has arrived, whatever it is: a command in two segments is two tries.
    fn try_answer(&self, mut stream: &TcpStream) -> io::Result<()> {
        let mut segment = [0; COMMAND_MAX];
        let length = stream.read(&mut segment)?;
        if length == 0 {
            return Ok(());
        }
        let segment = segment.get(..length).unwrap_or_default();
        stream.set_nonblocking(false)?;
        stream.set_write_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(control::answer(segment, &self.snapshot()?).as_bytes())?;
        let command = String::from_utf8_lossy(segment).trim().to_owned();
        self.events.note_text(Kind::Answered, command);
        Ok(())
    }

    /// The answers show the same memory as the tools do.
    fn snapshot(&self) -> io::Result<State> {
        self.show()?;
        State::attach(&self.state_file).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }

    /// A denied peer is closed only after reading from it. One that says nothing blocks everything.
    #[expect(clippy::disallowed_methods, reason = "chmpx blocks its main loop here as well")]
    fn answer_denied(&self, stream: &TcpStream) {
        let count = match self.config.number("RETRYCNT") {
            -1 => 500,
            count => count,
        };
        let pause = match self.config.number("RWTIMEOUT") {
            0 => 200,
            pause => pause,
        };
        let pause = Duration::from_micros(u64::try_from(pause).unwrap_or_default());
        for _ in 0..count {
            match self.try_answer(stream) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::sleep(pause),
                _ => return,
            }
        }
    }

    /// Whether the peer is one of the nodes of the file, or this host itself.
    fn is_allowed(&self, peer: IpAddr) -> bool {
        let names = [Some(peer.to_string()), self.host.reverse(peer)];
        let is_node = |node: &Node| {
            self.host.resolve(&node.name).contains(&peer)
                || node.forward_peers.iter().any(|p| self.host.resolve(&p.host).contains(&peer))
                || node.reverse_peers.iter().any(|p| self.host.resolve(&p.host).contains(&peer))
        };
        let is_found =
            |node: &Node| names.iter().flatten().any(|name| ere::is_found(&node.name, name));
        self.host.addresses().contains(&peer)
            || self.config.servers.iter().any(is_node)
            || self.config.slaves.iter().any(|node| is_node(node) || is_found(node))
    }
}
