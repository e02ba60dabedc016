//! What many matches play: each scenario and each agent is in memory once, however many matches were begun or read that
//! have it. A scenario is a hundred kilobytes once it is parsed. Holds nothing that no match holds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use arena_core::agent::Agent;
use arena_core::scenario::Scenario;
use arena_core::spec::{Contestant, Spec};

/// Entries of things that are gone are looked for from so many on.
const FEW: usize = 64;

/// One for all matches of a runner.
#[derive(Default)]
pub(super) struct Shelf {
    scenarios: Row<Scenario>,
    agents: Row<Agent>,
}

/// Things of a sort, by the hash of what they were parsed from.
struct Row<T>(Mutex<HashMap<blake3::Hash, Weak<T>>>);

impl<T> Default for Row<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl Shelf {
    /// The same, with those parts in it that other matches have already.
    pub(super) fn share(&self, spec: &Spec) -> Arc<Spec> {
        let seat = |seated: &Contestant| Contestant {
            agent: self.agents.share(&seated.agent, seated.agent.source()),
            model: seated.model.clone(),
        };
        Arc::new(Spec {
            scenario: self.scenarios.share(&spec.scenario, spec.scenario.source()),
            red: seat(&spec.red),
            blue: spec.blue.as_ref().map(seat),
            target: seat(&spec.target),
            judges: spec.judges.iter().map(seat).collect(),
            ..spec.clone()
        })
    }
}

impl<T> Row<T> {
    fn share(&self, thing: &Arc<T>, source: &str) -> Arc<T> {
        let hash = blake3::hash(source.as_bytes());
        // Nothing panics while it is held.
        let mut row = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = row.get(&hash).and_then(Weak::upgrade) {
            return known;
        }
        if row.len() >= FEW && row.len() == row.capacity() {
            row.retain(|_, thing| thing.strong_count() > 0);
        }
        row.insert(hash, Arc::downgrade(thing));
        Arc::clone(thing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    #[test]
    fn the_same_source_is_in_memory_once() {
        let shelf = Shelf::default();
        let [one, other] = [(); 2].map(|()| {
            let seat = |name: &str| Contestant {
                agent: catalog::agent(name).unwrap(),
                model: arena_core::model::ModelSpec::MOCK,
            };
            Spec {
                scenario: catalog::scenario("support-desk").unwrap(),
                red: seat("attacker"),
                blue: Some(seat("guard")),
                target: seat("assistant"),
                judges: vec![],
                label: None,
                seed: "1".parse().unwrap(),
                n_rounds: None,
                delay_ms: 0,
                budgets: arena_core::budget::Budgets::default(),
                tools: vec![],
            }
        });
        let shared = [shelf.share(&one), shelf.share(&other)];
        assert_eq!(*shared[1], other);
        assert!(Arc::ptr_eq(&shared[0].scenario, &shared[1].scenario));
        assert!(Arc::ptr_eq(&shared[0].red.agent, &shared[1].red.agent));
        drop((one, other, shared));
        assert!(shelf.scenarios.0.lock().unwrap().values().all(|thing| thing.strong_count() == 0));
    }
}
