//! Who this node is: its role, its unique key, its tag and its role token.
//!
//! Each is a type that cannot be built wrong, so that nothing further in has to check again.

use std::fmt;

use sha2::{Digest, Sha256};

/// A name that K2HR3 or chmpx would misread.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} {value:?} is not usable: {why}")]
pub struct InvalidName {
    what: &'static str,
    value: String,
    why: &'static str,
}

impl InvalidName {
    fn new(what: &'static str, value: &str, why: &'static str) -> Self {
        Self { what, value: value.chars().take(200).collect(), why }
    }

    /// What is wrong with it.
    pub fn why(&self) -> &'static str {
        self.why
    }
}

/// What chmpx gives a meaning in a value. K2HR3 renders the names of members as they are into the
/// file of every node, where an open quote or a lone backslash drops the line (measured): one such
/// member keeps that file from all of them.
const UNREADABLE: [char; 3] = ['\'', '"', '\\'];
const MISREAD: &str = "chmpx would drop or misread a line with a quote or a backslash in it";

/// The full name of a role: `yrn:yahoo:::<tenant>:role:<path>`.
///
/// K2HR3 folds names to lower case wherever they stand in a path, but not in the query's `role=`
/// (measured on 2.0.3): so the name is folded here, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    tenant: String,
    path: String,
}

impl Role {
    /// Reads a full role name. A short one would need the tenant, which a read without a token
    /// cannot guess.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let bad = |why| InvalidName::new("role", text, why);
        let name = text.trim().to_lowercase();
        let rest = name
            .strip_prefix("yrn:yahoo:::")
            .ok_or_else(|| bad("a full name is needed: yrn:yahoo:::<tenant>:role:<path>"))?;
        let (tenant, path) =
            rest.split_once(":role:").ok_or_else(|| bad("it has no part `:role:`"))?;
        if tenant.is_empty() || tenant.contains(':') || path.trim_matches('/').is_empty() {
            return Err(bad("the tenant or the path is empty or malformed"));
        }
        // Such names cannot be reached by URL at all: the server never decodes %3F and %23.
        if name.contains(['?', '#']) || name.chars().any(char::is_control) {
            return Err(bad("`?`, `#` and control characters cannot be sent to K2HR3"));
        }
        Ok(Self { tenant: tenant.to_owned(), path: path.trim_matches('/').to_owned() })
    }

    /// The role's resource of the same name, which is what K2HR3's own tools read.
    pub fn resource(&self) -> String {
        format!("yrn:yahoo:::{}:resource:{}", self.tenant, self.path)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "yrn:yahoo:::{}:role:{}", self.tenant, self.path)
    }
}

/// The unique key of this instance, under which it is a member of its role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cuk(String);

impl Cuk {
    /// The longest key that chmpx keeps: its field has 2048 bytes, and the length is not checked.
    pub const LONGEST: usize = 2047;

    /// Reads a key; white space around it is dropped.
    ///
    /// White space inside makes a member that can neither be seen nor removed by its node.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let cuk = text.trim();
        let bad = |why| Err(InvalidName::new("CUK", text, why));
        if cuk.is_empty() {
            return bad("it is empty");
        }
        if cuk.len() > Self::LONGEST {
            return bad("it is longer than the 2047 bytes that chmpx keeps");
        }
        if cuk.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return bad("it has white space or control characters inside");
        }
        if cuk.contains(UNREADABLE) {
            return bad(MISREAD);
        }
        Ok(Self(cuk.to_owned()))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A number in `0..1` that is fixed for this node and spread evenly over nodes.
    pub fn share(&self) -> f64 {
        // Keys often differ in their last digits only.
        let digest = Sha256::digest(self.0.as_bytes());
        let first = digest.first_chunk().copied().map_or(0, u32::from_be_bytes);
        f64::from(first) / 4_294_967_296.0
    }
}

/// What the node is called in the role, usually its host name. Templates use it as a node's NAME.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag(String);

impl Tag {
    /// Reads a tag; white space around it is dropped.
    ///
    /// A line break in a tag would add lines to the file of every node of the role.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let tag = text.trim();
        let bad = |why| Err(InvalidName::new("tag", text, why));
        if tag.is_empty() {
            return bad("it is empty");
        }
        if tag.len() > 1024 {
            return bad("it is longer than the 1024 bytes that chmpx allows for a name");
        }
        if tag.chars().any(char::is_control) {
            return bad("it has control characters");
        }
        if tag.contains(UNREADABLE) {
            return bad(MISREAD);
        }
        Ok(Self(tag.to_owned()))
    }

    /// The tag as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A role token. It is a secret: it has no `Display`, and `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct RoleToken(String);

impl RoleToken {
    /// Reads a token as it stands in a file: white space around it and a leading `R=` are dropped.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let token = text.trim();
        let token = token.strip_prefix("R=").unwrap_or(token);
        // The value is left out of the error: it may be a token with a typing mistake.
        let bad = |why| Err(InvalidName::new("role token", "(hidden)", why));
        if token.is_empty() {
            return bad("it is empty");
        }
        if token.len() > 1024 || !token.bytes().all(|b| b.is_ascii_graphic()) {
            return bad("only up to 1024 visible ASCII characters without blanks are possible");
        }
        Ok(Self(token.to_owned()))
    }

    /// The value of the header `x-auth-token`: without the prefix the server takes it for a user's.
    pub fn header(&self) -> String {
        format!("R={}", self.0)
    }

    /// `text` without this token: a 401 body of K2HR3 holds the token in clear.
    pub fn redact(&self, text: &str) -> String {
        text.replace(&self.0, "(token)")
    }
}

impl fmt::Debug for RoleToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RoleToken(…)")
    }
}

/// Everything that says who this node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The role to be a member of.
    pub role: Role,
    /// The full name of the RESOURCE that K2HR3 renders for the role.
    pub resource: String,
    /// The unique key of this instance.
    pub cuk: Cuk,
    /// What this node is called, if it has a name.
    pub tag: Option<Tag>,
}

#[cfg(test)]
mod tests;
