//! The doctor's report for people. Pure.

use std::fmt::Write as _;

use super::super::table::table;
use super::super::visible::visible;
use super::mcp;
use super::report::{AuditFound, Cache, ChainFound, KeyFound, ProviderFound, Report, Said};
use super::sandbox;

pub(super) fn of(report: &Report) -> String {
    let mut out = String::new();
    let mut line = |what: &str, text: String| {
        let _ = writeln!(out, "{what:<10}{}", visible(&text));
    };
    line("arena", report.version.to_owned());
    line("config", report.config.as_ref().map_or("no file: arena.toml is not here".to_owned(), said));
    let state = if report.database.exists { "there" } else { "not there yet" };
    line("database", format!("{} ({state}){}", report.database.path, but(report.database.problem.as_ref())));
    line("cache", if report.cache.enabled { cache(report) } else { "off".to_owned() });
    if let Some(audit) = &report.audit {
        line("audit log", signed(audit));
    }
    let timeouts = report.timeouts.iter().map(|limit| {
        let origin = if limit.origin == "default" { String::new() } else { format!(" ({})", limit.origin) };
        format!("{} {} s{origin}", limit.name.replace('_', " "), limit.seconds)
    });
    line("time-outs", timeouts.collect::<Vec<_>>().join(", "));
    line("mock", "always ready".to_owned());
    line("sandbox", sandbox::text(&report.sandbox));
    if !report.providers.is_empty() {
        let _ = write!(out, "\n{}", providers(&report.providers));
    }
    if !report.chains.is_empty() {
        let _ = write!(out, "\n{}", chains(&report.chains));
    }
    if !report.mcp.is_empty() {
        let _ = write!(out, "\n{}", mcp::text(&report.mcp));
    }
    if !report.not_set_up.is_empty() {
        let known = report.not_set_up.iter().map(|known| match known.variables {
            [] => format!("{} ([providers.{}])", known.name, known.name),
            variables => format!("{} ({})", known.name, variables.join(" or ")),
        });
        let _ = writeln!(out, "\nnot set up: {}", known.collect::<Vec<_>>().join(", "));
    }
    if let Some(pings) = &report.pings {
        let mut rows = table(&["asked", "answer", "time"]);
        for ping in pings {
            rows.add_row([visible(&ping.who()), visible(&ping.answer()), ping.time()]);
        }
        let _ = write!(out, "\n{rows}\n");
        if pings.is_empty() {
            let _ = writeln!(out, "no provider is ready to be asked");
        }
    }
    out
}

fn said(Said { value, origin }: &Said) -> String {
    if origin == "default" { value.clone() } else { format!("{value} ({origin})") }
}

fn cache(report: &Report) -> String {
    let Cache { folder, ttl_hours, origin, problem, .. } = &report.cache;
    format!("{folder} for {ttl_hours} hours ({origin}){}", but(problem.as_ref()))
}

fn signed(AuditFound { key, public_key, checkpoints, problem }: &AuditFound) -> String {
    let signed = public_key.as_deref().unwrap_or(key);
    format!("signed with {signed} in {checkpoints}{}", but(problem.as_ref()))
}

fn but(problem: Option<&String>) -> String {
    problem.map_or(String::new(), |problem| format!(", but {problem}"))
}

fn providers(providers: &[ProviderFound]) -> String {
    let mut rows = table(&["provider", "kind", "base URL", "key", "ready"]);
    for provider in providers {
        let keys = provider.keys.iter().map(key).collect::<Vec<_>>();
        rows.add_row([
            provider.name.clone(),
            provider.kind.to_owned(),
            visible(&provider.base_url.as_ref().map_or("none".to_owned(), said)),
            if keys.is_empty() { "none".to_owned() } else { keys.join(", ") },
            ready(provider.problem.as_ref()),
        ]);
    }
    format!("{rows}\n")
}

fn key(KeyFound { seat, shown, origin }: &KeyFound) -> String {
    match seat {
        None => format!("{shown} ({origin})"),
        Some(seat) => format!("{seat}: {shown} ({origin})"),
    }
}

fn chains(chains: &[ChainFound]) -> String {
    let mut rows = table(&["chain", "models", "fallback", "attempts", "ready"]);
    for chain in chains {
        let models = chain.models.iter().map(ToString::to_string).collect::<Vec<_>>();
        rows.add_row([
            format!("{} ({})", chain.name, chain.origin),
            models.join(", "),
            chain.fallback.to_owned(),
            chain.attempts.to_string(),
            ready(chain.problem.as_ref()),
        ]);
    }
    format!("{rows}\n")
}

fn ready(problem: Option<&String>) -> String {
    problem.map_or("yes".to_owned(), |problem| format!("no: {}", visible(problem)))
}
