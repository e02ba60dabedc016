//! What people ask in SQL is answered alike by both databases, and changes nothing.

use std::path::Path;

use serde_json::{Value, json};

use crate::postgres::Empty;
use crate::support::{arena, stderr, stdout};

fn query(folder: &Path, database: &str, args: &[&str]) -> (Option<i32>, String, String) {
    let output = arena(folder).args(["query", "--database", database]).args(args).output().unwrap();
    (output.status.code(), stdout(&output), stderr(&output))
}

/// A file and a server's database with three matches each, played on the same seeds.
fn played(folder: &Path, server: &Empty) -> [String; 2] {
    let databases = ["arena.db".to_owned(), server.address()];
    for database in &databases {
        let args = ["play", "support-desk", "--seed", "1", "--matches", "3", "--rounds", "2", "--label", "base"];
        let output = arena(folder).args(args).args(["--fail-on", "never", "--database", database]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
    databases
}

#[test]
fn both_databases_answer_alike_as_table_json_and_csv() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Empty::make());
    let question = "select status, scenario, label, target, n_judged, n_attacks, count(*) as n, min(length(id)) as id \
                    from matches group by 1, 2, 3, 4, 5, 6 order by n desc";
    for database in played(folder.path(), &server) {
        let answers = |args: &[&str]| query(folder.path(), &database, args);
        let (code, out, err) = answers(&[question, "--json"]);
        assert_eq!(code, Some(0), "{err}");
        let row = json!({"status": "completed", "scenario": "support-desk", "label": "base", "target": "assistant",
            "n_judged": 2, "n_attacks": 1, "n": 3, "id": 26});
        let told: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(told, json!({"schema_version": 1, "rows": [row], "is_cut": false}), "{database}");
        let (_, out, _) = answers(&[question, "--csv"]);
        assert_eq!(
            out,
            "status,scenario,label,target,n_judged,n_attacks,n,id\ncompleted,support-desk,base,assistant,2,1,3,26\n"
        );
        let (_, out, _) = answers(&["select type, count(*) as n from events where type like '%judged' group by type"]);
        let shown: Vec<_> = out.split_whitespace().collect();
        assert_eq!(shown, ["type", "n", "round_judged", "6"], "{database}");
        let (_, out, err) = answers(&["select id from matches order by id", "--limit", "2", "--csv"]);
        assert_eq!(out.lines().count(), 3, "{out}");
        assert!(err.contains("these are the first 2 rows"), "{err}");
        let (_, out, _) = answers(&["select '=1+1' as a, 'b,\"c' as d, null as e", "--csv"]);
        assert_eq!(out, "a,d,e\n'=1+1,\"b,\"\"c\",\n");
    }
}

#[test]
fn a_question_changes_nothing_and_is_told_what_is_wrong_with_it() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Empty::make());
    for database in played(folder.path(), &server) {
        for (question, told) in [
            ("selct 1", "ask with SELECT"),
            ("delete from documents", "ask with SELECT"),
            ("attach 'other.db' as other", "ask with SELECT"),
            ("", "ask with SELECT"),
            ("select nothing from matches", "nothing"),
            ("select 1 from nowhere", "nowhere"),
            ("select 1; select 2", "statement"),
            ("select 1; delete from documents", "statement"),
            ("with gone as (select 1) delete from documents", ""),
            ("with gone as (delete from arena.documents returning 1) select * from gone", ""),
            ("select set_config('transaction_read_only', 'off', false) from matches", ""),
        ] {
            let (code, out, err) = query(folder.path(), &database, &[question]);
            assert_eq!((code, out.as_str()), (Some(2), ""), "{database}: {question}: {err}");
            assert!(err.starts_with("error: ") && err.contains(told), "{database}: {question}: {err}");
        }
        let (code, _, err) = query(folder.path(), &database, &["select id, id from matches", "--json"]);
        assert!(code == Some(2) && err.contains("two columns are called \"id\""), "{err}");
        let (_, out, err) = query(folder.path(), &database, &["select count(*) as n from matches", "--csv"]);
        assert_eq!(out, "n\n3\n", "{err}");
    }
    assert!(!folder.path().join("other.db").exists());
}
