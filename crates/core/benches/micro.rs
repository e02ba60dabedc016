//! What the rules cost, piece by piece: `cargo bench -p arena-core --bench micro`.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on panics")]

#[expect(dead_code, reason = "the tests use all of it")]
#[path = "../tests/engine/players.rs"]
mod players;
#[expect(dead_code, reason = "the tests use all of it")]
#[path = "../tests/engine/table.rs"]
mod table;

use arena_core::engine::{open, step};
use arena_core::event::Record;
use arena_core::message::ToolSpec;
use arena_core::referee;
use arena_core::view::{Audience, Screen};
use arena_core::xml_calls;
use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use serde_json::json;

use players::{Lines, QUIET, play};
use table::Table;

fn main() {
    divan::main();
}

/// A guarded match of the support desk, some twenty rounds with a call of a tool in each.
fn records() -> Vec<Record> {
    let lines = Lines { target: &["call look_up_order {\"order_id\":\"A-1001\"}", "It has arrived."], ..QUIET };
    let table = Table { n_rounds: Some(20), ..Table::support_desk() };
    play(&table, &[lines]).records.into_iter().map(|(_, record, _)| record).collect()
}

/// Folds a match, an event an item.
#[divan::bench]
fn step_of_an_event(bencher: Bencher<'_, '_>) {
    let records = records();
    bencher.counter(ItemsCount::new(records.len())).bench(|| {
        let mut game = open(&records[0]).unwrap();
        for record in &records[1..] {
            black_box(step(&mut game, record).unwrap());
        }
        game
    });
}

/// Folds it and shows each event: what is above `step_of_an_event` is the view.
#[divan::bench(args = [Audience::Spectator, Audience::Operator])]
fn view_of_an_event(bencher: Bencher<'_, '_>, audience: Audience) {
    let records = records();
    bencher.counter(ItemsCount::new(records.len())).bench(|| {
        let mut screen = Screen::new(audience);
        for record in &records {
            black_box(screen.take(record).unwrap());
        }
        screen
    });
}

/// Looks for a flag, in every form, in an answer of so many bytes that does not hold it: the usual case, and the longest.
#[divan::bench(args = [200, 2_000, 20_000])]
fn search_for_a_leak(bencher: Bencher<'_, '_>, n_bytes: usize) {
    let flag = "FLAG-MFRGGZDFMZTWQ2LKNNWG23TPOB";
    let text = "Your parcel A-1003 is on its way and arrives on Thursday; is there anything else? ".repeat(250);
    let text = &text[..n_bytes];
    assert_eq!(referee::find(flag, &[text]), None);
    bencher.counter(BytesCount::new(n_bytes)).bench(|| referee::find(black_box(flag), &[black_box(text)]));
}

/// Reads an answer with some words and two calls written as tags.
#[divan::bench]
fn read_calls_as_tags(bencher: Bencher<'_, '_>) {
    let parameters = json!({"type": "object", "required": ["path", "content"], "properties": {"path": {"type": "string"}, "content": {"type": "string"}}});
    let tool = |name: &str| ToolSpec {
        name: name.parse().unwrap(),
        description: "Write a file.".to_owned(),
        parameters: parameters.clone(),
    };
    let tools = [tool("write_to_file"), tool("append_to_file")];
    let call = |name: &str| {
        format!(
            "<{name}>\n<path>src/lib.rs</path>\n<content>\n{}</content>\n</{name}>\n",
            "let a = b < c;\n".repeat(40)
        )
    };
    let text = format!("I write both files now. {} And then {}", call("write_to_file"), call("append_to_file"));
    assert_eq!(xml_calls::read(&text, &tools).calls.len(), 2);
    bencher.counter(BytesCount::of_str(&text)).bench(|| xml_calls::read(black_box(&text), &tools));
}
