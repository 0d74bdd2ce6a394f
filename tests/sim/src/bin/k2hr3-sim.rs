//! A stand-in for the K2HR3 REST API as a process of its own.
#![expect(clippy::print_stdout, reason = "tells its addresses to whoever started it")]

use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use sim::k2hr3::{Admin, Options, Server};
use tokio::signal::unix::{SignalKind, signal};

#[derive(Debug, Parser)]
#[command(
    name = "k2hr3-sim",
    about = "A stand-in for the K2HR3 REST API",
    args_conflicts_with_subcommands = true
)]
struct Cli {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Send an order to a running one and print its answer.
    Admin {
        /// An address of it in plain HTTP.
        #[arg(long)]
        url: String,
        /// GET, POST or DELETE; POST when there is JSON, else GET.
        #[arg(long)]
        method: Option<String>,
        /// Such as /sim/counts.
        path: String,
        /// The order.
        json: Option<String>,
    },
}

#[derive(Debug, Args)]
struct Serve {
    /// Where the API listens; may be given several times.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: Vec<SocketAddr>,
    /// Where /sim is reachable in plain HTTP, even while the API is closed.
    #[arg(long)]
    admin: Option<SocketAddr>,
    /// A certificate chain in PEM; the API then wants TLS.
    #[arg(long, requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Its key in PEM.
    #[arg(long, requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Speak TLS 1.2 and nothing newer.
    #[arg(long, requires = "tls_cert")]
    old_tls: bool,
    /// How long an idle connection stays open, in milliseconds.
    #[arg(long, default_value_t = 5000)]
    idle_ms: u64,
    /// Tell each request on standard error.
    #[arg(long)]
    verbose: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Cli { verb, serve } = Cli::parse();
    let done = match verb {
        Some(Verb::Admin { url, method, path, json }) => ordered(&url, method, &path, json).await,
        None => served(serve).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("k2hr3-sim: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn served(serve: Serve) -> Result<(), Box<dyn Error>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let options = Options {
        listen: serve.listen,
        admin: serve.admin,
        tls: serve.tls_cert.zip(serve.tls_key),
        old_tls: serve.old_tls,
        idle: Duration::from_millis(serve.idle_ms),
        verbose: serve.verbose,
    };
    let server = Server::start(options).await?;
    for url in &server.urls {
        println!("k2hr3-sim listening on {url}");
    }
    if let Some(url) = &server.admin_url {
        println!("k2hr3-sim admin on {url}");
    }
    tokio::select! {
        () = server.serve() => {}
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    Ok(())
}

async fn ordered(
    url: &str,
    method: Option<String>,
    path: &str,
    json: Option<String>,
) -> Result<(), Box<dyn Error>> {
    let usual = if json.is_some() { "POST" } else { "GET" };
    let method = method.as_deref().unwrap_or(usual);
    let answer = Admin::connect(url).raw(method, path, &[], &json.unwrap_or_default()).await?;
    println!("{}", answer.text());
    if answer.status == 200 { Ok(()) } else { Err(format!("answered {}", answer.status).into()) }
}
