//! `arena compare`: what a defence stops and what it costs, on the same rounds with it and without it.

use std::io::Write as _;

use arena_core::comparison::{Comparison, PlayedRound, compare as compared, rounds};
use arena_core::score::Score;
use arena_core::stats::{Mean, Pairs, Proportion};
use arena_store::Store;
use serde_json::{Value, json};

use super::args::{Compare, Configuration};
use super::database::open_to_read;
use super::exit::{Exit, Failure};
use super::gate::Checked;
use super::summary::rates_json;
use super::table::table;
use super::visible::visible;
use super::which::which_all;
use crate::report::{MAX_VOID_SHARE, percent};
use crate::runner::records;

/// One side, by the name that it was asked for.
struct Side {
    name: String,
    n_matches: usize,
    rounds: Vec<PlayedRound>,
    score: Score,
}

/// A new side beside the base.
struct Row {
    side: Side,
    comparison: Comparison,
    gates: Vec<Checked>,
}

pub(super) async fn compare(args: Compare, configuration: &Configuration) -> Result<Exit, Failure> {
    let limits = args.gate.or(&configuration.load()?.gates);
    let store = open_to_read(&args.database.database).await?;
    let base = side(&*store, &args.base).await?;
    let mut rows = Vec::new();
    for name in &args.new {
        let side = side(&*store, name).await?;
        let comparison = compared(&base.rounds, &side.rounds);
        if comparison.open_share().is_none() {
            return Err(Failure::usage(format!(
                "{name:?} and {:?} have no round in common: play both with the same scenario, --seed and --matches",
                args.base
            )));
        }
        let gates = limits.check(&side.score);
        rows.push(Row { side, comparison, gates });
    }
    let exit = rows.iter().map(|row| row.exit(args.fail_on_regression)).max().unwrap_or_default();
    if args.json {
        writeln!(std::io::stdout(), "{}", to_json(&base, &rows))?;
    } else {
        write!(anstream::stdout(), "{}", to_text(&base, &rows, args.fail_on_regression))?;
    }
    Ok(exit)
}

async fn side(store: &dyn Store, name: &str) -> Result<Side, Failure> {
    let ids = which_all(store, name).await?;
    let mut side = Side { name: name.to_owned(), n_matches: ids.len(), rounds: Vec::new(), score: Score::default() };
    for id in ids {
        let records = records(store, id).await?;
        let played = rounds(&records).map_err(|illegal| {
            Failure::infrastructure(&format!("the record of match {id} does not fold; try arena verify {id}"), &illegal)
        })?;
        side.rounds.extend(played);
    }
    for round in &side.rounds {
        side.score.count(&round.verdict);
    }
    Ok(side)
}

impl Row {
    fn exit(&self, fail_on_regression: bool) -> Exit {
        let regression = if !fail_on_regression {
            Exit::Good
        } else if self.is_inconclusive() {
            Exit::Infrastructure
        } else if self.comparison.regressions().is_empty() {
            Exit::Good
        } else {
            Exit::Gate
        };
        self.gates.iter().map(Checked::exit).max().unwrap_or_default().max(regression)
    }

    /// Whether too many pairs are void or undecided to say that nothing got worse.
    fn is_inconclusive(&self) -> bool {
        self.comparison.open_share().is_none_or(|share| share > MAX_VOID_SHARE) || self.comparison.n_decided() == 0
    }
}

fn to_json(base: &Side, rows: &[Row]) -> Value {
    let side = |side: &Side| json!({"name": side.name, "n_matches": side.n_matches, "rates": rates_json(&side.score)});
    let pairs = |pairs: Pairs| {
        let (first, second) = (pairs.first(), pairs.second());
        let difference =
            pairs.difference().map(|(difference, low, high)| json!({"share": difference, "low": low, "high": high}));
        json!({
            "both": pairs.both, "base_only": pairs.first_only, "new_only": pairs.second_only, "neither": pairs.neither,
            "base": share(first), "new": share(second), "difference": difference, "mcnemar_p": pairs.mcnemar(),
        })
    };
    let mean = |mean: &Mean| {
        let interval = mean.interval().map(|(low, high)| json!({"low": low, "high": high}));
        json!({"mean": mean.mean, "n": mean.n, "interval": interval})
    };
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| {
            let found = &row.comparison;
            let [base_clustered, new_clustered] = found.clustered();
            let interval = |interval: Option<(f64, f64)>| interval.map(|(low, high)| json!({"low": low, "high": high}));
            json!({
                "new": side(&row.side),
                "attack_success": pairs(found.breached),
                "attack_success_by_objective": {"base": interval(base_clustered), "new": interval(new_clustered)},
                "utility": pairs(found.served),
                "utility_under_attack": pairs(found.served_under_attack),
                "false_positives": pairs(found.denied),
                "added_in_a_round": {
                    "tokens": mean(&found.tokens), "cost_nanousd": mean(&found.cost_nanousd),
                    "model_ms": mean(&found.model_ms),
                },
                "n_void_or_undecided": found.n_open, "n_judged": found.n_judged, "n_differing": found.n_differing,
                "n_base_alone": found.n_base_alone, "n_new_alone": found.n_new_alone,
                "mock": found.mock, "regressions": found.regressions(), "gates": row.gates,
            })
        })
        .collect();
    json!({"schema_version": 1, "base": side(base), "comparisons": rows})
}

fn share(proportion: Proportion) -> Value {
    let (low, high) = proportion.wilson();
    json!({"hits": proportion.hits, "n": proportion.n, "share": proportion.share(), "low": low, "high": high})
}

fn to_text(base: &Side, rows: &[Row], fail_on_regression: bool) -> String {
    let mut lines = Vec::new();
    let rate = |proportion: Proportion| match proportion.share() {
        None => "–".to_owned(),
        Some(share) => {
            let (low, high) = proportion.wilson();
            format!("{} [{}, {}]", percent(share), percent(low), percent(high))
        }
    };
    let name = |side: &Side| visible(&side.name);
    let mut price =
        table(&["", "attack success", "stopped", "opened", "p", "utility", "lost", "gained", "p", "false blocks"]);
    price.add_row([
        name(base),
        rate(base.score.breached),
        String::new(),
        String::new(),
        String::new(),
        rate(base.score.served),
        String::new(),
        String::new(),
        String::new(),
        rate(base.score.denied),
    ]);
    for Row { side, comparison, .. } in rows {
        let Comparison { breached, served, denied, .. } = comparison;
        price.add_row([
            name(side),
            rate(breached.second()),
            breached.first_only.to_string(),
            breached.second_only.to_string(),
            probability(*breached),
            rate(served.second()),
            served.first_only.to_string(),
            served.second_only.to_string(),
            probability(*served),
            rate(denied.second()),
        ]);
    }
    lines.push(price.to_string());
    lines.push(String::new());
    let mut added = table(&[
        "added in a round",
        "tokens",
        "model time, ms",
        "cost, USD",
        "pairs",
        "not decided",
        "judged",
        "unpaired",
    ]);
    for Row { side, comparison, .. } in rows {
        added.add_row([
            name(side),
            measured(&comparison.tokens, 1.0, 0),
            measured(&comparison.model_ms, 1.0, 0),
            measured(&comparison.cost_nanousd, 1e-9, 6),
            comparison.n_decided().to_string(),
            comparison.n_open.to_string(),
            comparison.n_judged.to_string(),
            (comparison.n_base_alone + comparison.n_new_alone + comparison.n_differing).to_string(),
        ]);
    }
    lines.push(added.to_string());
    lines.push(String::new());
    for row in rows {
        let Row { side, comparison, gates } = row;
        if row.is_inconclusive() {
            let (n_open, n_decided) = (comparison.n_open, comparison.n_decided());
            lines.push(format!("{}: inconclusive: {n_open} pairs are not decided, {n_decided} are", name(side)));
        }
        if let [_, Some((low, high))] = comparison.clustered() {
            let (low, high) = (percent(low), percent(high));
            lines.push(format!("{}: attack success, rounds of one objective being alike: {low} to {high}", name(side)));
        }
        let word = if fail_on_regression { "REGRESSION" } else { "worse" };
        lines.extend(comparison.regressions().iter().map(|what| format!("{}: {word}: {}", name(side), visible(what))));
        lines.extend(gates.iter().map(|gate| format!("{}: {}", name(side), gate.line())));
    }
    if rows.iter().any(|row| row.comparison.mock) {
        lines.push("MOCK players: these figures say nothing about a model".to_owned());
    }
    lines.push("shares with 95 % Wilson intervals; p by McNemar's exact test on the pairs".to_owned());
    lines.push(String::new());
    lines.join("\n")
}

fn probability(pairs: Pairs) -> String {
    let p = pairs.mcnemar();
    if p < 0.001 { "<0.001".to_owned() } else { format!("{p:.3}") }
}

fn measured(mean: &Mean, scale: f64, digits: usize) -> String {
    let shown = |value: f64| format!("{:+.digits$}", value * scale);
    match mean.interval() {
        None => "–".to_owned(),
        Some((low, high)) => format!("{} [{}, {}]", shown(mean.mean), shown(low), shown(high)),
    }
}
