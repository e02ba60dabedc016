//! Permissions in a match: what is denied does not run, what a person has to allow waits for one, and the sandbox holds to
//! the same rules.

use std::process::Stdio;
use std::time::Duration;

use serde_json::json;

use super::bench::{Bench, came, events};
use super::script::call;

const RULES: &str = "[permissions]
allow = [\"execute_command\", \"read_file\", \"write_to_file\", \"http_request(api.example)\", \"http_request(127.0.0.1:1)\"]
ask = [\"write_to_file(asked)\"]
deny = [\"read_file(secrets/**)\", \"write_to_file(checks/**)\"]
";

fn bench(says: impl IntoIterator<Item = super::script::Say>) -> Bench {
    let bench = Bench::new(&[("secrets/key", "hidden words"), ("checks/run", "good"), ("plain", "p")], says);
    let agent = bench.folder.path().join("agent.toml");
    std::fs::write(&agent, std::fs::read_to_string(&agent).unwrap() + RULES).unwrap();
    bench
}

#[test]
fn commands_are_held_by_the_rules_for_files() {
    let bench = bench([
        call("execute_command", json!({"command": "ls -R; cat secrets/key; grep -r hidden . | wc -l"})),
        call("read_file", json!({"path": "./secrets/key"})),
        call("execute_command", json!({"command": "c=checks; echo bad | tee $c/run new >/dev/null; cat checks/run"})),
        call("execute_command", json!({"command": "cat checks/run; ls"})),
        call("execute_command", json!({"command": "echo bad > checks/run"})),
        call("list_files", json!({"path": "."})),
    ]);
    let came = bench.came();
    assert!(came[0].told.contains("No such file") && came[0].told.contains("\n0\n"), "{}", came[0].told);
    assert!(came[1].told.contains("denied by the rule read_file(secrets/**)"), "{}", came[1].told);
    // It ran, and what it changed is taken back.
    assert!(came[2].told.contains("as they were before the command"), "{}", came[2].told);
    assert_eq!(came[2].event["outcome"]["status"], json!("failed"));
    assert!(came[3].told.ends_with("--- stdout\ngoodchecks\nplain\n"), "{}", came[3].told);
    assert!(came[4].told.contains("denied by the rule write_to_file(checks/**)"), "{}", came[4].told);
    assert!(came[5].told.contains("no rule allows list_files"), "{}", came[5].told);
}

#[test]
fn requests_go_where_the_rules_say_and_are_recorded() {
    let bench = bench([
        call(
            "http_request",
            json!({"url": "https://api.example/x?a=b", "method": "post", "body": "the words", "headers": {"x-a": "1"}}),
        ),
        call("http_request", json!({"url": "https://api.example/away"})),
        call("http_request", json!({"url": "http://other.example/"})),
        call("http_request", json!({"url": "http://2130706433:1/"})),
        call("http_request", json!({"url": "file:///etc/passwd"})),
    ]);
    let scenario = bench.folder.path().join("workshop.toml");
    let hosts = "\n[[hosts]]\nname = \"api.example\"\npages = { \"/x\" = \"hello\", \"/away\" = { status = 302, location = \"http://127.0.0.1:22/\" } }\n";
    let text =
        std::fs::read_to_string(&scenario).unwrap().replace("\"apply_patch\",", "\"apply_patch\", \"http_request\",")
            + hosts;
    std::fs::write(&scenario, text).unwrap();
    let came = bench.came();
    assert_eq!(came[0].told, "status 200, text/plain; charset=utf-8\n\nhello");
    let exchange = &came[0].event["execution"]["exchanges"][0];
    assert_eq!(
        (&exchange["url"], &exchange["method"], &exchange["body"], &exchange["headers"], &exchange["peer"]),
        (
            &json!("https://api.example/x?a=b"),
            &json!("POST"),
            &json!("the words"),
            &json!("x-a: 1"),
            &json!("simulated")
        )
    );
    assert!(came[1].told.contains("no rule allows http_request GET http://127.0.0.1:22"), "{}", came[1].told);
    assert!(came[2].told.contains("no rule allows"), "{}", came[2].told);
    // A rule names this address and port: it is asked, and nobody is there.
    assert!(came[3].told.contains("127.0.0.1 did not answer"), "{}", came[3].told);
    assert!(came[4].told.contains("only http and https"), "{}", came[4].told);
}

#[test]
fn a_call_waits_for_a_person_and_is_denied_without_one() {
    let asked = || call("write_to_file", json!({"path": "asked", "content": "x"}));
    let alone = bench([asked()]).came();
    assert!(alone[0].told.contains("nobody is there to decide"), "{}", alone[0].told);

    for (deny, told) in [(None, "wrote 1 bytes to asked"), (Some("not today"), "not today")] {
        let bench = bench([asked()]);
        let child = bench.play().args(["--wait-for-person", "60"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut arguments = vec!["approve", "last", "--by", "ann"];
        arguments.extend(deny.map(|reason| ["--deny", reason]).into_iter().flatten());
        // Until it waits.
        while !bench.arena(&arguments).output().unwrap().status.success() {
            std::thread::sleep(Duration::from_millis(20));
        }
        let output = child.wait_with_output().unwrap();
        let events = events(&output.stdout);
        let decided = events.iter().find(|event| event["type"] == "person_decided").unwrap();
        assert_eq!(decided["by"], json!("ann"));
        assert_eq!(came(&events).pop().unwrap().told, told);
    }
}

#[test]
fn rules_are_tried_out_without_a_match() {
    let bench = bench([]);
    let check = |calls: &[&str]| {
        let output = bench.arena(&[&["permissions", "check", "./agent.toml"], calls].concat()).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(check(&[]), (Some(0), "good   script: 8 rules, 0 examples\n".to_owned()));
    let said = "allow  read_file(plain)  by read_file\ndeny   read_file(secrets/key)  by read_file(secrets/**)\n";
    assert_eq!(check(&["read_file(plain)", "read_file(secrets/key)"]), (Some(1), said.to_owned()));
    let agent = bench.folder.path().join("agent.toml");
    let broken = std::fs::read_to_string(&agent).unwrap().replace("\"read_file\",", "\"read_fil\",");
    std::fs::write(agent, broken).unwrap();
    assert_eq!(check(&[]).0, Some(2));
    let refused = bench.play().output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("did you mean \"read_file\""));
}
