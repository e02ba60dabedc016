//! The key of a question: what it ignores, and that everything else changes it.

use arena_core::id::Seat;
use arena_core::message::{AnswerSchema, Message, Request, Sampling, ToolCall, ToolSpec};
use arena_core::model::ModelSpec;
use arena_models::{Endpoint, Identity, Key, RequestKey};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::case::{identity, question};

fn call(id: &str, tool: &str) -> ToolCall {
    ToolCall { id: id.into(), tool: tool.into(), arguments: json!({}) }
}

fn asks(calls: Vec<ToolCall>) -> Message {
    Message::Assistant { text: String::new(), calls }
}

fn brings(id: &str, text: &str) -> Message {
    Message::Tool { id: id.into(), text: text.into() }
}

fn key(messages: Vec<Message>) -> RequestKey {
    RequestKey::of(&identity(), &Request { messages, ..question() })
}

#[test]
fn a_call_is_named_by_its_place() {
    let reference = || {
        key(vec![
            asks(vec![call("a", "x"), call("b", "y")]),
            brings("a", "1"),
            brings("b", "2"),
            asks(vec![call("c", "x")]),
            brings("c", "3"),
        ])
    };
    for (case, is_equal, messages) in [
        (
            "other ids",
            true,
            vec![
                asks(vec![call("b", "x"), call("a", "y")]),
                brings("b", "1"),
                brings("a", "2"),
                asks(vec![call("z", "x")]),
                brings("z", "3"),
            ],
        ),
        (
            "an id used again",
            true,
            vec![
                asks(vec![call("a", "x"), call("b", "y")]),
                brings("a", "1"),
                brings("b", "2"),
                asks(vec![call("a", "x")]),
                brings("a", "3"),
            ],
        ),
        (
            "results in another order",
            false,
            vec![
                asks(vec![call("a", "x"), call("b", "y")]),
                brings("b", "2"),
                brings("a", "1"),
                asks(vec![call("c", "x")]),
                brings("c", "3"),
            ],
        ),
        (
            "results of each other",
            false,
            vec![
                asks(vec![call("a", "x"), call("b", "y")]),
                brings("b", "1"),
                brings("a", "2"),
                asks(vec![call("c", "x")]),
                brings("c", "3"),
            ],
        ),
        (
            "a result of no call",
            false,
            vec![
                asks(vec![call("a", "x"), call("b", "y")]),
                brings("a", "1"),
                brings("q", "2"),
                asks(vec![call("c", "x")]),
                brings("c", "3"),
            ],
        ),
    ] {
        assert_eq!(key(messages) == reference(), is_equal, "{case}");
    }
}

#[test]
fn a_provider_s_key_is_not_in_it() {
    let keys = ["sk-one-0123456789", "sk-two-0123456789"].map(|secret| {
        let base_url = format!("https://api.example/v1?key={secret}");
        let endpoint = Endpoint::parse(&base_url, Some(Key::new(secret).unwrap())).unwrap();
        RequestKey::of(&Identity { base_url: endpoint.to_string(), ..identity() }, &question())
    });
    assert_eq!(keys, [key(question().messages); 2]);
}

/// What was stored stays findable: if this fails, raise `RequestKey::VERSION`.
#[test]
fn the_key_of_a_question_is_the_same_for_ever() {
    assert_eq!(
        (
            RequestKey::VERSION,
            RequestKey::of(&identity(), &question()).to_string(),
            RequestKey::of_turn(&ModelSpec::MOCK, &question()).to_string(),
        ),
        (
            1,
            "bc0b0b8396c3d063e2b546fbda1244a30924efa4673f036b1190b4e42030f475".to_owned(),
            "a12278fe1d8be158ad95f38fad6a4286712b461dd67804b7662f5cc26a150644".to_owned()
        )
    );
}

fn text() -> impl Strategy<Value = String> {
    "[a-zé\"\\\\\n{} ]{0,6}"
}

fn arguments() -> impl Strategy<Value = Value> {
    prop_oneof![
        text().prop_map(Value::from),
        (text(), any::<i64>(), any::<f64>())
            .prop_map(|(text, whole, part)| json!({text: whole, "b": [part, null, true]})),
    ]
}

/// A call in a conversation, and what it brings, if that is there already.
fn called() -> impl Strategy<Value = (String, Value, Option<String>)> {
    (text(), arguments(), option::of(text()))
}

/// One stretch of a conversation; the ids are its numbers.
fn stretch() -> impl Strategy<Value = Vec<Message>> {
    prop_oneof![
        text().prop_map(|text| vec![Message::System { text }]),
        text().prop_map(|text| vec![Message::User { text }]),
        (text(), vec(called(), 0..4)).prop_map(|(text, calls)| {
            let results: Vec<Message> = calls
                .iter()
                .enumerate()
                .filter_map(|(i, (_, _, brings))| Some(Message::Tool { id: i.to_string(), text: brings.clone()? }))
                .collect();
            let calls = calls.into_iter().enumerate().map(|(i, (tool, arguments, _))| ToolCall {
                id: i.to_string(),
                tool,
                arguments,
            });
            let mut messages = vec![Message::Assistant { text, calls: calls.collect() }];
            messages.extend(results);
            messages
        }),
    ]
}

fn seat() -> impl Strategy<Value = Seat> {
    (0_usize..3).prop_map(|i| Seat::ALL[i])
}

fn tool() -> impl Strategy<Value = ToolSpec> {
    ("[a-z]{1,5}", text(), arguments()).prop_map(|(name, description, parameters)| ToolSpec {
        name: name.parse().unwrap(),
        description,
        parameters,
    })
}

prop_compose! {
    fn request()(
        seat in seat(),
        stretches in vec(stretch(), 1..4),
        tools in vec(tool(), 0..3),
        schema in option::of(arguments()),
        temperature in option::of(0.0..2.0),
        max_output_tokens in any::<u32>(),
        seed in any::<u64>(),
    ) -> Request {
        // Each stretch has its own numbers, so that no id is there twice.
        let stretches = stretches.into_iter().enumerate();
        let messages = stretches.flat_map(|(i, stretch)| renamed(stretch, &|id| format!("{i}.{id}")));
        Request {
            seat,
            messages: messages.collect(),
            tools,
            schema: schema.map(|schema| AnswerSchema { name: "answer", schema }),
            sampling: Sampling { temperature, max_output_tokens },
            seed,
        }
    }
}

/// The same conversation with other ids.
fn renamed(messages: Vec<Message>, rename: &dyn Fn(&str) -> String) -> Vec<Message> {
    let renamed = messages.into_iter().map(|message| match message {
        Message::System { .. } | Message::User { .. } => message,
        Message::Assistant { text, calls } => {
            let calls = calls.into_iter().map(|call| ToolCall { id: rename(&call.id), ..call });
            Message::Assistant { text, calls: calls.collect() }
        }
        Message::Tool { id, text } => Message::Tool { id: rename(&id), text },
    });
    renamed.collect()
}

type Change = fn(&mut Identity, &mut Request);

/// Everything of which a change asks something else, or somebody else.
const CHANGES: [(&str, Change); 18] = [
    ("provider", |identity, _| identity.provider.push('x')),
    ("base URL", |identity, _| identity.base_url.push('x')),
    ("model", |identity, _| identity.model.push('x')),
    ("a part of the base URL in the model", |identity, _| {
        let last = identity.base_url.pop().unwrap();
        identity.model.insert(0, last);
    }),
    ("seat", |_, request| request.seat = Seat::ALL[(request.seat as usize + 1) % 3]),
    ("a message more", |_, request| request.messages.push(Message::User { text: String::new() })),
    ("a message less", |_, request| drop(request.messages.pop())),
    ("who speaks", |_, request| {
        request.messages[0] = match &request.messages[0] {
            Message::System { text } => Message::User { text: text.clone() },
            Message::User { text } | Message::Assistant { text, .. } | Message::Tool { text, .. } => {
                Message::System { text: text.clone() }
            }
        }
    }),
    ("a text", |_, request| match &mut request.messages[0] {
        Message::System { text }
        | Message::User { text }
        | Message::Assistant { text, .. }
        | Message::Tool { text, .. } => {
            text.push('x');
        }
    }),
    ("a call", |_, request| request.messages.insert(0, asks(vec![call("new", "x")]))),
    ("a tool more", |_, request| {
        let tool = question().tools.remove(0);
        request.tools.push(tool);
    }),
    ("a tool's name", |_, request| with_tool(request).name = "another-name".parse().unwrap()),
    ("a tool's description", |_, request| with_tool(request).description.push('x')),
    ("a tool's parameters", |_, request| with_tool(request).parameters = json!({"type": "array"})),
    ("schema", |_, request| {
        request.schema = match &request.schema {
            Some(_) => None,
            None => Some(AnswerSchema { name: "answer", schema: json!({}) }),
        };
    }),
    ("temperature", |_, request| {
        request.sampling.temperature = request.sampling.temperature.map_or(Some(0.0), |_| None);
    }),
    ("token limit", |_, request| request.sampling.max_output_tokens ^= 1),
    ("seed", |_, request| request.seed ^= 1),
];

fn with_tool(request: &mut Request) -> &mut ToolSpec {
    &mut request.tools[0]
}

proptest! {
    #[test]
    fn ids_do_not_matter(request in request()) {
        let messages = renamed(request.messages.clone(), &|id| format!("call_{id}-x"));
        let other = Request { messages, ..request.clone() };
        prop_assert_eq!(RequestKey::of(&identity(), &request), RequestKey::of(&identity(), &other));
    }

    #[test]
    fn everything_else_does(mut request in request()) {
        // There is a tool to change.
        request.tools.extend(question().tools);
        let before = RequestKey::of(&identity(), &request);
        let turn = RequestKey::of_turn(&ModelSpec::MOCK, &request);
        prop_assert_eq!(before, RequestKey::of(&identity(), &request.clone()));
        for (case, change) in CHANGES {
            let (mut who, mut changed) = (identity(), request.clone());
            change(&mut who, &mut changed);
            prop_assert_ne!(before, RequestKey::of(&who, &changed), "{}", case);
            // A turn does not name an endpoint; all else is in its key too.
            prop_assert_eq!(turn == RequestKey::of_turn(&ModelSpec::MOCK, &changed), who != identity(), "{}", case);
        }
        prop_assert_ne!(turn, RequestKey::of_turn(&"chain:mock".parse().unwrap(), &request));
    }
}
