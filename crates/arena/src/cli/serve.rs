//! `arena serve`: the whole arena in one process, until somebody ends it.

use std::io::{ErrorKind, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arena_core::budget::Budget;
use arena_store::Store;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;
use tokio::net::TcpListener;

use super::args::{Configuration, Serve};
use super::control::Control;
use super::database::open;
use super::exit::{Exit, Failure};
use super::signals::listen_to_end;
use crate::access::{Hosts, keeper};
use crate::api::{App, ROOT, Settings};
use crate::audit::{Checkpoints, Notary, PrivateKey};
use crate::causes::in_one_line;
use crate::clock::{Clock as _, SystemClock};
use crate::config::Audit;
use crate::lobby::Lobby;
use crate::roster::Roster;
use crate::runner::Runner;
use crate::server::Server;
use crate::site;
use crate::telemetry::Exporter;
use crate::tools::Workshop;

pub(super) async fn serve(serve: Serve, configuration: Configuration) -> Result<Exit, Failure> {
    let Serve { listen, allow_host, concurrency, queue, rate, wait_for_person, otlp, json, database, .. } = serve;
    let Serve { total_calls, total_tokens, total_cost, .. } = serve;
    let config = configuration.load()?;
    let signing = config.audit.as_ref().map(signing).transpose()?;
    let workshop = Arc::new(Workshop::new(&config, Duration::from_secs(wait_for_person)));
    open_many_files();
    let cannot_listen = |cause| cannot_listen(listen, &cause);
    let listener = TcpListener::bind(listen).await.map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;
    let is_reached = !address.ip().is_loopback();
    // What is refused must not leave a file behind.
    if is_reached && !database.database.exists() {
        return Err(nobody_has_a_token(address));
    }
    let store = open(&database.database).await?;
    if is_reached && !somebody_has_a_token(&*store).await? {
        store.close().await;
        return Err(nobody_has_a_token(address));
    }
    let notary = signing.map(|(key, file)| Notary::open(Arc::clone(&store), key, file));
    let budget = Budget { calls: total_calls, tokens: total_tokens, cost_microusd: total_cost, seconds: None };
    let n_places = concurrency as usize;
    let (roster, clock) = (Roster::new(config), Arc::new(SystemClock));
    let runner = Arc::new(Runner::with_budget(store, roster, clock, workshop, n_places, budget));
    let exporter = otlp.filter(|base| !base.is_empty()).map(|base| exporter(&base, &runner)).transpose()?;
    let mut ending = listen_to_end(Arc::clone(&runner), configuration)?;
    let lobby = Lobby::open(Arc::clone(&runner), n_places, queue as usize);
    let settings = Settings {
        version: env!("CARGO_PKG_VERSION"),
        listen: address.to_string(),
        allow_hosts: allow_host.clone(),
        concurrency,
        queue,
        rate,
        total_calls,
        total_tokens,
        total_cost_microusd: total_cost,
        wait_for_person,
    };
    let app = App::new(lobby, Hosts::new(address, allow_host), settings);
    let server = Server::start(listener, site::router(app.clone())).map_err(cannot_listen)?;
    let n_taken_up = app.lobby().take_up().await?;
    let control = Control::open(&database.database, runner);
    // Printed at once: whoever started this waits for it.
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{}",
        if json { line(server.address(), n_taken_up) } else { greeting(server.address(), n_taken_up) }
    )?;
    out.flush()?;
    ending.come().await;
    tracing::info!("closing: matches are put down, and taken up again at the next start");
    if let Some(control) = control {
        control.close().await;
    }
    // Who watches is told first: their connections would hold the server open.
    app.live().close();
    server.close().await;
    // Before the database closes, from which it reads.
    if let Some(exporter) = exporter {
        exporter.close().await;
    }
    app.put_down().await;
    // After the last that is written, and before the database closes.
    if let Some(notary) = notary {
        notary.close().await;
    }
    app.store().close().await;
    Ok(Exit::Good)
}

/// What the audit log is signed with, and where that is kept.
fn signing(Audit { key, checkpoints }: &Audit) -> Result<(PrivateKey, Checkpoints), Failure> {
    let key = PrivateKey::read(key).map_err(|error| Failure::usage(in_one_line(&error)))?;
    let file = Checkpoints::open(checkpoints)
        .map_err(|error| Failure::usage(format!("cannot keep checkpoints in {}: {error}", checkpoints.display())))?;
    Ok((key, file))
}

/// Sends traces to the collector at `base`, with the headers of the environment.
fn exporter(base: &str, runner: &Runner) -> Result<Exporter, Failure> {
    let headers = std::env::var("OTEL_EXPORTER_OTLP_HEADERS").unwrap_or_default();
    Exporter::start(base, &headers, Arc::clone(runner.store()), runner.bus().changes())
        .map_err(|error| Failure::usage(in_one_line(&error)))
}

/// A connection is an open file: as many as this user may have.
fn open_many_files() {
    let limit = getrlimit(Resource::Nofile);
    // Who may not have more has what there is.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}

async fn somebody_has_a_token(store: &dyn Store) -> Result<bool, Failure> {
    let now = SystemClock.now();
    Ok(keeper::list(store).await?.iter().any(|token| token.body.counts(now)))
}

fn nobody_has_a_token(address: SocketAddr) -> Failure {
    Failure::usage(format!(
        "other machines reach {address}, and nobody has a token: make one with arena token create NAME --scope run, or \
         listen at 127.0.0.1"
    ))
}

fn line(address: SocketAddr, n_taken_up: usize) -> String {
    json!({"schema_version": 1, "url": format!("http://{address}"), "n_taken_up": n_taken_up}).to_string()
}

fn greeting(address: SocketAddr, n_taken_up: usize) -> String {
    let taken_up = match n_taken_up {
        0 => String::new(),
        1 => "\n1 match that was interrupted is played on".to_owned(),
        n => format!("\n{n} matches that were interrupted are played on"),
    };
    format!("the arena is open at http://{address}\nits API: http://{address}{ROOT}/openapi.json{taken_up}")
}

fn cannot_listen(listen: SocketAddr, cause: &std::io::Error) -> Failure {
    let hint = match cause.kind() {
        ErrorKind::AddrInUse => "; --listen 127.0.0.1:0 takes a free port",
        _ => "",
    };
    Failure::usage(format!("cannot listen on {listen}: {cause}{hint}"))
}
