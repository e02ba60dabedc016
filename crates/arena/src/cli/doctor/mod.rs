//! `arena doctor`: what is configured, from where, and what is missing. With `--ping`, whether it answers.

mod mcp;
mod ping;
mod places;
mod report;
mod sandbox;
mod text;

use std::io::Write as _;

use self::report::Report;
use super::args::{Configuration, Doctor};
use super::exit::{Exit, Failure};
use crate::roster::Roster;

pub(super) async fn doctor(doctor: Doctor, configuration: &Configuration) -> Result<Exit, Failure> {
    let config = configuration.load()?;
    // What is asked here is not kept, and a folder for it is not made.
    let roster = Roster::new(config.clone().without_cache());
    let mut report = Report::of(&config, &roster, &doctor.database.database).await;
    if doctor.ping {
        report.pings = Some(ping::all(&roster, &doctor.ping_model).await?);
        mcp::ping(&config, &mut report.mcp).await;
    }
    if doctor.json {
        let json = serde_json::to_string(&report).map_err(std::io::Error::from)?;
        writeln!(std::io::stdout(), "{json}")?;
    } else {
        write!(anstream::stdout(), "{}", text::of(&report))?;
    }
    Ok(report.exit())
}
