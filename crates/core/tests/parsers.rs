//! Every parser on any text: it answers, and what it accepts it writes as it read it.

use arena_core::agent::Agent;
use arena_core::flag::placeholders;
use arena_core::id::MatchId;
use arena_core::message::ToolCall;
use arena_core::model::ModelSpec;
use arena_core::name::Name;
use arena_core::referee::{find, shows_part};
use arena_core::ruling::{Fallback, Ruling};
use arena_core::seed::Seed;
use arena_core::tool::Template;
use proptest::prelude::*;

const FLAG: &str = "FLAG-ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Text that looks a little like what the parsers are for.
fn text() -> impl Strategy<Value = String> {
    let pieces = proptest::sample::select(vec![
        "{", "}", "{{flag.", "}}", "\"", "decision", "allow", ":", "mock", "ms", "openai", "=", "\n", "[", "]", "name",
        "seat", "red", "0x", "%4", "é", "\u{200b}", "7zzz", "FLAG-", "ABCDEF", "aGVsbG8", "\\", ",", "1e999",
    ]);
    let built = proptest::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat());
    prop_oneof![built, "\\PC{0,80}"]
}

proptest! {
    #[test]
    fn none_panics(text in text()) {
        let _ = Agent::parse("a.toml", &text);
        let _ = Ruling::read(&text, Fallback::Block);
        let _ = ToolCall::read_arguments(&text);
        let _ = placeholders(&text);
        let _ = find(FLAG, &[&text, &text]);
        let _ = shows_part(FLAG, &text);
        let _ = Template(text).arguments();
    }

    #[test]
    fn what_is_accepted_is_written_as_it_was_read(text in text()) {
        if let Ok(name) = text.parse::<Name>() {
            prop_assert_eq!(name.as_str(), &text);
        }
        if let Ok(seed) = text.parse::<Seed>() {
            prop_assert_eq!(seed.as_str(), &text);
        }
        if let Ok(model) = text.parse::<ModelSpec>() {
            prop_assert_eq!(model.to_string().parse::<ModelSpec>(), Ok(model));
        }
        if let Ok(id) = text.parse::<MatchId>() {
            prop_assert_eq!(id.to_string().parse::<MatchId>(), Ok(id));
        }
    }
}
