//! Certificates for tests of TLS: an authority of its own for each.

use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};

/// A certificate, its key and the authority that vouches for it, as PEM files.
#[derive(Debug, Clone)]
pub struct Papers {
    /// The authority's certificate, for the client.
    pub authority: PathBuf,
    /// The server's certificate.
    pub certificate: PathBuf,
    /// The server's key.
    pub key: PathBuf,
}

/// Whether a certificate is still good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// For decades.
    Good,
    /// It expired.
    Expired,
    /// Its time has not come, as it looks to a machine whose clock is decades behind.
    NotYet,
    /// For decades, and it is its own authority, as `openssl req -x509` makes one.
    SignsItself,
}

impl Papers {
    /// Issues papers for these host names or addresses into a folder.
    pub fn issue(folder: &Path, names: &[&str], validity: Validity) -> io::Result<Self> {
        let papers = Self {
            authority: folder.join("authority.pem"),
            certificate: folder.join("certificate.pem"),
            key: folder.join("key.pem"),
        };
        let (authority, certificate, key) = issued(names, validity).map_err(io::Error::other)?;
        std::fs::write(&papers.authority, authority)?;
        std::fs::write(&papers.certificate, certificate)?;
        std::fs::write(&papers.key, key)?;
        Ok(papers)
    }
}

fn issued(names: &[&str], validity: Validity) -> Result<(String, String, String), rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "k2hr3-sim authority");
    let authority_key = KeyPair::generate()?;
    let authority = params.self_signed(&authority_key)?;
    let issuer = Issuer::new(params, authority_key);

    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, "k2hr3-sim");
    if validity == Validity::SignsItself {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate()?;
        let certificate = pem("CERTIFICATE", params.self_signed(&key)?.der());
        return Ok((certificate.clone(), certificate, pem("PRIVATE KEY", &key.serialize_der())));
    }
    let (first, last) = match validity {
        Validity::Good | Validity::SignsItself => (2000, 2100),
        Validity::Expired => (2000, 2001),
        Validity::NotYet => (2099, 2100),
    };
    params.not_before = date_time_ymd(first, 1, 1);
    params.not_after = date_time_ymd(last, 1, 1);
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, &issuer)?;
    Ok((
        pem("CERTIFICATE", authority.der()),
        pem("CERTIFICATE", certificate.der()),
        pem("PRIVATE KEY", &key.serialize_der()),
    ))
}

fn pem(kind: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = (0..text.len())
        .step_by(64)
        .filter_map(|at| text.get(at..text.len().min(at + 64)))
        .collect();
    format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", lines.join("\n"))
}
