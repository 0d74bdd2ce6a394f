//! The control port: one command a connection, answered in plain text.
use std::{
    fmt::Write as _,
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
    os::fd::AsRawFd as _,
};

use nix::sys::socket::{
    AddressFamily, Backlog, SockFlag, SockType, SockaddrStorage, bind, listen, setsockopt, socket,
    sockopt::{ReuseAddr, ReusePort},
};

use super::{
    state::State,
    table::{Entry, status_text},
};

/// The most that chmpx reads of a command.
pub const COMMAND_MAX: usize = 8191;

/// Opens the control port: on every interface, IPv6 first, or on loopback only.
///
/// Several processes may listen on one port (`SO_REUSEPORT`): chmpx does not refuse a second one.
pub fn open(port: u16, loopback: bool) -> io::Result<TcpListener> {
    if loopback {
        return open_at((Ipv4Addr::LOCALHOST, port).into());
    }
    open_at((Ipv6Addr::UNSPECIFIED, port).into())
        .or_else(|_| open_at((Ipv4Addr::UNSPECIFIED, port).into()))
}

fn open_at(address: SocketAddr) -> io::Result<TcpListener> {
    let family = if address.is_ipv6() { AddressFamily::Inet6 } else { AddressFamily::Inet };
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let fd = socket(family, SockType::Stream, flags, None)?;
    setsockopt(&fd, ReuseAddr, &true)?;
    setsockopt(&fd, ReusePort, &true)?;
    bind(fd.as_raw_fd(), &SockaddrStorage::from(address))?;
    listen(&fd, Backlog::new(128)?)?;
    Ok(TcpListener::from(fd))
}

/// The answer to what arrived in the first segment.
pub fn answer(segment: &[u8], state: &State) -> String {
    let text = String::from_utf8_lossy(segment);
    // The first line only; a NUL ends a command like a newline does.
    let line = text.split(['\n', '\0']).next().unwrap_or_default();
    let mut words = line.split_whitespace();
    let command = words.next().unwrap_or_default();
    match command.to_ascii_uppercase().as_str() {
        "VERSION" => "Version 1.0.113 (commit: sim) with OpenSSL\n".to_owned(),
        "SELFSTATUS" => self_status(state),
        "ALLSTATUS" => all_status(state),
        "DUMP" => dump(state),
        "SUSPENDMERGE" | "NOSUSPENDMERGE" | "SERVICEIN" | "UPDATESTATUS" => {
            "ERROR: not server mode\n".to_owned()
        }
        "SERVICEOUT" => match words.next() {
            Some(named) if state.servers.iter().any(|server| is_named(server, named)) => {
                "SUCCEED: accepted\n".to_owned()
            }
            _ => "ERROR: There is no such as server.\n".to_owned(),
        },
        "TRACE" if state.numbers.get("MAXHISTLOG") == Some(&0) => {
            "ERROR: MAXHISTLOG is 0\n".to_owned()
        }
        // Nothing happens on a slave.
        "MERGE" | "ABORTMERGE" | "COMPMERGE" | "TRACE" => "SUCCEED: accepted\n".to_owned(),
        _ => format!("Unknown command({command})\n"),
    }
}

fn is_named(server: &Entry, named: &str) -> bool {
    let mut parts = named.split(':');
    parts.next() == Some(&server.name) && parts.next() == Some(&server.ctlport.to_string())
}

fn self_status(state: &State) -> String {
    let own = &state.own;
    let mut text = String::new();
    let mut line = |key: &str, value: &str| {
        writeln!(text, "{key:<23} = {value}").ok();
    };
    line("Server Name", &own.name);
    line("Internal ID", &format!("0x{:016x}", own.id));
    line("RING Name", &state.group);
    line("Mode", "Slave");
    line("Port", "0");
    line("Control Port(socket)", &format!("{}(8)", own.ctlport));
    line("CUK", &own.cuk);
    line("Custom ID Seed", &own.seed);
    line("Use SSL", "no");
    line("Server Status", &format!("0x00000011({OWN_STATUS})"));
    line("Last Status Update", &state.start_time.to_string());
    line("Enable Hash Value", "0xffffffffffffffff");
    line("To Servers", &state.server_count.to_string());
    text
}

/// What a slave says about itself, also while every server is down.
pub const OWN_STATUS: &str = "SAFE -> [SLAVE][UP][n/a][Nothing][NoSuspend]";

fn all_status(state: &State) -> String {
    let mut text = format!("{:<23} = {}\n", "RING Name", state.group);
    for (index, server) in state.servers.iter().enumerate() {
        writeln!(text, "No.{}", index + 1).ok();
        let mut line = |key: &str, value: &str| {
            writeln!(text, "  {key:<21} = {value}").ok();
        };
        line("Server Name", &server.name);
        line("Port", &server.port.to_string());
        line("Control Port", &server.ctlport.to_string());
        line("CUK", &server.cuk);
        line("Custom ID Seed", &server.seed);
        line("Endpoints", &server.lists[0]);
        line("Control Endpoints", &server.lists[1]);
        line("Use SSL", if server.ssl { "yes" } else { "no" });
        line("Server Status", &format!("{}(SAFE -> {})", status_bits(server), status_text(server)));
        line("Last Update", &state.start_time.to_string());
        line("Enable Hash Value", "0x0000000000000000");
        line("Pending Hash Value", "0xffffffffffffffff");
    }
    text
}

fn status_bits(server: &Entry) -> String {
    let (up, service_in) = (u32::from(server.up), u32::from(server.service_in));
    format!("0x{:08x}", (up << 4) | (service_in << 2))
}

fn dump(state: &State) -> String {
    let mut text = String::new();
    let mut line = |depth: usize, line: &str| {
        writeln!(text, "{}{line}", "  ".repeat(depth)).ok();
    };
    line(0, "chminfo{");
    line(1, &format!("pid                 = {}", state.pid));
    line(1, &format!("start_time          = {}", state.start_time));
    line(1, &format!("is_random_deliver   = {}", state.random));
    for (key, number) in &state.numbers {
        line(1, &format!("{:<19} = {number}", key.to_ascii_lowercase()));
    }
    line(1, "chmpx_man{");
    line(2, &format!("group               = {}", state.group));
    line(2, &format!("cfg_revision        = {}", state.revision));
    line(2, &format!("cfg_date            = {}", state.date));
    line(2, &format!("chmpx_count         = {}", state.numbers.get("MAXCHMPX").unwrap_or(&0)));
    line(2, "chmpx_self{");
    dump_entry(&mut line, &state.own, OWN_STATUS, "SLAVE");
    line(2, "}");
    line(2, &format!("chmpx_server_count  = {}", state.server_count));
    for (index, server) in state.servers.iter().enumerate() {
        line(2, &format!("chmpx_servers[{index}]{{"));
        dump_entry(&mut line, server, &format!("SAFE -> {}", status_text(server)), "SERVER");
        line(2, "}");
    }
    line(2, "chmpx_slave_count   = 0");
    line(2, &format!("chmpx_free_count    = {}", state.free_count));
    line(1, "}");
    line(0, "}");
    text
}

fn dump_entry(line: &mut impl FnMut(usize, &str), entry: &Entry, status: &str, mode: &str) {
    line(3, &format!("chmpxid          = 0x{:x}", entry.id));
    line(3, &format!("name             = {}", entry.name));
    line(3, &format!("mode             = {mode}"));
    line(3, &format!("port             = {}", entry.port));
    line(3, &format!("ctlport          = {}", entry.ctlport));
    line(3, &format!("cuk              = {}", entry.cuk));
    line(3, &format!("custom_seed      = {}", entry.seed));
    line(3, &format!("is_ssl           = {}", entry.ssl));
    line(3, &format!("sock             = {}", entry.socket));
    line(3, &format!("status           = {status}"));
}
