//! Whatever happens: events of any kind, in any order, from anybody. Nothing panics, nothing illegal leaves a trace,
//! and the records alone give the match.

use arena_core::effect::Effect;
use arena_core::engine::{Match, Stage, fold, open, settle, step, unanswered};
use arena_core::event::{Event, Record};
use arena_core::id::{Seat, Seq};
use arena_core::prompt::request;
use arena_core::tool::ToolOutcome;
use arena_core::view::{Audience, Screen};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::any_event::{Content, any_event, content};
use crate::table::Table;

/// One move of a game that nobody wrote.
#[derive(Clone, Debug)]
struct Move {
    what: What,
    /// How far the seq is off.
    seq_off: i64,
    /// Time that goes by before it; clocks go backwards too.
    seconds: i64,
}

#[derive(Clone, Debug)]
enum What {
    /// The answer that is awaited, with this content.
    Answer(Content),
    /// Anything.
    Event(Event),
}

fn any_move() -> impl Strategy<Value = Move> {
    let what = prop_oneof![
        8 => content().prop_map(What::Answer),
        2 => any_event().prop_map(What::Event),
        1 => prop_oneof![Just(Event::Paused), Just(Event::Resumed)].prop_map(What::Event),
    ];
    let seq_off = prop_oneof![12 => Just(0), 1 => -3_i64..=3];
    (what, seq_off, prop_oneof![4 => 0_i64..5, 1 => -100_i64..100]).prop_map(|(what, seq_off, seconds)| Move {
        what,
        seq_off,
        seconds,
    })
}

fn table() -> impl Strategy<Value = Table> {
    let budget = prop_oneof![3 => Just(None), 1 => (1_u64..30).prop_map(Some)];
    let blue = prop_oneof![
        Just(None),
        Just(Some("")),
        Just(Some("checkpoints = [\"tool_call\"]\non_unreadable = \"allow\"")),
        Just(Some("checkpoints = [\"input\", \"output\"]")),
    ];
    (any::<bool>(), blue, prop::option::of(1_u32..4), 0_u64..3, budget.clone(), budget).prop_map(
        |(indirect, blue, n_rounds, delay_ms, calls, seconds)| {
            let mut table = if indirect { Table::inbox() } else { Table::till() };
            table.budgets.whole.calls = calls;
            table.budgets.target.seconds = seconds;
            Table { blue, n_rounds, delay_ms, ..table }
        },
    )
}

/// The answer to what is awaited: by the rules if they know it, else of `content`.
fn answer(game: &Match, content: &Content) -> Option<Event> {
    let effect = unanswered(game).pop()?;
    let failed = |call, seat| content.failure.clone().map(|failure| Event::ModelFailed { call, seat, failure });
    Some(match &effect {
        Effect::AskModel { call, seat } if content.failure.is_some() => failed(*call, *seat)?,
        Effect::AskModel { call, seat: Seat::Blue } => Event::GuardRuled {
            call: *call,
            checkpoint: game.guarded()?.checkpoint(),
            guard: None,
            ruling: content.ruling.clone(),
            reply: Some(content.reply.clone()),
        },
        Effect::AskModel { call, seat } => {
            Event::ModelReplied { call: *call, seat: *seat, reply: content.reply.clone() }
        }
        Effect::RunTool { call, tool_call } => {
            // A random ruling may have allowed a tool that is not there.
            let tool = game.spec.scenario.tool(&tool_call.tool).filter(|_| content.outcome.is_none());
            let simulated = tool.map(|tool| tool.simulate(&game.round().unwrap().world, &tool_call.arguments));
            let outcome = simulated.or(content.outcome.clone()).unwrap_or(ToolOutcome::Interrupted);
            Event::ToolReturned { call: *call, outcome, execution: None }
        }
        // What the permissions of a real tool said, a random ruling may have said of a simulated one.
        Effect::AskPerson { call, .. } => Event::PersonDecided { call: *call, approval: content.approval.clone() },
        other => settle(game, other).expect("the rules answer everything that the outside does not"),
    })
}

/// Takes one step and looks whether it kept the promises of [`step`]; whether it was taken.
fn takes(game: &mut Match, record: &Record) -> Result<bool, TestCaseError> {
    let before = game.clone();
    let waited = unanswered(game);
    let taken = match step(game, record) {
        Err(error) => {
            prop_assert_eq!(&*game, &before, "{}", error);
            false
        }
        Ok(effects) => {
            prop_assert_eq!(record.seq, before.last.next());
            prop_assert_eq!(game.last, record.seq);
            prop_assert!(!matches!(before.stage, Stage::Ended(_)), "an ended match took {:?}", record);
            let waits = unanswered(game);
            let new: Vec<Effect> = waits.iter().filter(|effect| !waited.contains(effect)).cloned().collect();
            prop_assert_eq!(&effects, &new);
            for audience in Audience::ALL {
                let shown = Screen::of(audience, before.clone()).take(record).expect("the match took it");
                prop_assert_eq!((shown.seq, shown.at), (record.seq, record.at));
            }
            for seat in Seat::ALL {
                let asked =
                    waits.iter().any(|effect| matches!(effect, Effect::AskModel { seat: whose, .. } if *whose == seat));
                prop_assert!(request(game, seat).is_some() || !asked, "{} is to be asked nothing", seat);
            }
            true
        }
    };
    prop_assert!(unanswered(game).len() <= 1);
    Ok(taken)
}

proptest! {
    // A game has many moves, and each is looked at from all sides.
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_game_keeps_the_promises_of_step(table in table(), moves in prop::collection::vec(any_move(), 1..60)) {
        let first = table.created();
        let mut game = open(&first).unwrap();
        let mut records = vec![first];
        let mut now = Timestamp::UNIX_EPOCH;
        let start = Move { what: What::Event(Event::Started), seq_off: 0, seconds: 0 };
        for Move { what, seq_off, seconds } in std::iter::once(start).chain(moves) {
            now += SignedDuration::from_secs(seconds);
            let event = match what {
                What::Answer(content) => answer(&game, &content).unwrap_or(Event::Resumed),
                What::Event(event) => event,
            };
            let seq = Seq(game.last.next().0.saturating_add_signed(seq_off));
            let record = Record { seq, at: now, event };
            if takes(&mut game, &record)? {
                let recorded = serde_json::to_string(&record).unwrap();
                let read: Record = serde_json::from_str(&recorded).unwrap();
                prop_assert_eq!(&read, &record, "{}", recorded);
                records.push(read);
            }
        }
        prop_assert_eq!(fold(&records).unwrap(), Some(game));
    }

    #[test]
    fn an_answered_game_comes_to_its_end_and_takes_nothing_more(
        table in table(), contents in prop::collection::vec(content(), 1..6), after in prop::collection::vec(any_event(), 20),
    ) {
        let table = Table { n_rounds: Some(table.n_rounds.unwrap_or(3)), ..table };
        let mut game = open(&table.created()).unwrap();
        let mut contents = contents.iter().cycle();
        let mut event = Some(Event::Started);
        let mut n_steps = 0;
        while let Some(next) = event {
            let record = Record { seq: game.last.next(), at: Timestamp::UNIX_EPOCH, event: next };
            prop_assert!(takes(&mut game, &record)?, "{:?}", record);
            event = answer(&game, contents.next().unwrap());
            n_steps += 1;
            prop_assert!(n_steps < 5_000, "a match of three rounds does not end");
        }
        prop_assert!(matches!(game.stage, Stage::Ended(_)), "{:?}", game.stage);
        for event in after {
            let record = Record { seq: game.last.next(), at: Timestamp::UNIX_EPOCH, event };
            prop_assert!(!takes(&mut game, &record)?);
        }
    }
}

proptest! {
    #[test]
    fn garbage_is_refused_and_leaves_no_trace(
        opens in any::<bool>(), garbage in prop::collection::vec((0_u64..6, -9_i64..9, any_event()), 0..30),
    ) {
        let garbage = garbage.into_iter().map(|(seq, second, event)| {
            Record { seq: Seq(seq), at: Timestamp::from_second(second).unwrap(), event }
        });
        let records: Vec<Record> = opens.then(|| Table::till().created()).into_iter().chain(garbage).collect();
        let _ = fold(&records);
        if let Some(Ok(mut game)) = records.first().map(open) {
            for record in &records[1..] {
                takes(&mut game, record)?;
            }
        }
    }

    #[test]
    fn any_record_reads_back_as_it_was_written(seq in any::<u64>(), second in -9_000_000_000_i64..9_000_000_000, event in any_event()) {
        let record = Record { seq: Seq(seq), at: Timestamp::from_second(second).unwrap(), event };
        let recorded = serde_json::to_string(&record).unwrap();
        prop_assert_eq!(serde_json::from_str::<Record>(&recorded).unwrap(), record, "{}", recorded);
    }
}
