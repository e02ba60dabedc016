//! The same seed gives the same match, another seed another one.

use serde_json::Value;

use crate::support::{arena, stderr, stdout};

/// The events as lines of JSON, without ids and times.
fn events(seed: &str, scenario: &str) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let output =
        arena(folder.path()).args(["play", scenario, "--seed", seed, "--jsonl", "--fail-on", "never"]).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    stdout(&output)
        .lines()
        .map(|line| {
            let mut event: Value = serde_json::from_str(line).unwrap();
            let fields = event.as_object_mut().unwrap();
            assert!(fields.remove("match").is_some() && fields.remove("at").is_some());
            fields.remove("id");
            if let Some(reply) = fields.get_mut("reply") {
                assert!(reply.as_object_mut().unwrap().remove("elapsed_ms").is_some());
            }
            event
        })
        .collect()
}

#[test]
fn a_seed_repeats_a_match_and_another_does_not() {
    for scenario in ["support-desk", "inbox"] {
        let (one, again, other) = (events("7", scenario), events("7", scenario), events("8", scenario));
        assert!(one.len() > 20);
        assert_eq!(one, again);
        // The set-up names the seed; what is played must differ too.
        assert_ne!(one[1..], other[1..]);
    }
}
