//! The table `[strategy]` of an agent file: its shape, and what it has to keep to.

use std::ops::RangeInclusive;

use serde::Deserialize;

use super::{Crescendo, Pack, Search, Strategy};
use crate::converter::Converter;

/// A strategy as it is written.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct DraftStrategy(Draft);

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum Draft {
    // With braces: a variant without them takes keys that it does not have.
    Model {},
    Pack {
        #[serde(default)]
        attacks: Vec<String>,
        #[serde(default)]
        converters: Vec<DraftChain>,
        #[serde(default = "yes")]
        plain: bool,
    },
    Pair {
        depth: Option<usize>,
    },
    Tap {
        width: Option<usize>,
        branches: Option<usize>,
        depth: Option<usize>,
    },
    Crescendo {
        max_backtracks: Option<usize>,
    },
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a converter, or a list of them")]
enum DraftChain {
    One(String),
    Several(Vec<String>),
}

fn yes() -> bool {
    true
}

/// The widest and deepest are those of TAP's paper.
const WIDTHS: RangeInclusive<usize> = 1..=10;
const BRANCHES: RangeInclusive<usize> = 1..=4;
const DEPTHS: RangeInclusive<usize> = 1..=10;

/// The most is that of Crescendo's paper.
const BACKTRACKS: RangeInclusive<usize> = 0..=10;

/// All combinations are put in order in each attack round.
const MAX_ATTACKS: usize = 64;
const MAX_CHAINS: usize = 64;

/// Each of a chain makes the text longer, and most models fail at two already.
const MAX_CONVERTERS: usize = 4;

/// As long as a person writes an attack, bytes.
const MAX_ATTACK_BYTES: usize = 8 << 10;

impl DraftStrategy {
    /// The strategy, if all of it is within bounds.
    ///
    /// # Errors
    /// Everything that is wrong with it, as one sentence after the other.
    pub fn checked(self) -> Result<Strategy, String> {
        let mut problems = Vec::new();
        let strategy = match self.0 {
            Draft::Model {} => Strategy::Model,
            Draft::Pack { attacks, converters, plain } => {
                Strategy::Pack(pack(&mut problems, attacks, converters, plain))
            }
            Draft::Pair { depth } => {
                let Search { width, branches, depth: usual, prunes } = Search::PAIR;
                let depth = within(&mut problems, "depth", depth.unwrap_or(usual), DEPTHS);
                Strategy::Search(Search { width, branches, depth, prunes })
            }
            Draft::Tap { width, branches, depth } => {
                let usual = Search::TAP;
                Strategy::Search(Search {
                    width: within(&mut problems, "width", width.unwrap_or(usual.width), WIDTHS),
                    branches: within(&mut problems, "branches", branches.unwrap_or(usual.branches), BRANCHES),
                    depth: within(&mut problems, "depth", depth.unwrap_or(usual.depth), DEPTHS),
                    prunes: usual.prunes,
                })
            }
            Draft::Crescendo { max_backtracks } => {
                let max_backtracks = within(&mut problems, "max_backtracks", max_backtracks.unwrap_or(3), BACKTRACKS);
                Strategy::Crescendo(Crescendo { max_backtracks })
            }
        };
        if problems.is_empty() { Ok(strategy) } else { Err(problems.join("; ")) }
    }
}

fn within(problems: &mut Vec<String>, key: &str, number: usize, range: RangeInclusive<usize>) -> usize {
    if !range.contains(&number) {
        problems.push(format!("{key} must be between {} and {}", range.start(), range.end()));
    }
    number
}

fn pack(problems: &mut Vec<String>, attacks: Vec<String>, converters: Vec<DraftChain>, plain: bool) -> Pack {
    if attacks.len() > MAX_ATTACKS || attacks.iter().any(|attack| attack.len() > MAX_ATTACK_BYTES) {
        problems.push(format!("attacks must be at most {MAX_ATTACKS}, of at most {MAX_ATTACK_BYTES} bytes each"));
    }
    if let Some(number) = attacks.iter().position(|attack| !attack.contains(Pack::GOAL)) {
        problems.push(format!(
            "attack {} must have {} in it, where the objective's goal is put",
            number + 1,
            Pack::GOAL
        ));
    }
    if converters.len() > MAX_CHAINS {
        problems.push(format!("converters must be at most {MAX_CHAINS}"));
    }
    if converters.is_empty() && !plain {
        problems.push("plain = false needs converters: there is nothing else to play".to_owned());
    }
    let mut chains = if plain { vec![vec![]] } else { vec![] };
    for chain in converters {
        let words = match chain {
            DraftChain::One(word) => vec![word],
            DraftChain::Several(words) => words,
        };
        if !(1..=MAX_CONVERTERS).contains(&words.len()) {
            problems.push(format!("a chain must have between 1 and {MAX_CONVERTERS} converters"));
        }
        let mut chain = Vec::with_capacity(words.len());
        for word in words {
            match word.parse::<Converter>() {
                Ok(converter) => chain.push(converter),
                Err(error) => problems.push(error.to_string()),
            }
        }
        chains.push(chain);
    }
    Pack { attacks, chains }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(toml: &str) -> Result<Strategy, String> {
        let draft = toml::from_str::<DraftStrategy>(toml).map_err(|error| error.message().to_owned())?;
        draft.checked()
    }

    #[test]
    fn a_strategy_is_read_with_what_it_leaves_out() {
        let chain = |words: &[&str]| words.iter().map(|word| word.parse().unwrap()).collect::<Vec<Converter>>();
        for (toml, strategy) in [
            ("kind = \"model\"", Strategy::Model),
            ("kind = \"pack\"", Strategy::Pack(Pack { attacks: vec![], chains: vec![vec![]] })),
            (
                "kind = \"pack\"\nconverters = [\"base64\", [\"leetspeak\", \"zero-width\"]]\nattacks = [\"Do: {{goal}}\"]",
                Strategy::Pack(Pack {
                    attacks: vec!["Do: {{goal}}".to_owned()],
                    chains: vec![vec![], chain(&["base64"]), chain(&["leetspeak", "zero-width"])],
                }),
            ),
            (
                "kind = \"pack\"\nconverters = [\"rot-3\"]\nplain = false",
                Strategy::Pack(Pack { attacks: vec![], chains: vec![chain(&["rot-3"])] }),
            ),
            ("kind = \"pair\"", Strategy::Search(Search { width: 1, branches: 1, depth: 3, prunes: false })),
            ("kind = \"pair\"\ndepth = 10", Strategy::Search(Search { depth: 10, ..Search::PAIR })),
            ("kind = \"tap\"", Strategy::Search(Search { width: 3, branches: 2, depth: 4, prunes: true })),
            (
                "kind = \"tap\"\nwidth = 10\nbranches = 4\ndepth = 1",
                Strategy::Search(Search { width: 10, branches: 4, depth: 1, prunes: true }),
            ),
            ("kind = \"crescendo\"", Strategy::Crescendo(Crescendo { max_backtracks: 3 })),
            ("kind = \"crescendo\"\nmax_backtracks = 0", Strategy::Crescendo(Crescendo { max_backtracks: 0 })),
        ] {
            assert_eq!(read(toml), Ok(strategy), "{toml}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_all_at_once() {
        for (toml, message) in [
            ("", "missing field `kind`"),
            ("kind = \"tapp\"", "unknown variant `tapp`, expected one of `model`, `pack`, `pair`, `tap`, `crescendo`"),
            ("kind = \"model\"\nwidth = 1", "unknown field `width`, there are no fields"),
            ("kind = \"tap\"\nwidht = 1", "unknown field `widht`, expected one of `width`, `branches`, `depth`"),
            ("kind = \"pair\"\nwidth = 1", "unknown field `width`, expected `depth`"),
            (
                "kind = \"tap\"\nwidth = 0\nbranches = 5\ndepth = 11",
                "width must be between 1 and 10; branches must be between 1 and 4; depth must be between 1 and 10",
            ),
            ("kind = \"pair\"\ndepth = 0", "depth must be between 1 and 10"),
            ("kind = \"crescendo\"\nmax_backtracks = 11", "max_backtracks must be between 0 and 10"),
            ("kind = \"pack\"\nplain = false", "plain = false needs converters: there is nothing else to play"),
            ("kind = \"pack\"\nconverters = [3]", "a converter, or a list of them"),
            (
                "kind = \"pack\"\nconverters = [[], \"rot-0\", \"translate:\"]\nattacks = [\"{{goal}}\", \"up\"]",
                "attack 2 must have {{goal}} in it, where the objective's goal is put; \
                 a chain must have between 1 and 4 converters; \
                 \"rot-0\": the N of rot-N must be between 1 and 25; \
                 \"translate:\": the language of translate:LANGUAGE: \"\" is not a name: a lower-case letter, then up to 63 \
                 of a-z, 0-9, _ and -",
            ),
            (&format!("kind = \"pack\"\nconverters = [{}]", "\"hex\",".repeat(65)), "converters must be at most 64"),
            (
                &format!("kind = \"pack\"\nattacks = [\"{{{{goal}}}}{}\"]", "a".repeat(9_000)),
                "attacks must be at most 64, of at most 8192 bytes each",
            ),
        ] {
            assert_eq!(read(toml), Err(message.to_owned()), "{toml}");
        }
        let message = read("kind = \"pack\"\nconverters = [\"bas64\"]").unwrap_err();
        assert!(message.starts_with("there is no converter \"bas64\"; did you mean \"base64\"?"), "{message}");
    }
}
