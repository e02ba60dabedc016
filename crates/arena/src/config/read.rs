//! From the tables of the file and the variables of the environment to checked settings. Every problem is named.

use std::path::PathBuf;
use std::time::Duration;

use arena_core::budget::Price;
use arena_core::model::ModelSpec;
use arena_core::name::Name;
use arena_core::problem::{Error, Problems, unknown};
use toml::Spanned;
use toml::de::DeTable;

use super::environment::Environment;
use super::known::KNOWN;
use super::origin::Setting;
use super::section::Section;
use super::{Audit, Cache, Chain, Config, Fallback, Gates, Limits, Terms, share};
use super::{read_mcp, read_provider};

/// The most models of a chain, and attempts at each: beyond, a turn asks for hours.
const MAX_TARGETS: usize = 16;
const MAX_ATTEMPTS: u64 = 10;

/// Checks `source`, the text of `file`.
pub(super) fn config(file: &str, source: &str, environment: &Environment) -> Result<Config, Error> {
    let mut problems = Problems::new(file, source);
    let config = match DeTable::parse(source) {
        Ok(table) => whole(Section::new(file.into(), String::new(), table.into_inner(), &mut problems), environment),
        Err(error) => {
            problems.add_toml(&error);
            None
        }
    };
    problems.into_result(config)
}

/// `None` only if a problem was added; some problems leave a value behind.
fn whole(mut file: Section<'_, '_, '_>, environment: &Environment) -> Option<Config> {
    let mut config = Config {
        file: None,
        providers: KNOWN.iter().map(|known| read_provider::known(known, environment)).map(named).collect(),
        chains: std::collections::BTreeMap::new(),
        mcp: std::collections::BTreeMap::new(),
        limits: file.table("timeouts", limits)?,
        cache: file.table("cache", cache)?,
        terms: Vec::new(),
        gates: file.table("gates", gates)?,
        audit: file.table("audit", audit)?,
    };
    // Who names a provider whose table has mistakes is told of the mistakes only.
    let mut declared: Vec<Name> = config.providers.keys().cloned().collect();
    for (name, entry) in file.entries("providers") {
        let Some(good) = checked_name(&mut file, "providers", &name, &["mock", "chain"]) else { continue };
        let path = format!("providers.{good}");
        declared.push(good.clone());
        let provider =
            file.inside(&path, entry, |table| read_provider::provider(good, name.span(), table, environment)).flatten();
        config.providers.extend(provider.map(named));
    }
    for (name, entry) in file.entries("prices") {
        let model = priced_model(&mut file, &name, &declared);
        let path = format!("prices.{:?}", name.get_ref());
        let terms = file.inside(&path, entry, |table| terms(table, &name));
        config.terms.extend(model.zip(terms));
    }
    for (name, entry) in file.entries("chains") {
        let Some(good) = checked_name(&mut file, "chains", &name, &[]) else { continue };
        let path = format!("chains.{good}");
        let chain = file.inside(&path, entry, |table| chain(table, &name, &declared)).flatten();
        config.chains.extend(chain.map(|chain| (good, chain)));
    }
    for (name, entry) in file.entries("mcp") {
        let Some(good) = checked_name(&mut file, "mcp", &name, &[]) else { continue };
        let path = format!("mcp.{good}");
        let server =
            file.inside(&path, entry, |table| read_mcp::server(good, name.span(), table, environment)).flatten();
        config.mcp.extend(server.map(|server| (server.name.clone(), server)));
    }
    file.end();
    Some(config)
}

fn named(provider: super::Provider) -> (Name, super::Provider) {
    (provider.name.clone(), provider)
}

fn checked_name(file: &mut Section<'_, '_, '_>, kind: &str, name: &Spanned<String>, taken: &[&str]) -> Option<Name> {
    let text = name.get_ref();
    if taken.contains(&text.as_str()) {
        file.problems.add(name.span(), kind, format!("{text:?} is the arena's own word: take another name"));
        return None;
    }
    text.parse().map_err(|error| file.problems.add(name.span(), kind, format!("{error}"))).ok()
}

/// A model of a provider that is there.
fn model(section: &mut Section<'_, '_, '_>, key: &str, text: &Spanned<String>, declared: &[Name]) -> Option<ModelSpec> {
    let spec = match text.get_ref().parse() {
        Ok(spec) => spec,
        Err(error) => {
            section.refuse(text.span(), key, format!("{error}"));
            return None;
        }
    };
    if let ModelSpec::Of { provider, .. } = &spec
        && !declared.contains(provider)
    {
        let known = declared.iter().map(Name::as_str).collect::<Vec<_>>();
        section.refuse(text.span(), key, unknown("provider", provider.as_str(), known));
        return None;
    }
    Some(spec)
}

/// A model that somebody sells.
fn priced_model(file: &mut Section<'_, '_, '_>, name: &Spanned<String>, declared: &[Name]) -> Option<ModelSpec> {
    let model = model(file, "prices", name, declared)?;
    if let ModelSpec::Of { .. } = model {
        return Some(model);
    }
    file.problems.add(name.span(), "prices", format!("{model} has no price of its own: write PROVIDER:MODEL"));
    None
}

fn terms(mut table: Section<'_, '_, '_>, name: &Spanned<String>) -> Setting<Terms> {
    const USD: std::ops::RangeInclusive<f64> = 0.0..=1e6;
    let mut usd = |key| table.number(key, USD).map(Spanned::into_inner);
    let (input, cached, output) =
        (usd("input_usd_per_million"), usd("cached_usd_per_million"), usd("output_usd_per_million"));
    let window = table.count("window_tokens", 1..=1_000_000_000).map(Spanned::into_inner);
    let price = input.zip(output).and_then(|(input, output)| Price::per_million(input, cached, output));
    if price.is_none() && (window.is_none() || input.or(cached).or(output).is_some()) {
        let message = "give input_usd_per_million and output_usd_per_million, or window_tokens, or all of them";
        table.problems.add(name.span(), format!("prices.{:?}", name.get_ref()), message);
    }
    let origin = table.origin(&name.span());
    table.end();
    Setting { value: Terms { price, window_tokens: window }, origin }
}

fn chain(mut table: Section<'_, '_, '_>, name: &Spanned<String>, declared: &[Name]) -> Option<Setting<Chain>> {
    const KEY: &str = "models";
    let origin = table.origin(&name.span());
    let fallback = table.text("fallback").and_then(|word| {
        let found = Fallback::ALL.into_iter().find(|fallback| fallback.word() == word.get_ref());
        if found.is_none() {
            table.refuse(
                word.span(),
                "fallback",
                unknown("fallback", word.get_ref(), Fallback::ALL.map(Fallback::word)),
            );
        }
        found
    });
    let attempts = table.count("attempts", 1..=MAX_ATTEMPTS).map_or(2, Spanned::into_inner);
    let texts = table.texts(KEY);
    let Some(texts) = texts else {
        let message = format!("a chain needs {KEY} = [\"PROVIDER:MODEL\", ...], the first before the others");
        table.problems.add(name.span(), format!("chains.{}", name.get_ref()), message);
        return None;
    };
    if !(1..=MAX_TARGETS).contains(&texts.get_ref().len()) {
        table.refuse(texts.span(), KEY, format!("must have 1 to {MAX_TARGETS} models"));
    }
    let mut models: Vec<ModelSpec> = Vec::new();
    for text in texts.get_ref() {
        match model(&mut table, KEY, text, declared) {
            Some(ModelSpec::Chain(_)) => table.refuse(text.span(), KEY, "a chain cannot hold a chain: name its models"),
            Some(ModelSpec::Script) => table.refuse(text.span(), KEY, "a script is no model: name models"),
            Some(model) if models.contains(&model) => {
                table.refuse(text.span(), KEY, format!("{model} is in this chain already: attempts says how often"));
            }
            Some(model) => models.push(model),
            None => {}
        }
    }
    table.end();
    let attempts = u32::try_from(attempts).expect("it is at most 10");
    Some(Setting { value: Chain { models, fallback: fallback.unwrap_or_default(), attempts }, origin })
}

fn limits(mut table: Section<'_, '_, '_>) -> Limits {
    /// A day; below a millisecond nothing can be had.
    const SECONDS: std::ops::RangeInclusive<f64> = 0.001..=86_400.0;
    let default = Limits::default();
    let mut limit = |key, default: Setting<Duration>| match table.number(key, SECONDS) {
        Some(seconds) => {
            Setting { origin: table.origin(&seconds.span()), value: Duration::from_secs_f64(seconds.into_inner()) }
        }
        None => default,
    };
    let limits = Limits {
        connect: limit("connect", default.connect),
        first_byte: limit("first_byte", default.first_byte),
        idle: limit("idle", default.idle),
        total: limit("total", default.total),
        turn: limit("turn", default.turn),
    };
    table.end();
    limits
}

fn gates(mut table: Section<'_, '_, '_>) -> Gates {
    let mut limit = |key| {
        let text = table.text(key)?;
        share(text.get_ref()).map_err(|message| table.refuse(text.span(), key, message)).ok()
    };
    let gates = Gates {
        max_asr: limit("max_asr"),
        max_asr_upper: limit("max_asr_upper"),
        max_false_block: limit("max_false_block"),
        min_n: table.count("min_n", 1..=1_000_000_000).map(Spanned::into_inner),
    };
    table.end();
    gates
}

fn audit(mut table: Section<'_, '_, '_>) -> Option<Audit> {
    let (key, checkpoints) = (table.text("key"), table.text("checkpoints"));
    for (name, text) in [("key", &key), ("checkpoints", &checkpoints)] {
        if let Some(text) = text.as_ref().filter(|text| text.get_ref().is_empty()) {
            table.refuse(text.span(), name, "names no file");
        }
    }
    if let (Some(one), None) | (None, Some(one)) = (&key, &checkpoints) {
        let path = table.path().to_owned();
        table.problems.add(one.span(), path, "needs both key = \"FILE\" and checkpoints = \"FILE\"");
    }
    table.end();
    let (key, checkpoints) = (key?.into_inner().into(), checkpoints?.into_inner().into());
    Some(Audit { key, checkpoints })
}

fn cache(mut table: Section<'_, '_, '_>) -> Cache {
    let default = Cache::default();
    let enabled = table.flag("enabled");
    let folder = table.text("folder").map(|folder| Spanned::new(folder.span(), PathBuf::from(folder.into_inner())));
    if let Some(folder) = folder.as_ref().filter(|folder| folder.get_ref().as_os_str().is_empty()) {
        table.refuse(folder.span(), "folder", "names no folder: write \".\" for the current one");
    }
    let ttl_hours = table.count("ttl_hours", 1..=87_600);
    let cache = Cache {
        enabled: table.or(enabled, default.enabled.value),
        folder: table.or(folder, default.folder.value),
        ttl_hours: table.or(ttl_hours, default.ttl_hours.value),
    };
    table.end();
    cache
}
