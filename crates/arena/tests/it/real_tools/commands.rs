//! Commands in the sandbox: what they are told to the model and written into the record.

use serde_json::json;

use super::bench::{Bench, processes};
use super::script::call;

#[test]
fn a_command_runs_in_the_workspace_and_is_recorded_with_its_end() {
    let bench = Bench::new(
        &[("data.txt", "b\na\n")],
        [
            call("execute_command", json!({"command": "sort data.txt > sorted; cat sorted; echo no >&2; exit 3"})),
            call(
                "execute_command",
                json!({"command": "id -u; pwd; env | sort; ls /root /home 2>&1; cat /proc/net/dev | wc -l"}),
            ),
            call("execute_command", json!({"command": "kill -SEGV $$"})),
        ],
    );
    let came = bench.came();
    assert_eq!(came[0].told, "exit code 3\n--- stdout\na\nb\n\n--- stderr\nno\n");
    let execution = &came[0].event["execution"];
    assert_eq!((&execution["end"], &execution["stdout_bytes"]), (&json!({"exited": 3}), &json!(4)));
    assert!(["full", "full-nocgroup"].contains(&execution["isolation"].as_str().unwrap()));
    assert_eq!(came[0].event["outcome"]["changes"], json!([{"op": "set", "path": "/files/sorted", "value": "a\nb\n"}]));
    assert!(!came[1].told.contains("\n0\n") && came[1].told.contains("/work"), "{}", came[1].told);
    assert!(!came[1].told.contains("OPENAI"), "{}", came[1].told);
    assert_eq!(came[2].told, "signal 11");
}

#[test]
fn what_a_command_wrote_before_its_time_was_over_is_kept_and_what_it_left_running_is_gone() {
    let bench = Bench::new(
        &[],
        [
            call("execute_command", json!({"command": "echo begun; (setsid sleep 61.5 &) ; sleep 61.5", "timeout": 1})),
            call("execute_command", json!({"command": "nohup sleep 61.5 >/dev/null 2>&1 & echo left"})),
            call(
                "execute_command",
                json!({"command": "ps ax 2>/dev/null | grep -c 'sleep 6[1]' ; ls /proc | grep -c '^[0-9]'"}),
            ),
        ],
    );
    let came = bench.came();
    assert_eq!(
        came[0].told,
        "timed out after 1 s and was killed; this is what it wrote until then\n--- stdout\nbegun\n"
    );
    assert_eq!(came[0].event["execution"]["end"], json!("timed_out"));
    assert_eq!(came[1].told, "exit code 0\n--- stdout\nleft\n");
    assert_eq!(processes("sleep 61.5"), Vec::<String>::new());
}

#[test]
fn a_long_output_is_cut_once_and_the_rest_can_be_read() {
    let bench = Bench::new(&[], [call("execute_command", json!({"command": "seq 1 20000"}))]);
    let came = bench.came();
    let told = &came[0].told;
    assert!(told.len() < 33_000 && told.starts_with("exit code 0\n--- stdout\n1\n2\n") && told.ends_with("20000\n"));
    let hash = told.split("artifact:").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(came[0].event["execution"]["artifact"], json!(hash));
    assert_eq!(came[0].event["execution"]["stdout_bytes"], json!(108_894));

    let again = Bench::new(
        &[],
        [
            call("execute_command", json!({"command": "seq 1 20000"})),
            call("read_file", json!({"path": format!("artifact:{hash}"), "start_line": 10_001, "end_line": 10_002})),
            call("read_file", json!({"path": "artifact:0000"})),
        ],
    );
    let came = again.came();
    assert!(
        came[1].told.starts_with("10001 | 9999\n10002 | 10000\n(lines 10001 to 10002 of 20002;"),
        "{}",
        came[1].told
    );
    assert!(came[2].told.contains("no output is kept"), "{}", came[2].told);
}
