//! What a file has where an edit expected something else: the closest place, to be shown and never to be changed.
//!
//! The work is bounded by the sizes of file and block, whatever is in them: lines vote for the place at which they would
//! be equal, and only where none is equal are a few of them compared by how they begin and end.

use std::collections::BTreeMap;
use std::fmt;

/// A place of a file that is like a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// Its first line, from 1.
    pub first: usize,
    /// Its last line.
    pub last: usize,
    /// How many lines of the block are equal there, but for space around them.
    pub n_equal: usize,
    /// How many lines the block has.
    pub n_lines: usize,
    /// The first lines of it: as they are in the file, and under those that differ, as the block has them.
    pub excerpt: Vec<Shown>,
}

/// A line of an excerpt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Equal in file and block.
    Equal(usize, String),
    /// The file has this line; the block does not.
    File(usize, String),
    /// The block has it in the place of the line above.
    Block(String),
}

/// The place of `file` that is most like `block`; `None` if nothing is like it. Where several are, the first.
pub fn nearest(file: &[&str], block: &[&str]) -> Option<Nearest> {
    let start = by_equal_lines(file, block).or_else(|| by_likeness(file, block))?;
    let pairs = || (start..file.len()).map(|line| (line, file[line])).zip(block.iter().copied());
    let n_equal = pairs().filter(|((_, line), wanted)| line.trim() == wanted.trim()).count();
    Some(Nearest {
        first: start + 1,
        last: (start + block.len()).min(file.len()),
        n_equal,
        n_lines: block.len(),
        excerpt: excerpt(pairs(), file.len() - start, block),
    })
}

/// The place at which most lines are equal, but for space around them.
fn by_equal_lines(file: &[&str], block: &[&str]) -> Option<usize> {
    /// A line that occurs more often tells nothing.
    const MAX_PLACES: usize = 8;
    let wanted: Vec<(usize, &str)> =
        block.iter().map(|line| line.trim()).enumerate().filter(|(_, line)| !line.is_empty()).collect();
    let mut places: BTreeMap<&str, Vec<usize>> = wanted.iter().map(|(_, line)| (*line, Vec::new())).collect();
    for (at, line) in file.iter().enumerate() {
        if let Some(places) = places.get_mut(line.trim()).filter(|places| places.len() <= MAX_PLACES) {
            places.push(at);
        }
    }
    let mut votes: BTreeMap<usize, usize> = BTreeMap::new();
    for (offset, line) in &wanted {
        let places = places.get(line).filter(|places| places.len() <= MAX_PLACES);
        for start in places.into_iter().flatten().filter_map(|at| at.checked_sub(*offset)) {
            *votes.entry(start).or_default() += 1;
        }
    }
    votes.into_iter().max_by(|(a, n), (b, m)| n.cmp(m).then(b.cmp(a))).map(|(start, _)| start)
}

/// The place at which one of the block's longest lines has a line that begins and ends alike.
fn by_likeness(file: &[&str], block: &[&str]) -> Option<usize> {
    /// So many lines of the block are compared with all of the file.
    const N_PROBES: usize = 3;
    let mut probes: Vec<(usize, &str)> = block.iter().map(|line| line.trim()).enumerate().collect();
    probes.sort_by_key(|(_, line)| std::cmp::Reverse(line.len()));
    let mut best = None;
    for (offset, probe) in probes.into_iter().take(N_PROBES) {
        for (at, line) in file.iter().enumerate().skip(offset) {
            let likeness = likeness(line.trim(), probe);
            // From a half on, two lines are shown as two versions of one.
            if likeness >= 500 && best.is_none_or(|(best, _)| likeness > best) {
                best = Some((likeness, at - offset));
            }
        }
    }
    best.map(|(_, start)| start)
}

/// How much of the longer text its common beginning and end with the other are, in thousandths.
fn likeness(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let (short, long) = (a.len().min(b.len()), a.len().max(b.len()));
    if long == 0 {
        return 0;
    }
    let head = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let tail = a.iter().rev().zip(b.iter().rev()).take(short - head).take_while(|(a, b)| a == b).count();
    (head + tail) * 1000 / long
}

fn excerpt<'a>(
    pairs: impl Iterator<Item = ((usize, &'a str), &'a str)>,
    n_in_file: usize,
    block: &[&str],
) -> Vec<Shown> {
    /// A model finds its mistake in these; the whole place may be the whole file.
    const MAX_SHOWN: usize = 12;
    let mut shown = Vec::new();
    for ((line, text), wanted) in pairs {
        if text == wanted {
            shown.push(Shown::Equal(line + 1, short(text)));
        } else {
            shown.push(Shown::File(line + 1, short(text)));
            shown.push(Shown::Block(short(wanted)));
        }
        if shown.len() >= MAX_SHOWN {
            return shown;
        }
    }
    let room = MAX_SHOWN - shown.len();
    shown.extend(block.iter().skip(n_in_file).take(room).map(|line| Shown::Block(short(line))));
    shown
}

/// The line, or its beginning.
fn short(line: &str) -> String {
    const MAX_CHARS: usize = 160;
    match line.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

impl fmt::Display for Nearest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { first, last, n_equal, n_lines, excerpt } = self;
        write!(f, "the closest is at lines {first}-{last} ({n_equal} of {n_lines} lines are equal but for space):")?;
        for shown in excerpt {
            match shown {
                Shown::Equal(line, text) => write!(f, "\n  {line:>5} | {text}")?,
                Shown::File(line, text) => write!(f, "\n- {line:>5} | {text}")?,
                Shown::Block(text) => write!(f, "\n+       | {text}")?,
            }
        }
        f.write_str("\n(-: the file has, +: the edit expects)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_place_is_the_one_with_most_equal_lines_or_a_line_that_is_alike() {
        let check = |file: &str, block: &str, expected: Option<(usize, usize, usize)>| {
            let (file, block): (Vec<&str>, Vec<&str>) = (file.lines().collect(), block.lines().collect());
            let found = nearest(&file, &block).map(|near| (near.first, near.last, near.n_equal));
            assert_eq!(found, expected, "{file:?} {block:?}");
        };
        check("a\nb\nc\nx\nb\nc", "x\nb\nd", Some((4, 6, 2)));
        check("a\n  b\nc", "b\nd", Some((2, 3, 1)));
        check("let total = 1;\nreturn total;", "let totals = 1;", Some((1, 1, 0)));
        check("a\nb", "quite another thing", None);
        check("", "a", None);
        check("a\nb\nlast", "last\nmore", Some((3, 3, 1)));
        check("\n\n\n", "\n", None);
    }

    #[test]
    fn an_excerpt_shows_what_differs() {
        let near = nearest(&["fn a() {", "    one();", "}"], &["fn a() {", "    two();", "}", "x"]).unwrap();
        assert_eq!(
            near.to_string(),
            "the closest is at lines 1-3 (2 of 4 lines are equal but for space):\n      1 | fn a() {\n-     2 |     one();\n\
             +       |     two();\n      3 | }\n+       | x\n(-: the file has, +: the edit expects)"
        );
    }
}
