//! Base58 as Bitcoin writes it: one number, so that a part of it says nothing.

use std::ops::Range;

use super::digits::Alphabet;
use super::page::Page;
use super::sign::{Sign, bytes};

const DIGITS: Alphabet = Alphabet::new(&[b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"]);

/// The most digits of a number that is read: taking a number apart costs the square of them. They are 187 bytes.
const MAX_DIGITS: usize = 256;

/// The secret in base58.
pub(super) fn seek(page: &Page<'_>) -> Option<Range<usize>> {
    // A digit of base58 has a little less than six bits.
    let runs = DIGITS.runs(bytes(page.text), |_| false, page.secret.n_digits(6));
    runs.iter().filter(|run| run.len() <= MAX_DIGITS).find_map(|run| {
        let place = run.first()?.start..run.last()?.end;
        page.secret.needle.find(number(run).into_iter().filter_map(|byte| Sign::letter(byte, place.clone())))
    })
}

/// The bytes of the number that `digits` are, the highest first.
fn number(digits: &[Sign]) -> Vec<u8> {
    // The lowest first.
    let mut limbs: Vec<u32> = Vec::new();
    for digit in digits {
        let mut carry = u64::from(digit.value);
        for limb in &mut limbs {
            carry += u64::from(*limb) * 58;
            *limb = low(carry);
            carry >>= 32;
        }
        if carry > 0 {
            limbs.push(low(carry));
        }
    }
    limbs.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect()
}

/// The lower half.
fn low(number: u64) -> u32 {
    u32::try_from(number & u64::from(u32::MAX)).expect("32 bits are kept")
}
