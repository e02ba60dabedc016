//! Models without function calling: the same tools, asked for with tags in the text.

use serde_json::Value;

use super::bench::Bench;
use super::script::Say;

#[test]
fn calls_in_tags_run_as_any_other_and_a_truncated_one_does_not() {
    let says = [
        "I write it.\n<write_to_file>\n<path>a.html</path>\n<content>\n<b>hi</b> & </content-ish>\n</content>\n</write_to_file>",
        "<execute_command>\n<command>cat a.html && echo x > b</command>\n</execute_command>",
        "<execute_command>\n<command>rm -rf ",
        "It is done.",
    ];
    let bench = Bench::new(&[], says.map(|text| Say::Text(text.to_owned())));
    let agent = std::fs::read_to_string(bench.folder.path().join("agent.toml")).unwrap();
    std::fs::write(bench.folder.path().join("agent.toml"), agent + "tool_calls = \"tags\"\n").unwrap();
    let came = bench.came();
    let told: Vec<&str> = came.iter().map(|came| came.told.as_str()).collect();
    assert_eq!(told[0], "wrote 26 bytes to a.html");
    assert_eq!(told[1], "exit code 0\n--- stdout\n<b>hi</b> & </content-ish>");
    assert!(told[2].contains("has no end") && told.len() == 3, "{told:?}");

    let asked = bench.script.asked();
    assert_eq!(asked.len(), 4);
    assert!(asked.iter().all(|question| question.get("tools").is_none()));
    let text = |question: &Value, i: usize| question["messages"][i]["content"].as_str().unwrap().to_owned();
    assert!(text(&asked[0], 0).contains("## execute_command"));
    let results = text(&asked[1], 3);
    assert!(results.contains("[write_to_file") && results.ends_with("wrote 26 bytes to a.html"), "{results}");
    assert!(text(&asked[3], 7).contains("write the whole call again"));
    let verified = bench.arena(&["verify"]).output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}
