//! Ctrl-C and its like: matches are put down in good order, and whoever asks twice is obeyed at once. SIGHUP without a
//! terminal takes the configuration anew.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::args::Configuration;
use super::exit::Failure;
use crate::runner::Runner;

/// The first interrupt puts the matches down in good order, the second ends the process.
///
/// On a thread of its own, which ends with the process: a terminal that takes no more output may hold all others.
pub(super) fn listen_for_signals(runner: Arc<Runner>, configuration: Configuration) -> Result<(), Failure> {
    let closed = Arc::clone(&runner);
    listen(runner, configuration, move || closed.close())
}

/// The first interrupt is told to whoever waits for the end, the second ends the process.
pub(super) fn listen_to_end(runner: Arc<Runner>, configuration: Configuration) -> Result<Ending, Failure> {
    let (tell, ending) = tokio::sync::watch::channel(false);
    listen(runner, configuration, move || {
        tell.send_replace(true);
    })?;
    Ok(Ending(ending))
}

fn listen(
    runner: Arc<Runner>,
    configuration: Configuration,
    end: impl FnOnce() + Send + 'static,
) -> Result<(), Failure> {
    let failed = |cause: std::io::Error| Failure::infrastructure("signals cannot be heard", &cause);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    // They are caught before anything is played, not once that thread has come to it.
    let mut signals = {
        let _entered = runtime.enter();
        Signals::listen().map_err(failed)?
    };
    let listen = async move {
        while signals.next().await == Heard::Reload {
            reload(&runner, &configuration);
        }
        end();
        while signals.next().await == Heard::Reload {}
        leave();
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || runtime.block_on(listen)).map_err(failed)?;
    Ok(())
}

/// That this process is told to end.
pub(super) struct Ending(tokio::sync::watch::Receiver<bool>);

impl Ending {
    /// Waits for it.
    pub(super) async fn come(&mut self) {
        let _ = self.0.wait_for(|is_told| *is_told).await;
    }
}

/// What a signal asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Heard {
    End,
    Reload,
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
    /// With a terminal, a hang-up is the end of it. Without one it is said on purpose, and means what it means to daemons.
    has_terminal: bool,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            has_terminal: std::io::stdin().is_terminal()
                || std::io::stdout().is_terminal()
                || std::io::stderr().is_terminal(),
        })
    }

    /// Waits for an interrupt, a request to terminate, or a hang-up.
    async fn next(&mut self) -> Heard {
        tokio::select! {
            _ = self.interrupt.recv() => Heard::End,
            _ = self.terminate.recv() => Heard::End,
            _ = self.hang_up.recv() => if self.has_terminal { Heard::End } else { Heard::Reload },
        }
    }
}

/// Takes the configuration anew. One that cannot be used leaves the old one as it is.
fn reload(runner: &Runner, configuration: &Configuration) {
    let said = match configuration.load() {
        Ok(config) => {
            runner.roster().reload(config);
            "the configuration was read again".to_owned()
        }
        Err(error) => format!("{}\nthe configuration stays as it was", Failure::from(error)),
    };
    // Who cannot be told is not to be stopped for it.
    let _ = writeln!(anstream::stderr(), "{said}");
}

/// Waits until this process is told to end.
pub(super) async fn ended() {
    match Signals::listen() {
        Ok(mut signals) => while signals.next().await == Heard::Reload {},
        Err(_) => std::future::pending().await,
    }
}

#[expect(clippy::exit, reason = "the user asked twice; every acknowledged event is durable already")]
fn leave() {
    std::process::exit(130);
}
