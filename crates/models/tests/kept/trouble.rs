//! Case 66: whatever is wrong with the files of the cache, the model is asked, and the trouble is counted and told.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use arena_models::CacheFolder;
use arena_models::cache::Stats;
use serde_json::{Value, json};

use crate::case::{HOUR, Oracle, ask, files, question, text};

/// Changes one field of the stored answer.
fn set(file: &Path, field: &str, value: Value) {
    let mut entry: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    entry[field] = value;
    fs::write(file, entry.to_string()).unwrap();
}

#[tokio::test]
async fn case_66_a_damaged_file_is_a_live_call_and_then_whole_again() {
    type Damage = fn(&Path);
    let cases: [(&str, Damage, &str); 9] = [
        ("empty", |file| fs::write(file, "").unwrap(), "FILE is not a stored answer (line 1, column 0)"),
        ("no JSON", |file| fs::write(file, "\0secret\n").unwrap(), "FILE is not a stored answer (line 1, column 1)"),
        ("cut", |file| cut(file), "FILE is not a stored answer (line 1, column 120)"),
        (
            "of another shape",
            |file| set(file, "reply", json!("secret")),
            "FILE is not a stored answer (line 1, column ",
        ),
        ("of another version", |file| set(file, "arena_cache", json!(2)), "FILE has version 2 of the form, not 1"),
        (
            "of another question",
            |file| set(file, "key", json!("ab".repeat(32))),
            "FILE holds the answer to another question",
        ),
        ("huge", |file| File::create(file).unwrap().set_len(9 << 20).unwrap(), "FILE is larger than 8388608 bytes"),
        (
            "a pipe",
            |file| {
                fs::remove_file(file).unwrap();
                assert!(std::process::Command::new("mkfifo").arg(file).status().unwrap().success());
            },
            "could not open FILE: it is not a file",
        ),
        ("not UTF-8", |file| fs::write(file, [0xff, 0xfe]).unwrap(), "FILE is not a stored answer (line 1, column 1)"),
    ];
    for (case, damage, words) in cases {
        let place = tempfile::tempdir().unwrap();
        let folder = Arc::new(CacheFolder::open(place.path(), HOUR));
        let oracle = Oracle::saying(&text("yes"));
        let model = oracle.cached(&folder);
        ask(&model, &question()).await;
        let file = files(place.path()).remove(0);
        damage(&file);
        assert_eq!(ask(&model, &question()).await, text("yes"), "{case}");
        let told = folder.stats().last_failure.unwrap_or_default().replace(&*file.to_string_lossy(), "FILE");
        assert!(told.starts_with(&format!("response cache: {words}")) && !told.contains("secret"), "{case}: {told}");
        assert!(ask(&model, &question()).await.cached, "{case}");
        let Stats { hits, misses, stored, failed, .. } = folder.stats();
        assert_eq!((hits, misses, stored, failed), (1, 2, 2, 1), "{case}");
    }
}

fn cut(file: &Path) {
    let bytes = fs::read(file).unwrap();
    fs::write(file, &bytes[..120]).unwrap();
}

#[tokio::test]
async fn case_66_a_place_that_takes_no_files_is_a_live_call_each_time() {
    let place = tempfile::tempdir().unwrap();
    let taken = place.path().join("file");
    fs::write(&taken, "not a folder").unwrap();
    for (case, path) in [
        ("a file in place of the folder", taken.as_path()),
        // Nobody can make a file there, not even root: like a disk that is full or read-only.
        ("a file system that takes no files", Path::new("/proc/arena-cache")),
    ] {
        let folder = Arc::new(CacheFolder::open(path, HOUR));
        let told = folder.stats().last_failure.unwrap_or_default();
        assert!(
            folder.stats().failed == 1 && told.contains("could not make the folder"),
            "{case}: opening tells: {told}"
        );
        let oracle = Oracle::saying(&text("yes"));
        let model = oracle.cached(&folder);
        for n_asked in 1..=2 {
            assert_eq!((ask(&model, &question()).await, oracle.n_asked()), (text("yes"), n_asked), "{case}");
        }
        let stats = folder.stats();
        assert_eq!((stats.hits, stats.misses, stats.stored), (0, 2, 0), "{case}");
        assert!(stats.failed >= 3, "{case}: {stats:?}");
    }
    assert_eq!(fs::read_to_string(&taken).unwrap(), "not a folder");
}

#[tokio::test]
async fn case_66_a_folder_in_place_of_a_file_is_a_live_call_and_leaves_nothing_behind() {
    let place = tempfile::tempdir().unwrap();
    let folder = Arc::new(CacheFolder::open(place.path(), HOUR));
    let oracle = Oracle::saying(&text("yes"));
    let model = oracle.cached(&folder);
    ask(&model, &question()).await;
    let file = files(place.path()).remove(0);
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    assert_eq!(ask(&model, &question()).await, text("yes"));
    // It can neither be read nor be replaced.
    assert_eq!((folder.stats().failed, files(place.path())), (2, vec![]));
}

#[tokio::test]
async fn a_folder_that_vanishes_is_made_again() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("cache");
    let folder = Arc::new(CacheFolder::open(&path, HOUR));
    fs::remove_dir(&path).unwrap();
    let model = Oracle::saying(&text("yes")).cached(&folder);
    ask(&model, &question()).await;
    assert!(ask(&model, &question()).await.cached);
    assert_eq!(folder.stats(), Stats { hits: 1, misses: 1, stored: 1, ..Stats::default() });
}
