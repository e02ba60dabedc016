//! `arena permissions`: whether an agent's rules are good, and what they say of calls, without any being made.

use std::io::Write as _;

use serde_json::json;

use super::args::Permissions;
use super::exit::{Exit, Failure};
use super::visible::visible;
use crate::catalog;
use crate::causes::in_one_line;
use crate::policy::{Effect, Policy, call};

pub(super) fn permissions(permissions: Permissions) -> Result<Exit, Failure> {
    match permissions {
        Permissions::Check { agent, calls, json } => check(&agent, &calls, json),
    }
}

fn check(name: &str, calls: &[String], json: bool) -> Result<Exit, Failure> {
    let agent = catalog::agent(name)?;
    let Some(rules) = &agent.permissions else {
        return Err(Failure::nothing(format!("agent {} has no permissions: the scenario's count", agent.name)));
    };
    let policy =
        Policy::new(rules, agent.name.as_str(), "", "").map_err(|error| Failure::usage(in_one_line(&error)))?;
    let mut exit = Exit::Good;
    let mut rows = Vec::new();
    for text in calls {
        let (tool, accesses) = call(text).map_err(Failure::usage)?;
        let decision = policy.decide(tool, &accesses, false);
        if decision.effect != Effect::Allow {
            exit = Exit::Gate;
        }
        let by = decision.rules.join(", ");
        if json {
            rows.push(json!({
                "call": text, "effect": decision.effect.word(), "rules": decision.rules, "reason": decision.reason,
            }));
        } else {
            let by = if by.is_empty() { "no rule".to_owned() } else { by };
            writeln!(anstream::stdout(), "{:5}  {}  by {}", decision.effect.word(), visible(text), visible(&by))?;
        }
    }
    if json {
        let shown = json!({"schema_version": 1, "agent": agent.name, "decisions": rows});
        writeln!(std::io::stdout(), "{shown}")?;
    } else if calls.is_empty() {
        let n_rules = rules.allow.len() + rules.ask.len() + rules.deny.len();
        let n_examples = rules.allows.len() + rules.denies.len();
        writeln!(anstream::stdout(), "good   {}: {n_rules} rules, {n_examples} examples", agent.name)?;
    }
    Ok(exit)
}
