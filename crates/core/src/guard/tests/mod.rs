//! Rules as an agent file has them, on texts.

mod corpus;
mod properties;
mod written;

use super::{DraftRules, Inspected, Rules};
use crate::ruling::{Checkpoint, Ruling};

/// What no text of the tests knows.
const MARK: &str = "9f3c5a7e1b2d";

/// Rules that are right.
fn rules(toml: &str) -> Rules {
    read(toml).unwrap()
}

fn read(toml: &str) -> Result<Rules, String> {
    toml::from_str::<DraftRules>(toml).map_err(|error| error.message().to_owned())?.checked()
}

fn rule(rules: &Rules, checkpoint: Checkpoint, text: &str) -> Ruling {
    rule_with(rules, checkpoint, text, &[])
}

fn rule_with(rules: &Rules, checkpoint: Checkpoint, text: &str, secrets: &[&str]) -> Ruling {
    let tool = match checkpoint {
        Checkpoint::ToolCall | Checkpoint::ToolResult => Some("send_mail"),
        Checkpoint::Input | Checkpoint::Output => None,
    };
    rules.rule(&Inspected { checkpoint, tool, text, mark: MARK, secrets })
}
