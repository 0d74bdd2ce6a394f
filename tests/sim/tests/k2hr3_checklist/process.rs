//! The binary: its addresses, its end, TLS, and orders by command line.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sim::k2hr3::{Admin, Papers, Validity};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

const BINARY: &str = env!("CARGO_BIN_EXE_k2hr3-sim");

#[tokio::test]
async fn the_binary_tells_its_address_first_and_ends_at_sigterm() {
    let mut child = Command::new(BINARY)
        .args(["--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.next_line().await.unwrap().unwrap();
    let url = line.strip_prefix("k2hr3-sim listening on ").unwrap();
    assert!(url.starts_with("http://127.0.0.1:"), "{line}");

    // One address serves both sides.
    let cluster = Admin::connect(url).cluster("c").servers(1).await.unwrap();
    assert_eq!(cluster.published().await.unwrap().status, 200);

    let pid = i32::try_from(child.id().unwrap()).unwrap();
    kill(Pid::from_raw(pid), Signal::SIGTERM).unwrap();
    assert!(child.wait().await.unwrap().success());
}

#[tokio::test]
async fn a_spawned_server_is_driven_like_one_in_this_process() {
    let k2hr3 = Admin::spawn(Path::new(BINARY), &["--idle-ms", "2000"]).await.unwrap();
    let cluster = k2hr3.cluster("mycluster").servers(2).await.unwrap();
    assert_eq!(cluster.servers().await.unwrap().len(), 2);
    k2hr3.down().await.unwrap();
    assert!(cluster.published().await.is_err());
    k2hr3.up().await.unwrap();
    assert_eq!(cluster.published().await.unwrap().status, 200);
}

#[tokio::test]
async fn orders_can_be_given_by_command_line() {
    let k2hr3 = Admin::spawn(Path::new(BINARY), &[]).await.unwrap();
    let order = async |arguments: &[&str]| {
        let mut command = Command::new(BINARY);
        command.args(["admin", "--url", k2hr3.url()]).args(arguments);
        let output = command.output().await.unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    assert!(order(&["/sim/clusters", r#"{"name":"c","servers":1}"#]).await.0);
    let role = "/sim/hosts?role=yrn:yahoo:::tenant1:role:c/server";
    assert!(order(&[role]).await.1.contains("127.0.1.1"));
    assert!(!order(&["/sim/nothing"]).await.0);
}

#[tokio::test]
async fn with_a_certificate_the_api_speaks_tls_and_the_administrator_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let papers = Papers::issue(folder.path(), &["127.0.0.1"], Validity::Good).unwrap();
    let arguments = [
        "--tls-cert",
        papers.certificate.to_str().unwrap(),
        "--tls-key",
        papers.key.to_str().unwrap(),
    ];
    let k2hr3 = Admin::spawn(Path::new(BINARY), &arguments).await.unwrap();
    k2hr3.cluster("mycluster").await.unwrap();
    let address = k2hr3.url().strip_prefix("https://").unwrap();

    let answer = over_tls(address, &papers).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    let stranger = tempfile::tempdir().unwrap();
    let others = Papers::issue(stranger.path(), &["127.0.0.1"], Validity::Good).unwrap();
    assert!(over_tls(address, &others).await.is_err());
}

#[tokio::test]
async fn an_expired_certificate_and_one_of_another_name_are_told_apart_by_the_client() {
    for (names, validity) in
        [(["127.0.0.1"], Validity::Expired), (["other.example"], Validity::Good)]
    {
        let folder = tempfile::tempdir().unwrap();
        let papers = Papers::issue(folder.path(), &names, validity).unwrap();
        let tls = Some((papers.certificate.clone(), papers.key.clone()));
        let options = sim::k2hr3::Options { tls, ..Default::default() };
        let k2hr3 = Admin::here(options).unwrap();
        let address = k2hr3.url().strip_prefix("https://").unwrap();
        assert!(over_tls(address, &papers).await.is_err(), "{names:?} {validity:?}");
    }
}

async fn over_tls(address: &str, papers: &Papers) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&papers.authority).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    stream.write_all(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n").await?;
    let mut answer = Vec::new();
    // The end of a TLS stream without a farewell is an error; what came before it is what counts.
    stream
        .read_to_end(&mut answer)
        .await
        .map(drop)
        .or_else(|error| if answer.is_empty() { Err(error) } else { Ok(()) })?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
