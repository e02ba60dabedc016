//! Answers of all sorts, whole and in pieces.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::message::{ToolCall, ToolSpec};

fn tools() -> Vec<ToolSpec> {
    let tool = |name: &str, properties: Value, required: &[&str]| ToolSpec {
        name: name.parse().unwrap(),
        description: format!("What {name} does."),
        parameters: json!({"type": "object", "properties": properties, "required": required}),
    };
    vec![
        tool("list", json!({}), &[]),
        tool(
            "run",
            json!({
                "command": {"type": "string", "description": "The command."},
                "timeout": {"type": "integer"},
                "env": {"type": "object"},
                "mode": {"enum": ["fast", "slow"]},
            }),
            &["command"],
        ),
        tool("write", json!({"path": {"type": "string"}, "content": {"type": "string"}}), &["path", "content"]),
    ]
}

/// The text, and the calls as tool and arguments.
fn check(answer: &str, text: &str, calls: &[(&str, Value)], problems: &[Problem]) {
    let found = read(answer, &tools());
    let found_calls: Vec<(&str, Value)> =
        found.calls.iter().map(|call| (call.tool.as_str(), call.arguments.clone())).collect();
    assert_eq!(
        (found.text.as_str(), found_calls.as_slice(), found.problems.as_slice()),
        (text, calls, problems),
        "{answer}"
    );
}

fn file(path: &str, content: &str) -> (&'static str, Value) {
    ("write", json!({"path": path, "content": content}))
}

#[test]
fn calls_are_taken_out_of_the_text() {
    check("Just text, a < b, <b>bold</b>.", "Just text, a < b, <b>bold</b>.", &[], &[]);
    check("a <list></list> b", "a  b", &[("list", json!({}))], &[]);
    check(
        "I look.\n```xml\n<run>\n<command>ls -l</command>\n<timeout>5</timeout>\n</run>\n```\n<list>\n</list>",
        "I look.\n```xml\n\n```\n",
        &[("run", json!({"command": "ls -l", "timeout": 5})), ("list", json!({}))],
        &[],
    );
    check("<write><path>a</path><content></content></write>", "", &[file("a", "")], &[]);
    check(
        "<run><env>{\"A\": \"</env>\"}</env><command>a</command></run>",
        "",
        &[("run", json!({"command": "a", "env": {"A": "</env>"}}))],
        &[],
    );
    check("<run><timeout>soon</timeout></run>", "", &[("run", json!({"timeout": "soon"}))], &[]);
}

#[test]
fn a_mention_is_no_call() {
    for text in [
        "Use <write> and then <path>, or `<run>`.",
        "<write> it <path>a</path></write>",
        "<path>a</path><content>b</content>",
        "<Write><path>a</path></Write>",
        "<write path=\"a\"><path>a</path></write>",
        "</write></path></list>",
        "<wri",
        "<",
    ] {
        check(text, text, &[], &[]);
    }
}

#[test]
fn a_value_may_hold_anything() {
    for content in [
        "<p>x</p>\n",
        "```\n<content>\n```",
        "<content>x</content>",
        "</content>",
        "a </content> b </content> c",
        "</path><content>",
        "</write>",
        "<write>",
        "see <write> and </write>",
        "<list></list> <run><command>x</command></run>",
        "<write><path>p</path><content>x</content></write>",
        "<write><content>x</content><path>p</path></write> and <write></write>",
        "<write>\n<path>p</path>\n<content>\n<write><path>q</path><content>y</content></write>\n</content>\n</write>",
        "\r\n é <\u{0} &lt; \u{1f980}",
    ] {
        let answer = format!("<write>\n<path>a</path>\n<content>\n{content}\n</content>\n</write>");
        check(&answer, "", &[file("a", content)], &[]);
    }
    let first = "<write><content>a <content>b</content><path>c</path> d</content><path>e</path></write>";
    check(first, "", &[file("e", "a <content>b</content><path>c</path> d")], &[]);
}

#[test]
fn what_is_not_whole_or_not_clear_is_not_run() {
    let unfinished =
        |parameter: &str| Problem::Unfinished { tool: "write".to_owned(), parameter: parameter.to_owned() };
    for (cut, parameter) in [
        ("<write><path>", "path"),
        ("<write><path>a</path>", "path"),
        ("<write><path>a</path><content>b", "content"),
        ("<write><path>a</path><content>b</content>", "content"),
        ("<write><path>a</path><content>b</content></writ", "content"),
        ("<write><path>a</path><content>doc <write><path>a</path><content>x</content></write> and", "content"),
    ] {
        check(&format!("So: {cut}"), &format!("So: {cut}"), &[], &[unfinished(parameter)]);
    }
    check(
        "<list></list><write><path>a</path><content>it ends with </content></write>, see?</content></write>",
        ", see?</content></write>",
        &[("list", json!({}))],
        &[Problem::Unclear { tool: "write".to_owned() }],
    );
    check(
        "<run><command>a</command><command>b</command></run>!",
        "!",
        &[],
        &[Problem::Unclear { tool: "run".to_owned() }],
    );
    let long = format!("a<run><command>{}</command></run>b", "x".repeat(MAX_CALL_BYTES));
    check(&long, "a", &[], &[Problem::TooLong { tool: "run".to_owned() }]);
    let many = "<list></list>".repeat(MAX_CALLS + 2);
    check(&many, "", &vec![("list", json!({})); MAX_CALLS], &[Problem::TooMany]);
}

#[test]
fn parameters_that_a_tool_does_not_have_are_kept_for_its_schema() {
    check(
        "<run><command>a <b> c</command>\n<progress>\n- [x] one\n</progress> <timeout>5</timeout></run>!",
        "!",
        &[("run", json!({"command": "a <b> c", "progress": "- [x] one", "timeout": 5}))],
        &[],
    );
    for rest in ["x", "<x>", "<x>1</x> y", "<x>1</x><x>2</x>"] {
        let answer = format!("<run><command>a</command>{rest}</run>");
        let problem = Problem::Unfinished { tool: "run".to_owned(), parameter: "command".to_owned() };
        check(&answer, &answer, &[], &[problem]);
    }
}

#[test]
fn ids_differ_within_an_answer() {
    let ids: Vec<String> = read("<list></list><list></list>", &tools()).calls.into_iter().map(|call| call.id).collect();
    assert_eq!(ids, ["call_1", "call_2"]);
}

#[test]
fn a_model_is_told_how_to_call() {
    assert_eq!(describe(&[]), "");
    let text = describe(&tools());
    let end = "\n## run\nWhat run does.\n- command (string, required): The command.\n- timeout (integer, optional)\n\
               - env (object, optional)\n- mode (optional) One of: fast, slow.\n\n## write\nWhat write does.\n\
               - path (string, required)\n- content (string, required)\n";
    assert!(text.ends_with(end), "{text}");
    let call = ToolCall {
        id: "call_1".to_owned(),
        tool: "write".to_owned(),
        arguments: json!({"path": "a", "content": "x\ny"}),
    };
    let text = "<write>\n<path>a</path>\n<content>\nx\ny\n</content>\n</write>";
    assert_eq!(written(&call, &tools()).as_deref(), Some(text));
    assert_eq!(result(&call, "ok"), "[write call_1] Result:\nok");
    assert_eq!(result(&call, ""), "[write call_1] Result:\n(the tool answered nothing)");
}

#[test]
fn what_tags_cannot_say_is_not_written() {
    let check = |tool: &str, arguments: Value| {
        let call = ToolCall { id: String::new(), tool: tool.to_owned(), arguments };
        assert_eq!(written(&call, &tools()), None, "{call:?}");
    };
    check("write", json!({"path": "a", "content": "</content></write>"}));
    check("write", json!({"path": 5}));
    check("run", json!({"timeout": "5"}));
    check("none", json!({}));
    check("list", json!("{\"cut"));
}

#[test]
fn the_work_is_linear_in_the_answer() {
    let n_steps = |answer: &str, size: usize| {
        let mut parser = Parser::new(&tools());
        for piece in answer.as_bytes().chunks(size) {
            parser.push(std::str::from_utf8(piece).unwrap());
        }
        parser.n_steps
    };
    for part in ["<write><path>", "</content></write>", "<write>  ", "<", "<list></list>", "<path></path>", "x"] {
        let answer = format!("<write><path>a</path><content>{}", part.repeat(2000));
        for (answer, size) in [(answer.as_str(), 1), (answer.as_str(), 7), (&answer[29..], 1), (&answer[29..], 1 << 20)]
        {
            let most = 2 * answer.len() + answer.len() / size;
            assert!(n_steps(answer, size) <= most, "{part:?} in pieces of {size}");
        }
    }
}

fn answers() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        proptest::sample::select(vec![
            "<write>",
            "</write>",
            "<path>",
            "</path>",
            "<content>",
            "</content>",
            "<run>",
            "</run>",
            "<command>",
            "</command>",
            "<timeout>5</timeout>",
            "<new>6</new>",
            "<list></list>",
            "\n",
            " ",
            "é",
            "<",
            "</",
            "```",
            "</content></write>",
            "<write><path>",
            "<write><path>a</path><content>b</content></write>",
        ])
        .prop_map(str::to_owned),
        "[a-z<>/]{0,4}",
    ];
    proptest::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn pieces_are_read_as_the_whole(answer in answers(), cuts in proptest::collection::vec(0..200_usize, 0..6)) {
        let whole = read(&answer, &tools());
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| answer.floor_char_boundary(cut)).collect();
        cuts.extend([0, answer.len()]);
        cuts.sort_unstable();
        let mut parser = Parser::new(&tools());
        let mut text: String = cuts.windows(2).map(|cut| parser.push(&answer[cut[0]..cut[1]])).collect();
        let rest = parser.finish();
        text += &rest.text;
        prop_assert_eq!(Answer { text, ..rest }, whole);
    }

    #[test]
    fn a_call_that_is_written_is_read_back(
        path in "[a-z/.]{1,12}",
        content in answers(),
        timeout in any::<i64>(),
        command in "\\PC{0,20}",
    ) {
        let calls = [
            ("write", json!({"path": path, "content": content})),
            ("run", json!({"command": command, "timeout": timeout, "env": {"A": content}})),
        ];
        for (tool, arguments) in calls {
            let call = ToolCall { id: "call_1".to_owned(), tool: tool.to_owned(), arguments };
            match written(&call, &tools()) {
                Some(text) => prop_assert_eq!(read(&text, &tools()).calls, [call]),
                None => prop_assert!(content.contains('<') || command.contains('<')),
            }
        }
    }
}
