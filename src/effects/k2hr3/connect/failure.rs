//! What kept a request from being answered, in the words of the innermost cause.

use std::error::Error as _;
use std::io;

use rustls::CertificateError;

use crate::model::date;
use crate::model::failure::{Class, Failure};

/// What kept a request from being answered.
pub(in crate::effects::k2hr3) fn failure(error: &reqwest::Error) -> Failure {
    let certificate = certificate(error);
    if let Some(text) = certificate.and_then(untimely) {
        return Failure { class: Class::Untimely, text, retry_after: None };
    }
    let (class, doing) = if error.is_timeout() {
        (Class::Silent, "K2HR3 did not answer in time")
    } else if certificate.is_some() {
        (Class::Untrusted, NO_CONNECTION)
    } else if error.is_connect() {
        (Class::Unreachable, NO_CONNECTION)
    } else {
        (Class::Unreachable, "the exchange with K2HR3 broke off")
    };
    Failure { class, text: format!("{doing}{}", causes(error)), retry_after: None }
}

const NO_CONNECTION: &str = "could not connect to K2HR3";

/// The innermost cause: those in between repeat the address, or each other.
fn causes(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    let mut innermost = None;
    while let Some(error) = cause {
        innermost = Some(error);
        cause = error.source();
    }
    innermost.map_or_else(String::new, |cause| format!(": {cause}"))
}

/// What to say of a certificate that is good at another time, with both times: one is wrong.
fn untimely(why: &CertificateError) -> Option<String> {
    let (time, verb, end) = if let CertificateError::ExpiredContext { time, not_after } = why {
        (time, "expired at", not_after)
    } else if let CertificateError::NotValidYetContext { time, not_before } = why {
        (time, "is not valid before", not_before)
    } else {
        return None;
    };
    let (end, time) = (date::moment(end.as_secs()), date::moment(time.as_secs()));
    Some(format!("the certificate of K2HR3 {verb} {end}, and the clock of this node says {time}"))
}

/// What is wrong with the server's certificate, if that is what it is.
fn certificate(error: &reqwest::Error) -> Option<&CertificateError> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(rustls) = error.downcast_ref::<rustls::Error>() {
            let rustls::Error::InvalidCertificate(why) = rustls else { return None };
            return Some(why);
        }
        // The source of an `io::Error` is that of the error inside, which would be passed over.
        let inside = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause = match inside {
            Some(inside) => Some(inside),
            None => error.source(),
        };
    }
    None
}
