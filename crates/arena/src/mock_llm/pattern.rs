//! A text that fits a regular expression, for the simple ones that schemas of ids have: `^A-[0-9]{4}$`.
//!
//! Letters, classes, escapes and counts; no groups and no alternatives. What it cannot read it does not guess.

use std::iter::Peekable;
use std::str::Chars;

use super::dice::Dice;

/// The most of one thing that is written; a text is no longer than a few of these.
const MOST: u64 = 64;

/// The most of one thing where a pattern sets no limit.
const FEW: u64 = 3;

/// A text that fits `pattern`, if that is a simple one.
pub(super) fn text(pattern: &str, dice: &mut Dice) -> Option<String> {
    let pattern = pattern.strip_prefix('^').unwrap_or(pattern);
    let mut rest = pattern.strip_suffix('$').unwrap_or(pattern).chars().peekable();
    let mut text = String::new();
    while let Some(next) = rest.next() {
        let set = match next {
            '[' => class(&mut rest)?,
            '\\' => escape(rest.next()?)?,
            '.' => vec![('a', 'z')],
            '(' | ')' | '|' | '^' | '$' | '*' | '+' | '?' | '{' | '}' | ']' => return None,
            letter => vec![(letter, letter)],
        };
        let (least, most) = count(&mut rest)?;
        let n = least + dice.below(most - least + 1);
        for _ in 0..n {
            let &(from, to) = dice.pick(&set)?;
            let offset = u32::try_from(dice.below(u64::from(u32::from(to) - u32::from(from)) + 1)).ok()?;
            text.push(char::from_u32(u32::from(from) + offset)?);
        }
    }
    Some(text)
}

/// The ranges of a class, behind its bracket. One that says what must not be is not read.
fn class(rest: &mut Peekable<Chars<'_>>) -> Option<Vec<(char, char)>> {
    let mut set = Vec::new();
    if rest.peek() == Some(&'^') {
        return None;
    }
    loop {
        let from = match rest.next()? {
            ']' => return (!set.is_empty()).then_some(set),
            '\\' => {
                set.extend(escape(rest.next()?)?);
                continue;
            }
            letter => letter,
        };
        let mut ahead = rest.clone();
        let to = match (ahead.next(), ahead.next()) {
            (Some('-'), Some(to)) if to != ']' => {
                *rest = ahead;
                to
            }
            _ => from,
        };
        if to < from {
            return None;
        }
        set.push((from, to));
    }
}

fn escape(letter: char) -> Option<Vec<(char, char)>> {
    match letter {
        'd' => Some(vec![('0', '9')]),
        'w' => Some(vec![('a', 'z'), ('0', '9')]),
        's' => Some(vec![(' ', ' ')]),
        letter if letter.is_ascii_punctuation() => Some(vec![(letter, letter)]),
        _ => None,
    }
}

/// How many there may be of what stands before.
fn count(rest: &mut Peekable<Chars<'_>>) -> Option<(u64, u64)> {
    let (least, most) = match rest.peek() {
        Some('?') => (0, 1),
        Some('*') => (0, FEW),
        Some('+') => (1, FEW),
        Some('{') => {
            rest.next();
            let text: String = rest.by_ref().take_while(|letter| *letter != '}').collect();
            let (least, most) = text.split_once(',').unwrap_or((&text, &text));
            let least: u64 = least.parse().ok()?;
            let most = if most.is_empty() { least.saturating_add(FEW) } else { most.parse().ok()? };
            return (least <= most && least <= MOST).then_some((least, most.min(MOST)));
        }
        _ => return Some((1, 1)),
    };
    rest.next();
    Some((least, most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_patterns_are_met_and_others_are_left_alone() {
        let seed = "1".parse().unwrap();
        for (pattern, n, letters) in [
            ("^A-[0-9]{4}$", Some(6), "A-0123456789"),
            ("c-\\d{3}", Some(5), "c-0123456789"),
            ("^[a-c_-]{2,2}\\.x$", Some(4), "abc_-.x"),
            ("^v?x{64}$", None, "vx"),
            ("^[A-Z]+$", None, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        ] {
            for round in ["a", "b", "c"] {
                let text = text(pattern, &mut Dice::new(&seed, "pattern", &[round])).unwrap();
                assert!(text.chars().all(|letter| letters.contains(letter)), "{pattern}: {text}");
                assert!(n.is_none_or(|n| text.len() == n) && !text.is_empty(), "{pattern}: {text}");
            }
        }
        for pattern in ["(a|b)", "[^a]", "a{9,2}", "a{1000000000}", "[", "[z-a]", "a**", "\\", "\\b", "x{", "^a^"] {
            assert_eq!(text(pattern, &mut Dice::new(&seed, "pattern", &[])), None, "{pattern}");
        }
    }
}
