//! Cassettes: what is recorded is played, in its order and once; damage is told with its line.

use std::fs;
use std::io::{ErrorKind, Read};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use arena_core::id::Seat;
use arena_core::message::{FailureClass, Finish, Message, ModelFailure, Reply, Request, ToolCall};
use arena_core::model::ModelSpec;
use arena_models::Cassette;
use arena_models::cassette::Error;
use serde_json::json;

use crate::case::{question, spec, text};

fn of(seat: Seat) -> Request {
    Request { seat, ..question() }
}

fn failure() -> ModelFailure {
    ModelFailure::unasked(FailureClass::Unavailable, "nobody answered")
}

/// A cassette with these turns at `path`.
fn record(path: &Path, turns: &[(ModelSpec, Request, Result<Reply, ModelFailure>)]) {
    let recorder = Cassette::create(path).unwrap();
    for (requested, request, outcome) in turns {
        recorder.record(requested, request, outcome).unwrap();
    }
}

/// Three turns: a question twice, and one of another seat to a chain.
fn three() -> [(ModelSpec, Request, Result<Reply, ModelFailure>); 3] {
    let chain: ModelSpec = "chain:careful".parse().unwrap();
    [
        (spec(), of(Seat::Red), Ok(text("one"))),
        (chain, of(Seat::Blue), Err(failure())),
        (spec(), of(Seat::Red), Ok(text("two"))),
    ]
}

#[test]
fn what_was_recorded_is_played_in_its_order_and_once() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("match.cassette");
    record(&path, &three());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let first_line = fs::read_to_string(&path).unwrap().lines().next().unwrap().to_owned();
    assert_eq!(first_line, r#"{"arena_cassette":1,"request_key":1}"#);

    let cassette = Cassette::open(&path).unwrap();
    assert_eq!(cassette.torn(), None);
    let chain: ModelSpec = "chain:careful".parse().unwrap();
    let (no, no_more) = ("does not have this question of", "has no further answer to this question of");
    let all_played = |seat| format!("every turn of {seat} in it is played");
    let next = |line: &str| format!("the next turn of {line}");
    for (requested, seat, outcome, n_played, then) in [
        (&chain, Seat::Red, None, 0, next("red in it is line 2, to openai:m")),
        (&spec(), Seat::Red, Some(Ok(text("one"))), 1, next("red in it is line 4")),
        (&spec(), Seat::Red, Some(Ok(text("two"))), 2, all_played("red")),
        (&spec(), Seat::Red, None, 2, all_played("red")),
        (&spec(), Seat::Blue, None, 0, next("blue in it is line 3, to chain:careful")),
        (&chain, Seat::Blue, Some(Err(failure())), 1, all_played("blue")),
        (&spec(), Seat::Target, None, 0, all_played("target")),
    ] {
        assert_eq!(cassette.play(requested, &of(seat)), outcome, "{seat} to {requested}");
        let words = match n_played {
            0 => format!("the cassette {no} {seat} to {requested}; {then}"),
            n => format!("the cassette {no_more} {seat} to {requested}: {n} played; {then}"),
        };
        assert_eq!(cassette.missing(requested, &of(seat)).to_string(), words);
    }
    // Looking at all of it does not play it, and playing does not hide it.
    let lines: Vec<_> = cassette.outcomes(&spec(), &of(Seat::Red)).collect();
    assert_eq!(lines, [(2, Ok(text("one"))), (4, Ok(text("two")))]);
}

#[test]
fn an_answer_is_stored_whole() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("match.cassette");
    let words = "\u{0}line\r\n\u{2028}\u{feff}é\"\\".repeat(20_000);
    let call = ToolCall { id: "a".into(), tool: "t".into(), arguments: json!({"x": 0.1, "y": u64::MAX, "z": words}) };
    let reply = Reply { calls: vec![call], finish: Finish::ToolCalls, ..text(&words) };
    assert_ne!(reply.clone().cut(), reply);
    record(&path, &[(spec(), question(), Ok(reply.clone()))]);
    assert_eq!(fs::read_to_string(&path).unwrap().matches('\n').count(), 2);
    assert_eq!(Cassette::open(&path).unwrap().play(&spec(), &question()), Some(Ok(reply)));
}

#[test]
fn wherever_a_recording_is_cut_its_whole_turns_are_played() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("match.cassette");
    record(&path, &three());
    let bytes = fs::read(&path).unwrap();
    let ends: Vec<usize> = (0..bytes.len()).filter(|i| bytes[*i] == b'\n').collect();
    for end in 0..=bytes.len() {
        fs::write(&path, &bytes[..end]).unwrap();
        let opened = Cassette::open(&path);
        if end < ends[0] {
            assert!(matches!(opened, Err(Error::NotACassette { .. })), "cut at {end}: {opened:?}");
            continue;
        }
        let cassette = opened.unwrap();
        // A line that lacks only its end is whole.
        let n_whole = ends[1..].iter().filter(|line_end| end >= **line_end).count();
        let is_torn = !ends.iter().any(|line_end| end == *line_end || end == *line_end + 1);
        assert_eq!(cassette.torn(), is_torn.then_some(n_whole + 2), "cut at {end}");
        let played =
            three().iter().filter(|(requested, request, _)| cassette.play(requested, request).is_some()).count();
        assert_eq!(played, n_whole, "cut at {end}");
    }
}

#[test]
fn what_cannot_be_played_is_told_with_its_line() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("match.cassette");
    record(&path, &three());
    let good = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = good.lines().collect();
    let no_cassette = "FILE:1: this is no cassette: its first line is not {\"arena_cassette\":1,…}";
    for (case, content, message) in [
        ("empty", String::new(), no_cassette),
        ("a database", "SQLite format 3\0".to_owned(), no_cassette),
        ("headless", lines[1..].join("\n"), no_cassette),
        ("half a header", "{\"arena_cassette\":1}\n".to_owned(), no_cassette),
        (
            "of another form",
            "{\"arena_cassette\":2,\"more\":[]}\n".to_owned(),
            "FILE:1: another version of the arena recorded it: form 2, not 1",
        ),
        (
            "with other keys",
            "{\"arena_cassette\":1,\"request_key\":9}\n".to_owned(),
            "FILE:1: another version of the arena recorded it: keys 9, not 1",
        ),
        (
            "a line cut in the middle",
            [lines[0], &lines[1][..50], lines[2], ""].join("\n"),
            "FILE:2: this line is no turn of a match",
        ),
        ("an empty line", [lines[0], lines[1], "", lines[2], ""].join("\n"), "FILE:3: this line is no turn of a match"),
        ("a last line of nonsense", [&good, "nonsense\n"].concat(), "FILE:5: this line is no turn of a match"),
        ("a bad key", good.replace("\"key\":\"", "\"key\":\"x"), "FILE:2: this line is no turn of a match"),
    ] {
        fs::write(&path, content).unwrap();
        let error = Cassette::open(&path).unwrap_err();
        assert_eq!(error.to_string().replace(&*path.to_string_lossy(), "FILE"), message, "{case}");
    }
    let error = Cassette::open(&place.path().join("none")).unwrap_err();
    assert!(matches!(&error, Error::Unreadable { cause, .. } if cause.kind() == ErrorKind::NotFound), "{error:?}");
}

#[test]
fn what_may_have_no_end_is_not_read() {
    let place = tempfile::tempdir().unwrap();
    let sparse = place.path().join("sparse");
    fs::File::create(&sparse).unwrap().set_len((1 << 30) + 1).unwrap();
    for (path, why) in [
        (Path::new("/dev/zero"), "it is not a file"),
        (place.path(), "it is not a file"),
        (&sparse, "it has more than 1073741824 bytes"),
    ] {
        let error = Cassette::open(path).unwrap_err();
        assert!(matches!(&error, Error::Unreadable { cause, .. } if cause.to_string() == why), "{error:?}");
    }
}

#[test]
fn a_recording_is_never_written_over_and_has_one_writer() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("match.cassette");
    // An empty file may be there; it becomes the owner's alone.
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let recorder = Cassette::create(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(Cassette::create(&path).unwrap_err().kind(), ErrorKind::ResourceBusy);
    // Each turn is with the system when it is recorded.
    recorder.record(&spec(), &question(), &Ok(text("one"))).unwrap();
    assert_eq!(Cassette::open(&path).unwrap().play(&spec(), &question()), Some(Ok(text("one"))));
    drop(recorder);
    let before = fs::read(&path).unwrap();
    assert_eq!(Cassette::create(&path).unwrap_err().kind(), ErrorKind::AlreadyExists);
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn case_66_a_full_disk_ends_the_recording_and_is_told() {
    let error = Cassette::create(Path::new("/dev/full")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StorageFull);
    // A pipe whose reader has gone takes no more bytes in the middle of a recording.
    let (mut reader, writer) = std::io::pipe().unwrap();
    let path = format!("/proc/self/fd/{}", writer.as_raw_fd());
    let recorder = Cassette::create(Path::new(&path)).unwrap();
    recorder.record(&spec(), &question(), &Ok(text("one"))).unwrap();
    assert!(reader.read(&mut [0; 4096]).unwrap() > 0);
    drop(reader);
    let record = || recorder.record(&spec(), &question(), &Ok(text("two"))).unwrap_err().to_string();
    assert!(record().contains("Broken pipe"), "the first tells why");
    assert_eq!(record(), "the recording has ended: an earlier turn could not be written");
}

#[test]
fn conversations_that_differ_in_ids_alone_are_one_question() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("match.cassette");
    let with = |id: &str| {
        let call = ToolCall { id: id.into(), tool: "look".into(), arguments: json!({}) };
        let mut request = question();
        request.messages.push(Message::Assistant { text: String::new(), calls: vec![call] });
        request.messages.push(Message::Tool { id: id.into(), text: "seen".into() });
        request
    };
    record(&path, &[(spec(), with("a"), Ok(text("yes")))]);
    assert_eq!(Cassette::open(&path).unwrap().play(&spec(), &with("b")), Some(Ok(text("yes"))));
}
