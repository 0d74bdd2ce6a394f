//! What kinds of failure there are, and what each calls for.

use super::super::worded::worded;
use super::Outlook;

worded! {
    /// What kind of failure it was.
    pub enum Class {
        /// Nothing usable came back: no route, refused, reset, cut short.
        Unreachable "unreachable",
        /// No answer came in time: asking again at once would only double the wait.
        Silent "silent",
        /// The server's certificate could not be verified.
        Untrusted "untrusted",
        /// By the clock of this node the server's certificate is not valid yet, or no longer.
        Untimely "untimely",
        /// The server is up but cannot do its work now.
        Busy "busy",
        /// The token was not accepted: expired, revoked, mistyped, or the storage is down.
        Token "token",
        /// K2HR3 does not know any more what it has known: the token and the address of a member, or
        /// its role.
        Forgotten "forgotten",
        /// The resource cannot be read by the role, or its template fails, or the storage is down.
        Denied "denied",
        /// This node is not a member of the role.
        NotMember "not-member",
        /// The role itself does not exist, or has no policy.
        NoRole "no-role",
        /// The request is wrong and stays wrong until the settings change.
        Rejected "rejected",
        /// Something answered that is not K2HR3: a redirect, a page, another kind of body.
        Stranger "stranger",
    }
}

impl Class {
    /// Whether waiting may help.
    pub fn outlook(self) -> Outlook {
        match self {
            // 401, 403 and 404 are also what an outage of the storage looks like.
            Self::Unreachable
            | Self::Silent
            // Many a machine has its clock set after it has started.
            | Self::Untimely
            | Self::Forgotten
            | Self::Busy
            | Self::Stranger
            | Self::NotMember
            | Self::Token
            | Self::Denied
            | Self::NoRole => Outlook::Passing,
            Self::Untrusted | Self::Rejected => Outlook::Lasting,
        }
    }

    /// What the operator can do, as one sentence.
    pub fn help(self) -> &'static str {
        match self {
            Self::Unreachable | Self::Silent => {
                "check the network to K2HR3 and the setting k2hr3.api_uri"
            }
            Self::Untrusted => {
                "name the certificate of your CA, or K2HR3's own, in k2hr3.ca_file, and in \
                 k2hr3.api_uri the host that it was issued for; certificates are never ignored"
            }
            Self::Untimely => {
                "compare the clock of this node with the times above: set the clock, or renew the \
                 certificate of K2HR3"
            }
            Self::Busy => {
                "look at K2HR3 and at its storage (its own K2HDKC); the agent goes on asking at a \
                 lower pace"
            }
            Self::Token => {
                "issue a new role token in K2HR3 and put it in the token file; the agent notices. \
                 If all nodes say so at once, K2HR3's storage is down"
            }
            Self::Forgotten => {
                "look at K2HR3's storage (its own K2HDKC) first: while it is down, K2HR3 knows \
                 nobody. If others can read, the role was removed, or this node was taken out of \
                 it: put a new role token in the token file"
            }
            Self::Denied => {
                "in K2HR3, check that the role has a policy that allows reading the resource, \
                 that the resource exists and that its template works; a K2HR3 that lost its \
                 storage says the same"
            }
            Self::NotMember => "the agent registers this node again if it has a role token",
            Self::NoRole => {
                "check the spelling of k2hr3.role (K2HR3 registers into any role name) and that \
                 the role has a policy; a K2HR3 that lost its storage says the same"
            }
            Self::Rejected => "check k2hr3.role, k2hr3.resource, node.cuk and node.tag",
            Self::Stranger => "check k2hr3.api_uri: a proxy or another server answered",
        }
    }
}
