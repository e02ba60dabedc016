//! Where a finding is in somebody's repository: viewers of SARIF and `JUnit` want a file and a line.

use arena_core::name::Name;
use arena_core::scenario::Scenario;
use serde::{Deserialize, Serialize};
use toml::Spanned;

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Location {
    /// The file, seen from the folder of the repository.
    pub file: String,
    /// From 1.
    pub line: usize,
}

/// What findings point at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anchor {
    /// Where the scenario's file is; `None` if it is built in, or if only the record is left of it.
    pub scenario_file: Option<String>,
    /// The place to point at, whatever was played, instead of the objective in the scenario's file: the prompt or the policy
    /// that has to be better.
    pub place: Option<Location>,
}

/// As much of a scenario's file as has to be found again.
#[derive(Deserialize)]
struct Source {
    objectives: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    id: Spanned<String>,
}

impl Anchor {
    /// Where `objective` of `scenario` is.
    pub(super) fn place(&self, scenario: &Scenario, objective: &Name) -> Location {
        self.place.clone().unwrap_or_else(|| {
            let built_in = || format!("scenarios/{}/scenario.toml", scenario.name);
            let file = self.scenario_file.clone().unwrap_or_else(built_in);
            Location { file, line: line(scenario.source(), objective.as_str()) }
        })
    }
}

/// The line on which the objective's id stands.
fn line(source: &str, objective: &str) -> usize {
    let found = toml::from_str::<Source>(source).ok().and_then(|source| {
        source.objectives.into_iter().find(|entry| entry.id.get_ref() == objective).map(|entry| entry.id.span().start)
    });
    found.and_then(|at| source.get(..at)).map_or(1, |before| before.matches('\n').count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_objective_is_found_by_its_line() {
        let source =
            "name = \"x\"\n\n[[objectives]]\ngoal = 'id = \"two\"'\nid = \"one\"\n[[objectives]]\nid = 'two'\n";
        for (objective, expected) in [("one", 5), ("two", 7), ("three", 1)] {
            assert_eq!(line(source, objective), expected, "{objective}");
        }
        assert_eq!(line("no toml", "one"), 1);
    }
}
