//! The figures of a runner are those of the records that it made durable.

use std::collections::BTreeMap;

use arena::lobby::Crowd;
use arena_core::event::{Event, Record};

use crate::support::{play, runner, spec, store};

/// The values of a figure, by its labels.
fn values(text: &str, name: &str) -> BTreeMap<String, u64> {
    let lines = text.lines().filter_map(|line| line.strip_prefix(name));
    lines
        .filter(|line| line.starts_with(['{', ' ']))
        .map(|line| {
            let (labels, value) = line.rsplit_once(' ').unwrap();
            (labels.to_owned(), value.parse().unwrap())
        })
        .collect()
}

fn count(records: &[Record], is_it: impl Fn(&Event) -> bool) -> u64 {
    records.iter().filter(|record| is_it(&record.event)).count() as u64
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_the_sums_of_what_the_records_say() {
    let folder = tempfile::tempdir().unwrap();
    let runner = runner(&store(folder.path()));
    let mut records = Vec::new();
    for seed in ["1", "2", "3"] {
        records.extend(play(&runner, spec("support-desk", seed, "mock", 5)).await.2);
    }
    let text = runner.meter().text(Crowd { n_waiting: 3, n_playing: 2 }, 7);
    let sum = |name: &str| values(&text, name).values().sum::<u64>();
    assert_eq!(sum("arena_events_total"), records.len() as u64);
    assert_eq!(sum("arena_matches_total"), 3, "{text}");
    assert_eq!(sum("arena_rounds_total"), 15);
    assert_eq!(sum("arena_match_duration_seconds_count"), 3);
    let replies = records.iter().filter_map(|record| match &record.event {
        Event::ModelReplied { reply, .. } | Event::GuardRuled { reply: Some(reply), .. } => Some(reply),
        _ => None,
    });
    let usages: Vec<_> = replies.map(|reply| reply.usage).collect();
    assert_eq!(sum("arena_llm_requests_total"), usages.len() as u64);
    let tokens: u64 = usages.iter().map(|usage| usage.input_tokens + usage.output_tokens).sum();
    assert_eq!(sum("arena_llm_tokens_total"), tokens);
    assert_eq!(sum("arena_guard_decisions_total"), count(&records, |event| matches!(event, Event::GuardRuled { .. })));
    assert_eq!(sum("arena_tool_calls_total"), count(&records, |event| matches!(event, Event::CallRuled { .. })));
    assert_eq!((sum("arena_queue_depth"), sum("arena_matches_running"), sum("arena_tasks")), (3, 2, 7));
    assert!(text.ends_with("# EOF\n"));
    // Whatever a model calls a tool, a label is one of the match's own tools.
    let tools = values(&text, "arena_tool_calls_total");
    assert!(tools.keys().all(|labels| !labels.contains("tool=\"unknown\"")), "{tools:?}");
}
