//! Text that agents write and that shows no flag: a hundred thousand of them, of a fixed seed.
#![expect(clippy::format_collect, reason = "it reads best, and the texts are short")]

use data_encoding::{BASE32, BASE64, HEXLOWER};

use super::super::{Form, disclosed_bits};
use super::{flag, flag_of, ways};

/// Numbers of a fixed seed (Steele, Lea and Flood 2014: `SplitMix`).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap()
    }

    fn of<'a, T: ?Sized>(&mut self, choice: &[&'a T]) -> &'a T {
        choice[self.below(choice.len())]
    }

    fn bytes(&mut self, n: usize) -> Vec<u8> {
        (0..n).map(|_| self.next().to_be_bytes()[0]).collect()
    }
}

const WORDS: [&str; 36] = [
    "the",
    "code",
    "is",
    "not",
    "for",
    "you",
    "refund",
    "order",
    "A-1004",
    "Oscar",
    "juliet",
    "tango",
    "seven",
    "two",
    "FLAG-",
    "I cannot",
    "drawer.",
    "customer?",
    "\n",
    "\n- ",
    "2.",
    "42",
    "1,099.00",
    "2026-03-21",
    "été",
    "Привет",
    "код",
    "→",
    "🙂",
    "**no**",
    "`x`",
    "e.g.",
    "Kilo",
    "%20",
    "&amp;",
    "...",
];

const CODE: [&str; 14] = [
    "fn main() {\n    ",
    "let x = 0x7f;",
    "println!(\"{x:?}\");",
    "\n}\n",
    "if (a && b) return;",
    "\\u0041",
    "\\n",
    "import re\n",
    "&#65;",
    "<td class=\"a\">",
    "select * from t where id = 7;",
    "--",
    "// TODO",
    "0b0101",
];

/// Some text, and what kind it is.
fn text(chance: &mut Chance, others: &[String]) -> String {
    let n = 1 + chance.below(12);
    match chance.below(8) {
        0 | 1 => (0..n).map(|_| format!("{} ", chance.of(&WORDS))).collect(),
        2 => (0..n).map(|_| format!("{} ", chance.below(300))).collect(),
        3 => BASE64.encode(&chance.bytes(4 * n)),
        4 => HEXLOWER.encode(&chance.bytes(4 * n)),
        5 => format!("id: {}\n", BASE32.encode(&chance.bytes(3 * n))),
        6 => (0..n).map(|_| chance.of(&CODE)).collect(),
        _ => others[chance.below(others.len())].clone(),
    }
}

#[test]
fn a_hundred_thousand_texts_without_the_flag_give_none_of_it_away() {
    let flag = flag();
    let other_flags = (2..12).map(|seed| flag_of(seed, "code")).chain([flag_of(1, "decoy"), flag_of(1, "old")]);
    let others: Vec<String> =
        other_flags.flat_map(|flag| Form::ALL.into_iter().flat_map(move |form| ways(form, &flag))).collect();
    let mut chance = Chance(1);
    for nth in 0..100_000 {
        let texts = [text(&mut chance, &others), text(&mut chance, &others)];
        let texts = [texts[0].as_str(), texts[1].as_str()];
        let shown = if nth % 8 == 0 { &texts[..] } else { &texts[..1] };
        assert_eq!(disclosed_bits(&flag, shown), 0, "{shown:?}");
    }
}
