//! Chance for the converters that choose: one number after the other, all of them derived from a seed.

use crate::seed::Seed;

/// Numbers for one conversion.
pub(super) struct Dice<'a> {
    chance: &'a Seed,
    /// Keeps the numbers of two converters apart.
    converter: &'static str,
    n_thrown: usize,
    /// The bits of the block that the next number is in.
    bits: [u8; 32],
}

impl<'a> Dice<'a> {
    pub(super) fn new(chance: &'a Seed, converter: &'static str) -> Self {
        Self { chance, converter, n_thrown: 0, bits: [0; 32] }
    }

    /// A number in `0..n`. `n` is small against 2^32, so none of them is noticeably likelier.
    pub(super) fn below(&mut self, n: usize) -> usize {
        const N_A_BLOCK: usize = 32 / 4;
        let at = self.n_thrown % N_A_BLOCK;
        if at == 0 {
            let block = (self.n_thrown / N_A_BLOCK).to_string();
            self.bits = self.chance.bits("converter", &[self.converter, &block]);
        }
        self.n_thrown += 1;
        let (numbers, _) = self.bits.as_chunks::<4>();
        u32::from_le_bytes(numbers[at]) as usize % n
    }

    /// One of them.
    pub(super) fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}
