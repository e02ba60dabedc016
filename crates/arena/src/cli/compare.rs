//! `arena compare`: what a defence stops and what it costs, on the same rounds with it and without it.

use std::collections::BTreeSet;
use std::io::Write as _;

use arena_core::comparison::{Comparison, compare as compared};
use arena_core::stats::{McNemar, Mean, Method, Pairs, Proportion, Unclustered};
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
use crate::report::{self, MAX_VOID_SHARE, Side, percent};

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
        if comparison.n_pairs() == 0 {
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
    Side::read(store, name, &ids).await.map_err(|error| match error {
        report::Error::Store(error) => error.into(),
        error => Failure::infrastructure("the two cannot be compared", &error),
    })
}

impl Row {
    fn exit(&self, fail_on_regression: bool) -> Exit {
        let comparison = if !fail_on_regression {
            Exit::Good
        } else if self.inconclusive().is_some() {
            Exit::Infrastructure
        } else if !self.comparison.regressions().is_empty() {
            Exit::Gate
        } else {
            Exit::Good
        };
        self.gates.iter().map(Checked::exit).max().unwrap_or_default().max(comparison)
    }

    /// Why it cannot be said that nothing got worse, if that is so.
    fn inconclusive(&self) -> Option<String> {
        let Comparison { breached, served, n_open, .. } = &self.comparison;
        let n_pairs = self.comparison.n_pairs();
        if self.comparison.open_share().is_some_and(|share| share > MAX_VOID_SHARE) {
            let most = percent(MAX_VOID_SHARE);
            Some(format!("{n_open} of {n_pairs} pairs are not decided, more than {most}: this says nothing"))
        } else if breached.n() + served.n() == 0 {
            Some(format!("none of {n_pairs} pairs is decided by facts: this says nothing"))
        } else {
            None
        }
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
            "base": share(first), "new": share(second), "difference": difference, "mcnemar": pairs.mcnemar(),
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
            let interval = |interval: Result<(f64, f64), Unclustered>| {
                interval.ok().map(|(low, high)| json!({"low": low, "high": high}))
            };
            json!({
                "new": side(&row.side),
                "attack_success": pairs(found.breached),
                "attack_success_by_objective": {"base": interval(base_clustered), "new": interval(new_clustered)},
                "utility": pairs(found.served),
                "utility_under_attack": pairs(found.served_under_attack),
                "false_positives": pairs(found.denied),
                "judged": pairs(found.judged),
                "added_in_a_round": {
                    "tokens": mean(&found.tokens), "cost_nanousd": mean(&found.cost_nanousd),
                    "model_ms": mean(&found.model_ms), "n_cached": found.n_cached,
                },
                "n_void_or_undecided": found.n_open, "n_differing": found.n_differing,
                "n_base_alone": found.n_base_alone, "n_new_alone": found.n_new_alone,
                "mock": found.mock, "regressions": found.regressions(), "inconclusive": row.inconclusive(),
                "gates": row.gates,
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
    let mut added =
        table(&["added in a round", "tokens", "model time, ms", "cost, USD", "pairs", "not decided", "unpaired"]);
    for Row { side, comparison, .. } in rows {
        added.add_row([
            name(side),
            measured(&comparison.tokens, 1.0, 0),
            measured(&comparison.model_ms, 1.0, 0),
            measured(&comparison.cost_nanousd, 1e-9, 6),
            (comparison.n_pairs() - comparison.n_open).to_string(),
            comparison.n_open.to_string(),
            (comparison.n_base_alone + comparison.n_new_alone + comparison.n_differing).to_string(),
        ]);
    }
    lines.push(added.to_string());
    lines.push(String::new());
    for row in rows {
        let name = name(&row.side);
        lines.extend(remarks(row, fail_on_regression).into_iter().map(|remark| format!("{name}: {remark}")));
    }
    if rows.iter().any(|row| row.comparison.mock) {
        lines.push("MOCK players: these figures say nothing about a model".to_owned());
    }
    lines.push(format!("shares with 95 % Wilson intervals; p by McNemar's test on the pairs: {}", tests(rows)));
    lines.push(String::new());
    lines.join("\n")
}

/// What is to be said of a new side beside its figures.
fn remarks(row: &Row, fail_on_regression: bool) -> Vec<String> {
    let Comparison { breached, judged, n_cached, .. } = &row.comparison;
    let mut remarks = Vec::new();
    let [_, clustered] = row.comparison.clustered();
    match clustered {
        Ok((low, high)) => remarks.push(format!(
            "attack success, rounds of one objective being alike: {} to {}",
            percent(low),
            percent(high)
        )),
        Err(why) if breached.n() > 0 => {
            let why = match why {
                Unclustered::TooFew => "there are fewer than two",
                Unclustered::Constant => "none was breached, or all in every round",
                Unclustered::Equal => "all have the same rate",
            };
            remarks.push(format!("attack success has no interval by objective: {why}"));
        }
        Err(_) => {}
    }
    if judged.n() > 0 {
        let (base, new) = (judged.first().hits, judged.second().hits);
        remarks.push(format!("{} pairs judged, in no other figure: reached in {base}, now in {new}", judged.n()));
    }
    if *n_cached > 0 {
        remarks.push(format!("{n_cached} pairs with answers of the cache are in no figure of what is added"));
    }
    remarks.extend(row.inconclusive().map(|why| format!("INCONCLUSIVE: {why}")));
    let word = if fail_on_regression { "REGRESSION" } else { "worse" };
    remarks.extend(row.comparison.regressions().iter().map(|what| format!("{word}: {}", visible(what))));
    remarks.extend(row.gates.iter().map(Checked::line));
    remarks
}

/// By which tests the p-values are.
fn tests(rows: &[Row]) -> String {
    let shown = rows.iter().flat_map(|row| [row.comparison.breached, row.comparison.served]);
    let methods: BTreeSet<Method> = shown.map(|pairs| pairs.mcnemar().method).collect();
    match (methods.contains(&Method::Exact), methods.contains(&Method::MidP)) {
        (true, true) => format!("exact, mid-p from {} changed pairs on", Pairs::ENOUGH_CHANGED),
        (false, true) => "mid-p".to_owned(),
        (_, false) => "exact".to_owned(),
    }
}

fn probability(pairs: Pairs) -> String {
    let McNemar { p, .. } = pairs.mcnemar();
    if p < 0.001 { "<0.001".to_owned() } else { format!("{p:.3}") }
}

fn measured(mean: &Mean, scale: f64, digits: usize) -> String {
    let shown = |value: f64| format!("{:+.digits$}", value * scale);
    match mean.interval() {
        None => "–".to_owned(),
        Some((low, high)) => format!("{} [{}, {}]", shown(mean.mean), shown(low), shown(high)),
    }
}
