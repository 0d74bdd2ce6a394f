//! Whether chmpx may read what this host needs as a client of servers with TLS.
//!
//! That the files are there is asked when the file is loaded (`tls`); they are read only for the
//! first connection. Those of other nodes are never read here.

use super::{Code, Findings};
use crate::model::conf::Peer;
use crate::model::host::{Barrier, Host};

pub(super) fn look(host: &Host, own: &Peer, findings: &mut Findings) {
    let tls = &own.tls;
    let paths = [
        ("CAPATH", &tls.capath),
        ("SLAVE_CERT", &tls.slave_cert),
        ("SLAVE_PRIKEY", &tls.slave_prikey),
    ];
    for (key, path) in paths.into_iter().filter(|(_, path)| !path.is_empty()) {
        if let Some(Barrier::Itself { user }) = host.barrier(path) {
            findings.add(
                Code::TlsUnreadable,
                Some(own.line),
                format_args!(
                    "{key} of this host is `{}`, which chmpx (user {user}) may not read",
                    path.brief()
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::testing::{GOOD, host};
    use super::*;
    use crate::model::conf::Conf;
    use crate::model::rules::judge;

    const USER: u32 = 997;

    /// The good file with TLS everywhere, and certificates of clients.
    fn mutual(own: &str) -> String {
        let global = "CAPATH = /tls/ca\nSSL_VERIFY_PEER = on\nSERVER_CERT = /tls/cert\n\
            SERVER_PRIKEY = /tls/key\nSLAVE_CERT = /tls/cert\nSLAVE_PRIKEY = /tls/slave\n";
        GOOD.replace("GROUP = cluster\n", &format!("GROUP = cluster\n{global}"))
            .replace("SSL = no", "SSL = on")
            .replace("NAME = own\n", &format!("NAME = own\n{own}"))
    }

    fn findings(text: &str, barred: &str, barrier: Barrier) -> Vec<(Code, String)> {
        let mut host = host();
        host.paths.insert("/tls/slave".into(), crate::model::host::PathKind::File);
        host.barriers.insert(PathBuf::from(barred), barrier);
        let verdict = judge(&Conf::read(text.as_bytes()), Some(&host));
        verdict.findings.into_iter().map(|finding| (finding.code, finding.message)).collect()
    }

    #[test]
    fn a_key_of_this_host_that_chmpx_may_not_read_is_refused() {
        let found = findings(&mutual(""), "/tls/slave", Barrier::Itself { user: USER });
        let message =
            "SLAVE_PRIKEY of this host is `/tls/slave`, which chmpx (user 997) may not read";
        assert_eq!(found, [(Code::TlsUnreadable, message.to_owned())]);
    }

    #[test]
    fn a_key_that_other_nodes_read_has_to_be_there_and_no_more() {
        let text = mutual("SLAVE_PRIKEY = /tls/key\n");
        assert_eq!(findings(&text, "/tls/slave", Barrier::Itself { user: USER }), []);
    }

    #[test]
    fn a_file_below_a_directory_that_chmpx_may_not_enter_is_not_there() {
        let barrier = Barrier::Above { user: USER, directory: "/tls".into() };
        let found = findings(&mutual(""), "/tls/slave", barrier);
        let message =
            "SLAVE_PRIKEY names `/tls/slave`, and chmpx (user 997) may not enter /tls".to_owned();
        assert_eq!(found, [(Code::TlsPath, message)]);
    }
}
