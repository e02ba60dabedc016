//! `arena models`: what can be used now, with price and window. Asks nobody.

use std::io::Write as _;

use arena_core::budget::Price;
use arena_core::model::ModelSpec;
use arena_core::problem::unknown;
use arena_models::catalog;
use comfy_table::CellAlignment;
use serde::Serialize;
use serde_json::json;

use super::args::{Configuration, Models};
use super::exit::{Exit, Failure};
use super::table::table;
use super::visible::visible;
use crate::config::{Config, Kind, Provider};
use crate::roster::Roster;

/// A model that can be named.
#[derive(Serialize)]
struct Row {
    model: ModelSpec,
    /// Whether it can be asked as things are.
    ready: bool,
    input_usd_per_million: Option<f64>,
    cached_usd_per_million: Option<f64>,
    output_usd_per_million: Option<f64>,
    window_tokens: Option<u64>,
    max_output_tokens: Option<u64>,
}

pub(super) fn models(models: &Models, configuration: &Configuration) -> Result<Exit, Failure> {
    let roster = Roster::new(configuration.load()?.without_cache());
    let config = roster.config();
    let of: Vec<&Provider> = match &models.provider {
        Some(name) => vec![named(&config, name)?],
        None => config.ready().collect(),
    };
    let mut rows = Vec::new();
    if models.provider.is_none() {
        rows.push(row(&roster, ModelSpec::MOCK, None));
        rows.extend(config.chains.keys().map(|name| row(&roster, ModelSpec::Chain(name.clone()), None)));
    }
    for provider in &of {
        rows.extend(rows_of(&roster, provider));
    }
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

/// The models of its vendor, and those that the file has a price of. A user's own agent is a model without a name.
fn rows_of(roster: &Roster, provider: &Provider) -> Vec<Row> {
    let spec = |name: &str| ModelSpec::Of { provider: provider.name.clone(), model: name.to_owned() };
    let known = provider.vendor().into_iter().flat_map(|vendor| catalog::known_of(vendor.name));
    let mut rows: Vec<Row> =
        known.map(|known| row(roster, spec(known.name), Some((provider, known.max_output_tokens)))).collect();
    if let Kind::Http(_) = provider.kind.value {
        rows.push(row(roster, spec(""), Some((provider, None))));
    }
    for (model, _) in &roster.config().terms {
        let is_of = matches!(model, ModelSpec::Of { provider: of, .. } if *of == provider.name);
        if is_of && !rows.iter().any(|row| row.model == *model) {
            rows.push(row(roster, model.clone(), Some((provider, None))));
        }
    }
    rows
}

fn row(roster: &Roster, model: ModelSpec, of: Option<(&Provider, Option<u64>)>) -> Row {
    let price = roster.price(&model);
    let usd = |picousd: fn(Price) -> u64| price.map(|price| usd_per_million(picousd(price)));
    Row {
        ready: roster.chain_for_somebody(&model).is_ok(),
        input_usd_per_million: usd(|price| price.input_picousd),
        cached_usd_per_million: usd(|price| price.cached_picousd),
        output_usd_per_million: usd(|price| price.output_picousd),
        window_tokens: of.and_then(|(provider, _)| roster.config().terms_of(provider, &model).window_tokens),
        max_output_tokens: of.and_then(|(_, max_output_tokens)| max_output_tokens),
        model,
    }
}

/// A trillionth of a dollar a token is a millionth of a dollar a million tokens.
#[expect(clippy::cast_precision_loss, reason = "prices have few digits")]
fn usd_per_million(picousd: u64) -> f64 {
    picousd as f64 / 1e6
}

fn print(rows: &[Row]) -> Result<(), Failure> {
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
