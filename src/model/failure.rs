//! What an answer of K2HR3 that is not a success means, decided in one table.
//!
//! K2HR3's codes are coarse: with its storage down a valid token gets 401, a read without a token
//! 404 and a removal 403 (measured on 2.0.3). So no class here ever calls for anything destructive,
//! and what looks final is asked again, only more slowly.

mod class;

use std::time::Duration;

pub use class::Class;

/// Does waiting help?
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outlook {
    /// It may pass by itself.
    Passing,
    /// An operator has to do something.
    Lasting,
}

/// What was asked of K2HR3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// `PUT /v1/role/…`: become a member.
    Register,
    /// `GET /v1/resource/…` with the role token.
    ReadByToken,
    /// `GET /v1/resource/…` without a token: by the address of this node.
    ReadByAddress,
    /// `DELETE /v1/role/…` without a token: leave the role.
    Unregister,
}

/// Decides the class of an answer with status `code` whose JSON `message` is given, if it had one.
pub fn classify(request: Request, code: u16, message: &str) -> Class {
    let has = |part| message.contains(part);
    match code {
        401 | 403 if request == Request::Unregister => Class::NotMember,
        401 => Class::Token,
        // «Not initialize yet» and «could not set enable value» are the storage, whatever the code.
        400 | 404 if has("Not initialize yet") || has("could not set enable value") => Class::Busy,
        404 if has("is not role(") => Class::NotMember,
        // Its policy data, or its id.
        404 if has("could not get role") => Class::NoRole,
        404 if request == Request::Register => Class::NoRole,
        403 | 404 => Class::Denied,
        // Only a proxy, and only a network that wants a login, say so.
        407 | 511 => Class::Stranger,
        408 | 409 | 425 | 429 | 500..=599 => Class::Busy,
        400..=499 => Class::Rejected,
        _ => Class::Stranger,
    }
}

/// A request to K2HR3 that did not succeed. Holds no secret: texts were redacted before.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Failure {
    /// What kind of failure it was.
    pub class: Class,
    /// What happened, with the cause.
    pub text: String,
    /// How long the server asked to be left alone.
    pub retry_after: Option<Duration>,
}

impl Failure {
    /// What it amounts to for a node that K2HR3 has confirmed as a member of its role: that the role
    /// is gone is less likely than that K2HR3 cannot look it up.
    #[must_use]
    pub fn of_a_member(self) -> Self {
        if self.class == Class::NoRole { Self { class: Class::Forgotten, ..self } } else { self }
    }

    /// What it amounts to that a member of the role was refused with its token and, as `other`
    /// tells, by its address.
    #[must_use]
    pub fn and_by_address(self, other: &Self) -> Self {
        let text = format!("{}; and by the address of this node: {other}", self.text);
        Self { class: Class::Forgotten, text, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One row for each answer that was recorded from a real server or comes from a middle box.
    #[test]
    fn each_answer_has_its_class() {
        use Request::{ReadByAddress, ReadByToken, Register, Unregister};
        let rows = [
            (ReadByToken, 401, "token(x) is not existed, because it is expired", Class::Token),
            (Register, 401, "token(x) is not existed, because it is expired", Class::Token),
            (Register, 400, "There is no x-auth-token header", Class::Rejected),
            (Register, 400, "could not set enable value to yrn/hosts key", Class::Busy),
            (Register, 500, "Internal server error", Class::Busy),
            (ReadByToken, 404, "role(r) in tenant(t) does not allow to read access", Class::Denied),
            (ReadByToken, 404, "failed to expand \"yrn\"", Class::Denied),
            (ReadByToken, 404, "Not initialize yet, or configuration is not set", Class::Busy),
            (
                ReadByAddress,
                404,
                "ip:port(\"127.0.0.9\":0) is not role(\"r\") member.",
                Class::NotMember,
            ),
            (ReadByToken, 404, "could not get role(r) in tenant(t) policy data.", Class::NoRole),
            (ReadByAddress, 404, "could not get role(r) in tenant(t) policy data.", Class::NoRole),
            (ReadByAddress, 404, "could not get role id(yrn/id) value, or it", Class::NoRole),
            (
                ReadByAddress,
                400,
                "GET request does not have role yrn in post data.",
                Class::Rejected,
            ),
            (Register, 404, "", Class::NoRole),
            (Unregister, 403, "", Class::NotMember),
            (ReadByToken, 302, "", Class::Stranger),
            (ReadByToken, 204, "", Class::Stranger),
            (ReadByToken, 403, "", Class::Denied),
            (ReadByToken, 407, "", Class::Stranger),
            (ReadByToken, 511, "", Class::Stranger),
            (ReadByToken, 408, "", Class::Busy),
            (ReadByToken, 413, "", Class::Rejected),
            (ReadByToken, 429, "", Class::Busy),
            (ReadByToken, 431, "", Class::Rejected),
            (ReadByToken, 502, "", Class::Busy),
            (ReadByToken, 503, "", Class::Busy),
        ];
        for (request, code, message, class) in rows {
            assert_eq!(classify(request, code, message), class, "{request:?} {code} {message}");
        }
    }

    #[test]
    fn what_k2hr3_has_known_and_does_not_know_any_more_points_to_its_storage() {
        let failure =
            |class| Failure { class, text: "K2HR3 answered 404".to_owned(), retry_after: None };
        let forgotten = failure(Class::NoRole).of_a_member();
        assert!(forgotten.class.help().starts_with("look at K2HR3's storage"));
        assert_eq!(failure(Class::Denied).of_a_member().class, Class::Denied);
        let both = failure(Class::Token).and_by_address(&failure(Class::NotMember));
        assert_eq!(both.class, Class::Forgotten);
        assert!(both.text.ends_with("and by the address of this node: K2HR3 answered 404"));
    }

    #[test]
    fn what_an_outage_of_the_storage_looks_like_is_never_lasting() {
        use Class as C;
        for class in [C::Token, C::Forgotten, C::Denied, C::NoRole, C::NotMember, C::Busy] {
            assert_eq!(class.outlook(), Outlook::Passing);
        }
    }
}
