//! Traces as a collector gets them, read with OpenTelemetry's own messages.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use arena::telemetry::{Exporter, NoExporter, spans};
use arena_core::event::{Event, Record};
use arena_core::id::MatchId;
use arena_core::tool::ToolOutcome;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use tokio::net::TcpListener;

use crate::support::{play, runner, spec, store};

/// What was sent to a collector, as it came.
#[derive(Clone, Default)]
struct Taken(Arc<Mutex<Vec<(HeaderMap, Bytes)>>>);

/// A collector that answers so; its address.
async fn collector(status: StatusCode) -> (String, Taken) {
    let taken = Taken::default();
    let take = async move |State(taken): State<Taken>, headers: HeaderMap, body: Bytes| {
        taken.0.lock().unwrap().push((headers, body));
        status
    };
    let router = Router::new().route("/v1/traces", post(take)).with_state(taken.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, taken)
}

/// Plays matches while their traces go to `address`.
async fn play_traced(address: &str) -> Vec<(MatchId, Vec<Record>)> {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let runner = runner(&store);
    let exporter = Exporter::start(address, "api-key=a%20b", store, runner.bus().changes()).unwrap();
    let mut played = Vec::new();
    for (scenario, seed) in [("support-desk", "1"), ("inbox", "2"), ("support-desk", "3")] {
        let (id, game, records) = play(&runner, spec(scenario, seed, "mock", 5)).await;
        assert_eq!(game.verdicts.len(), 5);
        played.push((id, records));
    }
    exporter.close().await;
    played
}

fn decoded(taken: &Taken) -> Vec<Span> {
    let taken = taken.0.lock().unwrap();
    let requests = taken.iter().map(|(_, body)| ExportTraceServiceRequest::decode(&**body).unwrap());
    let resources = requests.flat_map(|request| request.resource_spans).inspect(|spans| {
        let resource = spans.resource.as_ref().unwrap();
        assert_eq!(text(&resource.attributes, "service.name"), Some("arena".to_owned()));
    });
    resources.flat_map(|spans| spans.scope_spans).flat_map(|spans| spans.spans).collect()
}

fn value<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a any_value::Value> {
    attributes.iter().find(|pair| pair.key == key)?.value.as_ref()?.value.as_ref()
}

fn text(attributes: &[KeyValue], key: &str) -> Option<String> {
    match value(attributes, key)? {
        any_value::Value::StringValue(text) => Some(text.clone()),
        other => panic!("{key}: {other:?}"),
    }
}

fn number(attributes: &[KeyValue], key: &str) -> i64 {
    match value(attributes, key) {
        Some(any_value::Value::IntValue(number)) => *number,
        other => panic!("{key}: {other:?}"),
    }
}

fn count(played: &[(MatchId, Vec<Record>)], is_it: impl Fn(&Event) -> bool) -> usize {
    played.iter().flat_map(|(_, records)| records).filter(|record| is_it(&record.event)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_gets_each_match_as_a_tree_of_what_was_done() {
    let (address, taken) = collector(StatusCode::OK).await;
    let played = play_traced(&address).await;
    let all = decoded(&taken);
    for (headers, _) in &*taken.0.lock().unwrap() {
        assert_eq!(
            (&headers["content-type"], &headers["api-key"]),
            (&"application/x-protobuf".parse().unwrap(), &"a b".parse().unwrap())
        );
    }
    let mut by_operation: BTreeMap<String, Vec<&Span>> = BTreeMap::new();
    for span in &all {
        let operation = text(&span.attributes, "gen_ai.operation.name").unwrap();
        assert!(span.name.starts_with(&format!("{operation} ")), "{}", span.name);
        assert!(span.start_time_unix_nano <= span.end_time_unix_nano, "{span:?}");
        assert_eq!(span.kind, if operation == "chat" { 3 } else { 1 }, "{}", span.name);
        by_operation.entry(operation).or_default().push(span);
    }
    // Each once, each below another of the same match, and the match at the top.
    let ids: BTreeSet<_> = all.iter().map(|span| (&span.trace_id, &span.span_id)).collect();
    assert_eq!(ids.len(), all.len());
    let roots = &by_operation["invoke_workflow"];
    assert_eq!(roots.len(), 3);
    for span in &all {
        let is_root = span.parent_span_id.is_empty();
        assert_eq!(is_root, span.name.starts_with("invoke_workflow"), "{}", span.name);
        assert!(is_root || ids.contains(&(&span.trace_id, &span.parent_span_id)), "{span:?}");
    }
    for (id, records) in &played {
        let root = roots.iter().find(|root| root.trace_id == id.to_bytes()).expect("a match has a root");
        assert_eq!(text(&root.attributes, "gen_ai.conversation.id"), Some(id.to_string()));
        let Event::Created { spec, .. } = &records[0].event else { panic!("{records:?}") };
        // Round by round it is what the whole record gives.
        let of_match = all.iter().filter(|span| span.trace_id == id.to_bytes()).count();
        assert_eq!(of_match, spans(*id, spec, records).len());
        assert!(all.iter().any(|span| span.name == format!("invoke_agent {}", spec.target.agent.name)));
    }
    let replies =
        count(&played, |event| matches!(event, Event::ModelReplied { .. } | Event::GuardRuled { reply: Some(_), .. }));
    assert_eq!(by_operation["chat"].len(), replies);
    let tokens: i64 =
        by_operation["chat"].iter().map(|span| number(&span.attributes, "gen_ai.usage.input_tokens")).sum();
    let used: u64 = played
        .iter()
        .flat_map(|(_, records)| records)
        .map(|record| match &record.event {
            Event::ModelReplied { reply, .. } | Event::GuardRuled { reply: Some(reply), .. } => {
                reply.usage.input_tokens
            }
            _ => 0,
        })
        .sum();
    assert_eq!(u64::try_from(tokens).unwrap(), used);
    let tools = &by_operation["execute_tool"];
    assert_eq!(tools.len(), count(&played, |event| matches!(event, Event::ToolReturned { .. })));
    let failed = count(
        &played,
        |event| matches!(event, Event::ToolReturned { outcome, .. } if !matches!(outcome, ToolOutcome::Done { .. })),
    );
    assert_eq!(tools.iter().filter(|span| span.status.is_some()).count(), failed);
    assert!(tools.iter().all(|span| text(&span.attributes, "gen_ai.tool.name") != Some("unknown".to_owned())));
    let verdicts = all.iter().flat_map(|span| &span.events).filter(|event| event.name == "gen_ai.evaluation.result");
    assert_eq!(verdicts.count(), 15);
    let rulings = all.iter().flat_map(|span| &span.events).filter(|event| event.name == "arena.guard.ruled");
    assert_eq!(rulings.count(), count(&played, |event| matches!(event, Event::GuardRuled { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_collector_gets_what_an_agent_wrote_or_a_flag() {
    let (address, taken) = collector(StatusCode::OK).await;
    let played = play_traced(&address).await;
    let sent: Vec<u8> = taken.0.lock().unwrap().iter().flat_map(|(_, body)| body.to_vec()).collect();
    let is_sent = |text: &str| sent.windows(text.len()).any(|piece| piece == text.as_bytes());
    assert!(is_sent("gen_ai.response.model") && is_sent("mock"), "nothing is found in what was sent");
    let mut n_texts = 0;
    for (_, records) in &played {
        let Event::Created { spec, .. } = &records[0].event else { panic!("{records:?}") };
        let record = serde_json::to_string(records).unwrap();
        for flag in spec.scenario.plant(&spec.seed).values() {
            assert!(!is_sent(flag), "{flag}");
        }
        let mut texts = vec![spec.target.agent.prompt.clone(), spec.red.agent.prompt.clone()];
        for record in records {
            match &record.event {
                Event::ModelReplied { reply, .. } | Event::GuardRuled { reply: Some(reply), .. } => {
                    texts.push(reply.text.clone());
                    texts.extend(reply.calls.iter().flat_map(|call| [call.id.clone(), call.arguments.to_string()]));
                }
                Event::ToolReturned { outcome: ToolOutcome::Done { output, .. }, .. } => texts.push(output.clone()),
                Event::RoundOpened { plan, .. } => match plan {
                    arena_core::event::Plan::Attack { request, .. } => texts.extend(request.clone()),
                    arena_core::event::Plan::Benign { request, .. } => texts.push(request.clone()),
                },
                _ => {}
            }
        }
        assert!(record.len() > 10_000);
        // Every text, and the beginning of it: a part would be as bad.
        for text in texts.iter().filter(|text| text.chars().count() >= 8) {
            let beginning: String = text.chars().take(12).collect();
            assert!(!is_sent(&beginning), "{text}");
            n_texts += 1;
        }
    }
    assert!(n_texts > 100, "{n_texts} texts");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_fails_or_is_not_there_disturbs_no_match() {
    let (refusing, taken) = collector(StatusCode::SERVICE_UNAVAILABLE).await;
    play_traced(&refusing).await;
    assert!(!decoded(&taken).is_empty(), "nothing was sent at all");
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    play_traced(&format!("http://{closed}")).await;
}

#[tokio::test]
async fn what_is_no_collector_is_refused_without_telling_its_headers() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let runner = runner(&store);
    let start = |base: &str, headers: &str| {
        Exporter::start(base, headers, Arc::clone(&store), runner.bus().changes()).err().unwrap()
    };
    assert!(matches!(start("localhost:4318", ""), NoExporter::Address { .. }));
    let refused = start("http://127.0.0.1:4318", "authorization secret").to_string();
    assert!(refused.contains("OTEL_EXPORTER_OTLP_HEADERS") && !refused.contains("secret"), "{refused}");
}
