//! The command line: what can be said, who does it, with which exit code it ends.
//!
//! Data goes to stdout, everything else to stderr.

mod approve;
mod args;
mod arrival;
mod audit;
mod backup;
mod compare;
mod complete;
mod control;
mod database;
mod doctor;
mod exit;
mod export;
mod gate;
mod headway;
mod import;
mod lineup;
mod list;
mod location;
mod log;
mod mcp;
mod migrate;
mod mock_llm;
mod models;
mod new_file;
mod permissions;
mod play;
mod progress;
mod prune;
mod query;
mod replay;
mod report;
mod reports;
mod resume;
mod scenario;
mod serve;
mod show;
mod signals;
mod stop;
mod summary;
mod table;
mod tape;
mod token;
mod transcript;
mod values;
mod verify;
mod watch;
mod which;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use self::args::{Args, Command};
use self::exit::{Exit, Failure};
use crate::visible;

/// Reads the process's arguments, does what they say.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version are data; what is wrong with the arguments is not.
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Good };
            // There is nowhere else to say it.
            let _ = error.print();
            return exit.into();
        }
    };
    args.color.write_global();
    log::begin(&args.command);
    match run(args) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            if !failure.is_silent() {
                let _ = writeln!(anstream::stderr(), "{failure}");
            }
            failure.exit().into()
        }
    }
}

fn run(args: Args) -> Result<Exit, Failure> {
    let configuration = args.configuration;
    match args.command {
        Command::Play(play) => runtime()?.block_on(play::play(*play, configuration)),
        Command::Resume(resume) => runtime()?.block_on(resume::resume(resume, configuration)),
        Command::Serve(serve) => runtime()?.block_on(serve::serve(serve, configuration)),
        Command::Token(token) => runtime()?.block_on(token::token(token)),
        Command::Stop(stop) => runtime()?.block_on(stop::stop(stop)),
        Command::Approve(approve) => runtime()?.block_on(approve::approve(approve)),
        Command::Matches(list) => runtime()?.block_on(list::list(list)),
        Command::Show(show) => runtime()?.block_on(show::show(show)),
        Command::Compare(compare) => runtime()?.block_on(compare::compare(compare, &configuration)),
        Command::Replay(replay) => runtime()?.block_on(replay::replay(replay)),
        Command::Report(report) => runtime()?.block_on(report::report(report)),
        Command::Query(query) => runtime()?.block_on(query::query(query)),
        Command::Backup(backup) => runtime()?.block_on(backup::backup(backup)),
        Command::Export(export) => runtime()?.block_on(export::export(export)),
        Command::Import(import) => runtime()?.block_on(import::import(import)),
        Command::Migrate(migrate) => runtime()?.block_on(migrate::migrate(migrate)),
        Command::Prune(prune) => runtime()?.block_on(prune::prune(prune)),
        Command::Verify(verify) => runtime()?.block_on(verify::verify(verify)),
        Command::Audit(audit) => runtime()?.block_on(audit::audit(audit)),
        Command::Doctor(doctor) => runtime()?.block_on(doctor::doctor(doctor, &configuration)),
        Command::Models(models) => models::models(&models, &configuration),
        Command::Scenario(scenario) => runtime()?.block_on(scenario::scenario(scenario, &configuration)),
        Command::Permissions(rules) => permissions::permissions(rules),
        Command::Mcp(mcp) => runtime()?.block_on(mcp::mcp(mcp, &configuration)),
        Command::MockLlm(args) => runtime()?.block_on(mock_llm::mock_llm(args)),
        Command::Completions(completions) => complete::complete(completions),
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Runtime::new().map_err(|cause| Failure::infrastructure("no threads could be started", &cause))
}
