//! Ctrl-C and its like: matches are put down in good order, and whoever asks twice is obeyed at once.

use std::sync::Arc;

use super::exit::Failure;
use crate::runner::Runner;

/// The first interrupt puts the matches down in good order, the second ends the process.
///
/// On a thread of its own, which ends with the process: a terminal that takes no more output may hold all others.
pub(super) fn listen_for_interrupts(runner: Arc<Runner>) -> Result<(), Failure> {
    let failed = |cause: std::io::Error| Failure::infrastructure("signals cannot be heard", &cause);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let listen = async move {
        signal().await;
        runner.close();
        signal().await;
        leave();
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || runtime.block_on(listen)).map_err(failed)?;
    Ok(())
}

#[expect(clippy::exit, reason = "the user asked twice; every acknowledged event is durable already")]
fn leave() {
    std::process::exit(130);
}

/// Waits for an interrupt, a request to terminate, or the end of the terminal.
pub(super) async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut hang_up)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup())) else {
        return std::future::pending().await;
    };
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => if interrupted.is_err() { std::future::pending().await },
        _ = terminate.recv() => {}
        _ = hang_up.recv() => {}
    }
}
