//! The response cache at its work: what is kept, how a hit looks, how long it counts, what is deleted.

use std::fs::{self, File, FileTimes};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use arena_core::attempt::{Attempt, Class};
use arena_core::message::{Finish, Message, Reply, Request, ToolCall};
use arena_core::seed::Seed;
use arena_models::cache::Stats;
use arena_models::{CacheFolder, Model};
use serde_json::{Value, json};

use crate::case::{HOUR, Oracle, again, ask, files, question, spec, text};

#[tokio::test]
async fn an_answer_is_asked_for_once_and_then_free() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("deep/cache");
    let folder = Arc::new(CacheFolder::open(&path, HOUR));
    let call = ToolCall { id: "a".into(), tool: "look".into(), arguments: json!({"at": [1, 2.5, "é"]}) };
    let reply = Reply { calls: vec![call], finish: Finish::ToolCalls, ..text("one two\nthree") };
    // How an answer was got this time is no part of it.
    let before = Attempt {
        model: spec(),
        class: Class::Server,
        message: "no".into(),
        waited_ms: 0,
        elapsed_ms: 5,
        usage: None,
        cost_nanousd: None,
    };
    let live = Reply { waited_ms: 40, attempts: vec![before], ..reply.clone() };
    let oracle = Oracle::saying(&live);
    let model = oracle.cached(&folder);
    assert_eq!(model.spec(), &spec());
    assert_eq!(ask(&model, &question()).await, live);
    // The same over a restart.
    let folder = Arc::new(CacheFolder::open(&path, HOUR));
    let heard = Mutex::new(Vec::new());
    let model = oracle.cached(&folder);
    let hit = model.ask(&question(), &|piece| heard.lock().unwrap().push(piece.to_owned())).await.unwrap();
    assert_eq!(Reply { elapsed_ms: 0, ..hit.reply }, again(&reply));
    assert_eq!((hit.room, heard.into_inner().unwrap()), (None, ["one ", "two\n", "three"].map(str::to_owned).to_vec()));
    assert_eq!((oracle.n_asked(), folder.stats()), (1, Stats { hits: 1, ..Stats::default() }));

    let [file] = &*files(&path) else { panic!("one answer is one file") };
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(file.parent().unwrap()), mode(file)), (0o700, 0o700, 0o600));
}

#[tokio::test]
async fn case_67_replicates_differ_and_the_same_one_hits() {
    let place = tempfile::tempdir().unwrap();
    let folder = Arc::new(CacheFolder::open(place.path(), HOUR));
    let oracle = Oracle::saying(&text("yes"));
    let model = oracle.cached(&folder);
    let replicate = |seed: &str| {
        let seed: Seed = seed.parse().unwrap();
        Request { seed: seed.number("model", &["red", "1"]), ..question() }
    };
    for (seed, n_asked) in [("1", 1), ("2", 2), ("1", 2), ("2", 2), ("3", 3)] {
        ask(&model, &replicate(seed)).await;
        assert_eq!(oracle.n_asked(), n_asked, "seed {seed}");
    }
}

#[tokio::test]
async fn what_is_cut_or_empty_is_asked_again() {
    for (case, reply, is_kept) in [
        ("whole", text("yes"), true),
        (
            "calls alone",
            Reply {
                calls: vec![ToolCall { id: "a".into(), tool: "t".into(), arguments: json!({}) }],
                finish: Finish::ToolCalls,
                ..text("")
            },
            true,
        ),
        ("cut by the limit", Reply { finish: Finish::Length, ..text("ye") }, false),
        ("cut by a filter", Reply { finish: Finish::Filtered, ..text("ye") }, false),
        ("ended who knows why", Reply { finish: Finish::Other, ..text("yes") }, false),
        ("empty", text(""), false),
        ("blank", text(" \n"), false),
        ("larger than any answer", text(&"x".repeat(9 << 20)), false),
    ] {
        let place = tempfile::tempdir().unwrap();
        let folder = Arc::new(CacheFolder::open(place.path(), HOUR));
        let oracle = Oracle::saying(&reply);
        let model = oracle.cached(&folder);
        for _ in 0..2 {
            ask(&model, &question()).await;
        }
        let kept = u64::from(is_kept);
        let stats = Stats { hits: kept, misses: 2 - kept, stored: kept, ..Stats::default() };
        assert_eq!((oracle.n_asked() as u64, folder.stats()), (2 - kept, stats), "{case}");
        assert_eq!(files(place.path()).len() as u64, kept, "{case}");
    }
}

#[tokio::test]
async fn an_error_is_not_kept() {
    let place = tempfile::tempdir().unwrap();
    let folder = Arc::new(CacheFolder::open(place.path(), HOUR));
    let oracle = Oracle::held(&text("yes"), 1);
    oracle.let_go();
    let model = oracle.cached(&folder);
    model.ask(&question(), &|_| {}).await.unwrap_err();
    assert_eq!((files(place.path()).len(), ask(&model, &question()).await), (0, text("yes")));
}

#[tokio::test]
async fn an_answer_counts_for_a_while() {
    let now = jiff::Timestamp::now();
    for (case, at, hits) in [
        ("young", now - Duration::from_mins(30), true),
        ("old", now - Duration::from_mins(90), false),
        ("from the future", now + Duration::from_mins(30), false),
    ] {
        let place = tempfile::tempdir().unwrap();
        let folder = Arc::new(CacheFolder::open(place.path(), HOUR));
        let oracle = Oracle::saying(&text("yes"));
        let model = oracle.cached(&folder);
        ask(&model, &question()).await;
        let file = files(place.path()).remove(0);
        let mut entry: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        entry["at"] = json!(at);
        fs::write(&file, entry.to_string()).unwrap();
        assert_eq!(ask(&model, &question()).await.cached, hits, "{case}");
        // What is too old is replaced, not told as trouble.
        assert!(ask(&model, &question()).await.cached, "{case}");
        assert_eq!(folder.stats().failed, 0, "{case}");
    }
}

#[tokio::test]
async fn opening_deletes_what_is_old_and_ours() {
    let place = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let key = "ab".repeat(32);
    let (old, young) = (HOUR * 3, Duration::from_mins(1));
    for (file, age, stays) in [
        (format!("ab/{key}.json"), old, false),
        (format!("ab/{key}.json"), young, true),
        (format!("ab/.{key}.17.0.tmp"), old, false),
        (format!("ab/.{key}.17.0.tmp"), young, true),
        (format!("ab/.{key}.tmp"), old, true),
        (format!("ab/.{}.17.0.tmp", "zz".repeat(32)), old, true),
        ("ab/notes.json".to_owned(), old, true),
        ("notes.txt".to_owned(), old, true),
        (format!("notes/{key}.json"), old, true),
        // Behind a link.
        (format!("li/{key}.json"), old, true),
    ] {
        let _ = symlink(elsewhere.path(), place.path().join("li"));
        let path = place.path().join(&file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let times = FileTimes::new().set_modified(SystemTime::now() - age);
        File::create(&path).unwrap().set_times(times).unwrap();
        let folder = CacheFolder::open(place.path(), HOUR);
        assert_eq!((path.exists(), folder.stats()), (stays, Stats::default()), "{file} {age:?}");
    }
    let folder = CacheFolder::open(place.path(), HOUR);
    assert_eq!(folder.prune(Duration::from_secs(30)), 1, "the young answer, not what is being written");
}

#[tokio::test]
async fn ids_that_a_provider_draws_do_not_matter() {
    let place = tempfile::tempdir().unwrap();
    let folder = Arc::new(CacheFolder::open(place.path(), HOUR));
    let oracle = Oracle::saying(&text("yes"));
    let model = oracle.cached(&folder);
    for (id, n_asked) in [("call_x", 1), ("call_y", 1)] {
        let call = ToolCall { id: id.into(), tool: "look".into(), arguments: json!({}) };
        let mut request = question();
        request.messages.push(Message::Assistant { text: String::new(), calls: vec![call] });
        request.messages.push(Message::Tool { id: id.into(), text: "seen".into() });
        ask(&model, &request).await;
        assert_eq!(oracle.n_asked(), n_asked, "{id}");
    }
}
