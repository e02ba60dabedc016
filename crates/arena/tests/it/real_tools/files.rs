//! Files of the workspace: written, edited, searched; and what is refused changes nothing.

use serde_json::json;

use super::bench::Bench;
use super::script::call;

#[test]
fn files_are_written_edited_and_found_again() {
    let bench = Bench::new(
        &[("src/a.rs", "fn one() {}\nfn two() {}\n"), ("notes/b.md", "two\n")],
        [
            call("list_files", json!({"path": ".", "recursive": true})),
            call("read_file", json!({"path": "/work/src/a.rs", "start_line": 2})),
            call(
                "replace_in_file",
                json!({"path": "src/a.rs", "diff": "------- SEARCH\nfn two() {}\n=======\nfn three() {}\n+++++++ REPLACE"}),
            ),
            call("search_files", json!({"path": ".", "regex": "thr.e", "file_pattern": "*.rs"})),
            call("list_code_definition_names", json!({"path": "src"})),
            call("write_to_file", json!({"path": "new/deep/c.txt", "content": "see"})),
            call(
                "apply_patch",
                json!({"input": "*** Begin Patch\n*** Update File: notes/b.md\n@@\n-two\n+three\n*** Delete File: new/deep/c.txt\n*** Add File: d\n+dee\n*** End Patch"}),
            ),
            call("list_files", json!({"path": ".", "recursive": true})),
        ],
    );
    let came = bench.came();
    let told: Vec<&str> = came.iter().map(|came| came.told.as_str()).collect();
    assert_eq!(
        told,
        [
            "notes/\nnotes/b.md\nsrc/\nsrc/a.rs",
            "2 | fn two() {}\n(lines 2 to 2 of 2)",
            "src/a.rs is changed; it has 2 lines now",
            "1 line matches:\nsrc/a.rs:2: fn three() {}\n",
            "src/a.rs\n    1 | fn one() {}\n    2 | fn three() {}\n",
            "wrote 3 bytes to new/deep/c.txt",
            "wrote notes/b.md\nremoved new/deep/c.txt\nwrote d",
            "d\nnew/\nnew/deep/\nnotes/\nnotes/b.md\nsrc/\nsrc/a.rs",
        ]
    );
    // What a call changed is recorded with its end, and nothing else.
    assert_eq!(came[0].event["outcome"].get("changes"), None);
    assert_eq!(
        came[2].event["outcome"]["changes"],
        json!([{"op": "set", "path": "/files/src~1a.rs", "value": "fn one() {}\nfn three() {}\n"}])
    );
    let changes = came[6].event["outcome"]["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 4, "{changes:?}");
}

#[test]
fn what_does_not_fit_is_told_and_changes_nothing() {
    let bench = Bench::new(
        &[("a", "one\none\n"), ("b", "two\n")],
        [
            call("replace_in_file", json!({"path": "a", "diff": "------- SEARCH\none\n=======\nx\n+++++++ REPLACE"})),
            call("replace_in_file", json!({"path": "b", "diff": "------- SEARCH\ntwoo\n=======\nx\n+++++++ REPLACE"})),
            call(
                "apply_patch",
                json!({"input": "*** Begin Patch\n*** Update File: b\n@@\n-two\n+x\n*** Update File: a\n@@\n-nine\n+x\n*** End Patch"}),
            ),
            call(
                "apply_patch",
                json!({"input": "*** Begin Patch\n*** Delete File: b\n*** Add File: /work/b\n+x\n*** End Patch"}),
            ),
            call("read_file", json!({"path": "../etc/passwd"})),
            call("read_file", json!({"path": "/etc/passwd"})),
            call("write_to_file", json!({"path": "b/c", "content": "x"})),
            call("read_file", json!({"path": "none"})),
            call("execute_command", json!({"command": "ln -s /etc/passwd out; cat a b"})),
            call("read_file", json!({"path": "out"})),
            call("write_to_file", json!({"path": "out", "content": "x"})),
            call("read_file", json!({"path": "a", "line": 1})),
        ],
    );
    let came = bench.came();
    let parts = [
        "2 times, at lines 1, 2",
        "two",
        "a:",
        "is in the patch twice",
        "not a path of the workspace",
        "not a path of the workspace",
        "b is not a regular file",
        "there is no none",
        "exit code 0\n--- stdout\none\none\ntwo\n",
        "leads through a link",
        "leads through a link",
        "the arguments do not fit",
    ];
    assert_eq!(came.len(), parts.len());
    for (came, part) in came.iter().zip(parts) {
        assert!(came.told.contains(part), "{part}: {}", came.told);
        let changes = came.event["outcome"].get("changes");
        assert!(changes.is_none() || part.starts_with("exit"), "{changes:?}");
    }
}
