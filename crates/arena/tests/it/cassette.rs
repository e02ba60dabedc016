//! A match and the cassette of its model traffic: recorded, compared, played again without a model.

use std::path::Path;
use std::sync::Arc;

use arena::cassette::compare;
use arena::verify::Difference;
use arena_core::effect::Effect;
use arena_core::engine::{Match, open, settle, step, unanswered};
use arena_core::event::{Event, Record};
use arena_core::id::{CallId, MatchId, Seat, Seq};
use arena_core::message::{FailureClass, ModelFailure, Reply, Request};
use arena_core::model::ModelSpec;
use arena_core::prompt;
use arena_models::{Cassette, Mock, Model};
use jiff::Timestamp;

use crate::server::{PONG, saying};
use crate::support::{arena, spec, stderr, stdout};

/// Plays a match to its end with what `ask` says. There is no time and no store.
fn play(ask: &mut dyn FnMut(&ModelSpec, &Request) -> Result<Reply, ModelFailure>) -> Vec<Record> {
    let at = Timestamp::UNIX_EPOCH;
    let created = Event::Created { id: MatchId::from_parts(at, 7), spec: spec("support-desk", "3", "mock", 6) };
    let mut records = vec![Record { seq: Seq(1), at, event: created }];
    let mut game = open(&records[0]).unwrap();
    let mut next = Some(Event::Started);
    while let Some(event) = next {
        let record = Record { seq: game.last.next(), at, event };
        step(&mut game, &record).unwrap();
        records.push(record);
        next = unanswered(&game).first().map(|effect| answer(&game, effect, ask));
    }
    assert_eq!(game.stage.word(), "completed");
    records
}

fn answer(
    game: &Match,
    effect: &Effect,
    ask: &mut dyn FnMut(&ModelSpec, &Request) -> Result<Reply, ModelFailure>,
) -> Event {
    match effect {
        Effect::AskModel { call, seat } => {
            let contestant = game.spec.contestant(*seat).unwrap();
            let said = ask(&contestant.model, &prompt::request(game, *seat).unwrap());
            heard(game, *call, *seat, said)
        }
        Effect::RunTool { call, tool_call } => {
            let tool = game.spec.scenario.tool(&tool_call.tool).unwrap();
            let outcome = tool.simulate(&game.round().unwrap().world, &tool_call.arguments);
            Event::ToolReturned { call: *call, outcome, execution: None }
        }
        rules => settle(game, rules).unwrap(),
    }
}

/// What the runner makes of what a model said.
fn heard(game: &Match, call: CallId, seat: Seat, said: Result<Reply, ModelFailure>) -> Event {
    match (said.map(Reply::cut), game.guarded()) {
        (Err(failure), _) => Event::ModelFailed { call, seat, failure },
        (Ok(reply), None) => Event::ModelReplied { call, seat, reply },
        (Ok(reply), Some(subject)) => {
            let guard = game.guard().unwrap();
            let (checkpoint, ruling) = (subject.checkpoint(), guard.read(&reply.text));
            Event::GuardRuled { call, checkpoint, guard: Some(guard.name.clone()), ruling, reply: Some(reply) }
        }
    }
}

/// Plays a match with the mock and records it at `path`. The third answer fails, and the fifth is longer than a record
/// takes.
fn play_and_record(path: &Path) -> Vec<Record> {
    let recorder = Cassette::create(path).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mock = Mock::new(0);
    let mut n_asked = 0;
    play(&mut |requested, request| {
        n_asked += 1;
        let mut reply = runtime.block_on(mock.ask(request, &|_| {})).unwrap().reply;
        if n_asked == 5 {
            reply.text += &" and on".repeat(20_000);
        }
        let failed = n_asked == 3;
        let failure = ModelFailure::unasked(FailureClass::Unavailable, "nobody answered");
        let outcome = if failed { Err(failure) } else { Ok(reply) };
        recorder.record(requested, request, &outcome).unwrap();
        outcome
    })
}

#[test]
fn a_recorded_match_plays_again_without_a_model() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("match.cassette");
    let records = play_and_record(&path);
    let words: Vec<&str> = records.iter().map(|record| record.event.word()).collect();
    for word in ["model_replied", "model_failed", "guard_ruled", "tool_returned"] {
        assert!(words.contains(&word), "{words:?}");
    }
    let cassette = Cassette::open(&path).unwrap();
    assert_eq!(compare(&records, &cassette), []);
    let again = play(&mut |requested, request| {
        cassette.play(requested, request).unwrap_or_else(|| panic!("{}", cassette.missing(requested, request)))
    });
    assert_eq!(again, records);
    // A cassette that was played compares as one that was not.
    assert_eq!(compare(&again, &cassette), []);
}

/// Changes a record.
type Forge = fn(&mut Vec<Record>);

/// The first event of this type.
fn first<'a>(records: &'a mut [Record], word: &str) -> &'a mut Event {
    &mut records.iter_mut().find(|record| record.event.word() == word).unwrap().event
}

/// The answer in the first event of this type.
fn reply<'a>(records: &'a mut [Record], word: &str) -> &'a mut Reply {
    match first(records, word) {
        Event::ModelReplied { reply, .. } | Event::GuardRuled { reply: Some(reply), .. } => reply,
        event => panic!("{} holds no answer", event.word()),
    }
}

#[test]
fn what_the_cassette_does_not_have_is_told_with_its_event() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("match.cassette");
    let records = play_and_record(&path);
    let cassette = Cassette::open(&path).unwrap();
    let cases: [(&str, Forge, &str); 6] = [
        (
            "another answer of Red",
            |records| reply(records, "model_replied").text.push('!'),
            "to this question of red to mock the cassette has another answer, in line 2",
        ),
        (
            "the same answer at another cost",
            |records| reply(records, "model_replied").usage.output_tokens += 1,
            "to this question of red to mock the cassette has another answer, in line 2",
        ),
        (
            "another reason of the guard",
            |records| reply(records, "guard_ruled").text.push(' '),
            "to this question of blue to mock the cassette has another answer, in line 3",
        ),
        (
            "another failure",
            |records| {
                if let Event::ModelFailed { failure, .. } = first(records, "model_failed") {
                    failure.message.push('!');
                }
            },
            "the cassette has another answer, in line 4",
        ),
        (
            "another model",
            |records| {
                if let Event::Created { spec, .. } = first(records, "created") {
                    Arc::make_mut(spec).red.model = "openai:m".parse().unwrap();
                }
            },
            "the cassette does not have this question of red to openai:m, or not so often",
        ),
        (
            "an answer that nobody asked for",
            |records| {
                let event = first(records, "model_replied").clone();
                records.truncate(2);
                records.push(Record { seq: Seq(3), at: Timestamp::UNIX_EPOCH, event });
            },
            "the rules ask nothing of red here",
        ),
    ];
    for (case, forge, what) in cases {
        let mut forged = records.clone();
        forge(&mut forged);
        let changed = forged.iter().zip(&records).find(|(forged, record)| forged != record).unwrap().0;
        // A forged set-up shows at the first question.
        let seq = if changed.seq == Seq(1) { Seq(4) } else { changed.seq };
        let differences = compare(&forged, &cassette);
        let Difference { seq: found, what: told } = &differences[0];
        assert!(*found == seq && told.contains(what), "{case}: {differences:?}");
    }
    assert_eq!(compare(&[], &cassette), [Difference { seq: Seq::ZERO, what: "there are no events".to_owned() }]);
}

#[test]
fn a_turn_stands_for_one_event() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("match.cassette");
    let records = play_and_record(&path);
    // The same recording without its last turn, and with its first turn twice.
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let (shorter, longer) = (folder.path().join("shorter"), folder.path().join("longer"));
    std::fs::write(&shorter, lines[..lines.len() - 1].join("\n")).unwrap();
    std::fs::write(&longer, [&lines[..2], &lines[1..]].concat().join("\n")).unwrap();
    let missing = compare(&records, &Cassette::open(&shorter).unwrap());
    assert_eq!(missing.len(), 1, "{missing:?}");
    assert!(missing[0].what.ends_with("or not so often"), "{missing:?}");
    // A match that was killed before an answer was recorded asks again: the first answer is in no event.
    assert_eq!(compare(&records, &Cassette::open(&longer).unwrap()), []);
}

#[test]
fn a_recording_is_played_without_models_prices_or_a_word_about_the_mock() {
    let folder = tempfile::tempdir().unwrap();
    let url = saying("200 OK", PONG);
    let file = format!(
        "[providers.local]\nkind = \"openai\"\nbase_url = \"{url}\"\n\
         [prices.\"local:m\"]\ninput_usd_per_million = 1\noutput_usd_per_million = 1\n"
    );
    let config = folder.path().join("arena.toml");
    std::fs::write(&config, file).unwrap();
    let play = |arguments: &[&str]| {
        let common = ["play", "support-desk", "--seed", "1", "--rounds", "1", "--fail-on", "never"];
        let output = arena(folder.path()).args(common).args(arguments).output().unwrap();
        (output.status.code(), stderr(&output))
    };
    // What cannot be played is not begun.
    let taken = folder.path().join("taken");
    std::fs::write(&taken, "not a database").unwrap();
    let (code, _) = play(&["--record", "r", "--database", "taken"]);
    assert!(code == Some(2) && !folder.path().join("r").exists());
    assert_eq!(play(&["--model", "local:m", "--max-cost", "1", "--record", "r"]), (Some(0), String::new()));
    let (code, why) = play(&["--model", "local:m", "--record", "r"]);
    assert!(code == Some(2) && why.contains("it is not empty: record into a new file"), "{why}");
    std::fs::remove_file(config).unwrap();
    let played = play(&["--model", "local:m", "--max-cost", "1", "--cassette", "r"]);
    assert_eq!(played, (Some(0), String::new()));
    let verified = arena(folder.path()).args(["verify", "last", "--cassette", "r"]).output().unwrap();
    assert_eq!(verified.status.code(), Some(0), "{}", stdout(&verified));
    let mock = play(&["--record", "mock.cassette"]).1;
    assert!(mock.contains("the mock plays"), "{mock}");
    assert_eq!(play(&["--cassette", "mock.cassette"]), (Some(0), String::new()));
}
