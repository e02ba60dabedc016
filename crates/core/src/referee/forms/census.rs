//! How often a text has each character: the cheap look that most texts do not pass.

/// Counts of a text's characters.
pub(super) struct Census {
    counts: [usize; 128],
    /// Whether there are others than those of ASCII: any of them may stand for any letter.
    beyond_ascii: bool,
}

impl Census {
    /// That of `text`.
    pub(super) fn of(text: &str) -> Self {
        let mut counts = [0; 128];
        let mut beyond_ascii = false;
        for byte in text.bytes() {
            match counts.get_mut(usize::from(byte)) {
                Some(count) => *count += 1,
                None => beyond_ascii = true,
            }
        }
        Self { counts, beyond_ascii }
    }

    /// How many characters of ASCII are such ones.
    pub(super) fn n(&self, are_such: impl Fn(u8) -> bool) -> usize {
        (0..).zip(self.counts).filter(|(character, _)| are_such(*character)).map(|(_, count)| count).sum()
    }

    /// Whether the text may hold all of `letters`, in any order, when its characters are taken for what `read` says.
    pub(super) fn may_hold(&self, letters: &[u8], read: impl Fn(u8) -> u8) -> bool {
        self.beyond_ascii || self.holds(letters, read)
    }

    /// Whether the text has all of `letters` in characters of ASCII.
    pub(super) fn holds(&self, letters: &[u8], read: impl Fn(u8) -> u8) -> bool {
        let mut left = [0_usize; 256];
        for (character, count) in (0..).zip(self.counts) {
            left[usize::from(read(character))] += count;
        }
        letters.iter().all(|letter| {
            let left = &mut left[usize::from(*letter)];
            let is_there = *left > 0;
            *left = left.saturating_sub(1);
            is_there
        })
    }

    /// Whether there are at least so many such characters, or any that are not of ASCII.
    pub(super) fn may_have(&self, least: usize, are_such: impl Fn(u8) -> bool) -> bool {
        self.beyond_ascii || self.n(are_such) >= least
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_letters_as_often_as_its_characters_are_read_as_them() {
        let same = |byte: u8| byte;
        let lower = |byte: u8| byte.to_ascii_lowercase();
        let census = Census::of("Aab1");
        assert!(census.holds(b"", same) && census.holds(b"1baA", same) && census.holds(b"aab", lower));
        assert!(!census.holds(b"aa", same) && !census.holds(b"aaa", lower) && !census.may_hold(b"c", same));
        assert_eq!((census.n(|byte| byte.is_ascii_alphabetic()), census.n(|byte| byte == b'c')), (3, 0));
        assert!(census.may_have(3, |byte| byte.is_ascii_alphabetic()) && !census.may_have(2, |byte| byte == b'1'));
        let other = Census::of("é");
        assert!(other.may_hold(b"c", same) && other.may_have(9, |_| false) && !other.holds(b"c", same));
    }
}
