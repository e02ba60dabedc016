//! `arena models`: what can be used now, with price and window. Asks nobody.

use std::io::Write as _;

use arena_core::problem::unknown;
use arena_models::catalog;
use comfy_table::CellAlignment;
use serde_json::json;

use super::args::{Configuration, Models};
use super::exit::{Exit, Failure};
use super::table::table;
use super::visible::visible;
use crate::config::{Config, Kind, Provider};
use crate::roster::{Offer, Roster};

pub(super) fn models(models: &Models, configuration: &Configuration) -> Result<Exit, Failure> {
    let roster = Roster::new(configuration.load()?.without_cache());
    let config = roster.config();
    let of: Vec<&Provider> = match &models.provider {
        Some(name) => vec![named(&config, name)?],
        None => config.ready().collect(),
    };
    let rows = match &models.provider {
        Some(_) => of.iter().flat_map(|provider| roster.offered_by(provider)).collect(),
        None => roster.offered(),
    };
    if models.json {
        writeln!(std::io::stdout(), "{}", json!({"schema_version": 1, "prices_of": catalog::date(), "models": rows}))?;
        return Ok(Exit::Good);
    }
    print(&rows)?;
    let mut err = anstream::stderr();
    writeln!(err, "US dollars a million tokens, as listed on {}; – is not known", catalog::date())?;
    for provider in of {
        if let Err(error) = provider.check() {
            writeln!(err, "{}", visible(&crate::causes::in_one_line(&error)))?;
        }
        let is_listed = provider.vendor().is_some_and(|vendor| catalog::known_of(vendor.name).next().is_some());
        if !is_listed && !matches!(provider.kind.value, Kind::Http(_)) {
            writeln!(err, "{0}: any of its models, as {0}:MODEL", provider.name)?;
        }
    }
    Ok(Exit::Good)
}

fn named<'a>(config: &'a Config, name: &str) -> Result<&'a Provider, Failure> {
    let names = config.providers.keys().map(arena_core::name::Name::as_str);
    config.providers.get(name).ok_or_else(|| Failure::usage(unknown("provider", name, names)))
}

fn print(rows: &[Offer]) -> Result<(), Failure> {
    let or_dash = |number: Option<String>| number.unwrap_or_else(|| "–".to_owned());
    let usd = |usd: Option<f64>| or_dash(usd.map(|usd| usd.to_string()));
    let tokens = |tokens: Option<u64>| or_dash(tokens.map(|tokens| tokens.to_string()));
    let mut out = table(&["model", "ready", "input", "cached", "output", "window", "longest answer"]);
    for row in rows {
        out.add_row([
            visible(&row.model.to_string()),
            if row.ready { "yes" } else { "no" }.to_owned(),
            usd(row.input_usd_per_million),
            usd(row.cached_usd_per_million),
            usd(row.output_usd_per_million),
            tokens(row.window_tokens),
            tokens(row.max_output_tokens),
        ]);
    }
    for column in 2..=6 {
        if let Some(column) = out.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    writeln!(anstream::stdout(), "{out}")?;
    Ok(())
}
