//! Letters that are looked for among others, in one walk over these, whoever chose them (Knuth, Morris and Pratt 1977).

use std::ops::Range;

use super::sign::Sign;

/// What is looked for. Never empty.
#[derive(Clone, Debug)]
pub(super) struct Needle {
    letters: Vec<u8>,
    /// For each number of letters that matched: how many still match if the next one does not.
    borders: Vec<usize>,
}

/// A walk over letters.
#[derive(Clone, Debug)]
pub(super) struct Search<'a> {
    needle: &'a Needle,
    /// So many letters match up to here.
    matched: usize,
    /// Where the letters began that match, and some before them, in a ring as long as the needle.
    starts: Vec<usize>,
    /// The ring's next place.
    next: usize,
}

impl Needle {
    /// Looks for `letters`; for nothing, if there are none.
    pub(super) fn new(letters: Vec<u8>) -> Option<Self> {
        let mut borders = vec![0; letters.len()];
        let mut border = 0;
        for at in 1..letters.len() {
            while border > 0 && letters[at] != letters[border] {
                border = borders[border - 1];
            }
            border += usize::from(letters[at] == letters[border]);
            borders[at] = border;
        }
        (!letters.is_empty()).then_some(Self { letters, borders })
    }

    /// What is looked for.
    pub(super) fn letters(&self) -> &[u8] {
        &self.letters
    }

    /// A walk from the beginning.
    pub(super) fn search(&self) -> Search<'_> {
        Search { needle: self, matched: 0, starts: vec![0; self.letters.len()], next: 0 }
    }

    /// The place of the first occurrence among `signs`.
    pub(super) fn find(&self, signs: impl IntoIterator<Item = Sign>) -> Option<Range<usize>> {
        let mut search = self.search();
        signs.into_iter().find_map(|sign| search.push(sign))
    }
}

impl Search<'_> {
    /// Takes the next letter, and tells the place of the needle if that is its last one.
    #[inline]
    pub(super) fn push(&mut self, sign: Sign) -> Option<Range<usize>> {
        let Needle { letters, borders } = self.needle;
        // Nearly always.
        if self.matched == 0 && letters[0] != sign.value {
            return None;
        }
        self.starts[self.next] = sign.start;
        self.next = if self.next + 1 == letters.len() { 0 } else { self.next + 1 };
        while self.matched > 0 && letters[self.matched] != sign.value {
            self.matched = borders[self.matched - 1];
        }
        self.matched += usize::from(letters[self.matched] == sign.value);
        if self.matched < letters.len() {
            return None;
        }
        self.matched = borders[self.matched - 1];
        // The ring is full, and what comes next in it is what came first.
        Some(self.starts[self.next]..sign.end)
    }

    /// Takes something that is no letter of the needle.
    pub(super) fn reset(&mut self) {
        self.matched = 0;
    }

    /// How many letters are missing.
    pub(super) fn n_missing(&self) -> usize {
        self.needle.letters.len() - self.matched
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn signs(text: &[u8]) -> impl Iterator<Item = Sign> {
        text.iter().enumerate().map(|(at, value)| Sign { value: *value, start: at, end: at + 1 })
    }

    #[test]
    fn what_is_missing_is_counted_and_a_reset_begins_anew() {
        let needle = Needle::new(b"aab".to_vec()).unwrap();
        let mut search = needle.search();
        assert_eq!(search.n_missing(), 3);
        for sign in signs(b"aa") {
            assert_eq!(search.push(sign), None);
        }
        assert_eq!(search.n_missing(), 1);
        search.reset();
        assert_eq!(search.n_missing(), 3);
        assert!(signs(b"b").all(|sign| search.push(sign).is_none()), "what stood before the reset counts no longer");
        assert_eq!(signs(b"aab").find_map(|sign| search.push(sign)), Some(0..3));
    }

    proptest! {
        #[test]
        fn the_first_place_is_that_of_a_plain_search(
            letters in prop::collection::vec(b'a'..=b'b', 1..7),
            text in prop::collection::vec(b'a'..=b'c', 0..60),
        ) {
            let plain = text.windows(letters.len()).position(|window| window == letters);
            let plain = plain.map(|start| start..start + letters.len());
            prop_assert_eq!(Needle::new(letters).unwrap().find(signs(&text)), plain);
        }
    }
}
