//! Runs of letters and digits that look random: keys, tokens, encoded text.

use std::collections::BTreeMap;
use std::ops::Range;

/// What counts as random.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Entropy {
    /// A run has at least so many characters.
    pub(super) min_chars: usize,
    /// And more than so many bits a character, by its own frequencies (Shannon 1948).
    pub(super) bits_per_char: f64,
}

impl Entropy {
    /// The runs that do, with their bits a character.
    pub(super) fn find(self, text: &str, most: usize) -> Vec<(f64, Range<usize>)> {
        let mut found = Vec::new();
        let mut start = 0;
        for part in text.split_inclusive(|c: char| !is_part(c)) {
            let run = part.trim_end_matches(|c: char| !is_part(c));
            // A word without a digit is a name in a program, or German.
            let is_mixed = run.bytes().any(|b| b.is_ascii_digit()) && run.bytes().any(|b| b.is_ascii_alphabetic());
            if is_mixed && run.len() >= self.min_chars && found.len() < most {
                let bits = bits_per_char(run);
                if bits > self.bits_per_char {
                    found.push((bits, start..start + run.len()));
                }
            }
            start += part.len();
        }
        found
    }
}

/// Paths, addresses and names of several words fall apart at what joins their words.
fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '=')
}

#[expect(clippy::cast_precision_loss, reason = "a text has fewer characters than 2^52")]
fn bits_per_char(run: &str) -> f64 {
    let mut counts = BTreeMap::new();
    for byte in run.bytes() {
        *counts.entry(byte).or_insert(0_usize) += 1;
    }
    let length = run.len() as f64;
    counts.values().map(|count| *count as f64 / length).map(|share| -share * share.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_runs_are_found_and_paths_names_and_numbers_are_not() {
        let usual = Entropy { min_chars: 24, bits_per_char: 4.2 };
        for (text, found) in [
            ("key: sk4Tz9QpLm2XvB7nRwKc81YhGd, keep it", vec!["sk4Tz9QpLm2XvB7nRwKc81YhGd"]),
            (
                "https://x.example/cb?t=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9&x=1",
                vec!["t=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"],
            ),
            ("https://shop.example/articles/2026/how-to-choose-a-garden-chair-for-12-seats.html", vec![]),
            ("/usr/lib/x86_64-linux-gnu/gstreamer1.0/libgstcoreelements.so.0.2402", vec![]),
            ("commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", vec![]),
            ("550e8400-e29b-41d4-a716-446655440000", vec![]),
            ("Rindfleischetikettierungsueberwachungsaufgabenuebertragungsgesetz", vec![]),
            ("shouldReturnTheCorrectValueWhenQueueIsBlocked()", vec![]),
            ("DE89370400440532013000123456789012345", vec![]),
        ] {
            let runs: Vec<&str> = usual.find(text, 32).into_iter().map(|(_, place)| &text[place]).collect();
            assert_eq!(runs, found, "{text}");
        }
    }
}
