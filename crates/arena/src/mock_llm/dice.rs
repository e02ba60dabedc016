//! The server's chance: it falls the same way for the same seed and the same question.

use arena_core::seed::Seed;

/// A stream of numbers.
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    /// Dice that depend on the seed, on what they are for and on `parts`.
    pub(super) fn new(seed: &Seed, purpose: &str, parts: &[&str]) -> Self {
        Self(seed.number(purpose, parts))
    }

    /// The next number: one step of `SplitMix64` (Steele, Lea and Flood 2014), which is cheaper than a hash a word.
    pub(super) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `n`; 0 if `n` is 0.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.number() % n.max(1)
    }

    /// Whether something of this probability happens.
    #[expect(clippy::cast_precision_loss, reason = "a probability needs no more than 53 bits")]
    pub(super) fn happens(&mut self, probability: f64) -> bool {
        ((self.number() >> 11) as f64 / (1_u64 << 53) as f64) < probability
    }

    /// One of `items`.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let index = usize::try_from(self.below(items.len() as u64)).ok()?;
        items.get(index)
    }

    /// So many letters and digits: ids as vendors make them.
    pub(super) fn letters(&mut self, n: usize) -> String {
        const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        (0..n).filter_map(|_| self.pick(LETTERS).copied()).map(char::from).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_fall_the_same_way_for_the_same_parts_and_about_as_often_as_they_should() {
        let seed: Seed = "7".parse().unwrap();
        let dice = |part: &str| Dice::new(&seed, "test", &[part]);
        assert_eq!(dice("a").letters(20), dice("a").letters(20));
        assert_ne!(dice("a").letters(20), dice("b").letters(20));
        let mut one = dice("a");
        let n = (0..10_000).filter(|_| one.happens(0.3)).count();
        assert!((2_700..3_300).contains(&n), "{n}");
        assert!((0..1_000).all(|_| one.happens(1.0) && !one.happens(0.0)));
        assert_eq!(dice("a").pick::<u8>(&[]), None);
    }
}
