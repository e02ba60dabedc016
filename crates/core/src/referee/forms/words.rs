//! Words of a text that are nothing but digits.

use super::digits::Alphabet;
use super::sign::Sign;

/// The words (letters and digits of ASCII) of `text` that are made of `digits` after their `prefix`, if they have it:
/// the values of these digits.
pub(super) fn words(text: &str, prefix: &str, digits: &Alphabet) -> impl Iterator<Item = Vec<Sign>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes[at..].iter().position(u8::is_ascii_alphanumeric)?;
        let n = bytes[start..].iter().position(|byte| !byte.is_ascii_alphanumeric());
        at = n.map_or(bytes.len(), |n| start + n);
        Some(start..at)
    })
    .filter_map(move |word| {
        let start = word.start + if bytes[word.clone()].starts_with(prefix.as_bytes()) { prefix.len() } else { 0 };
        (start..word.end)
            .map(|at| Some(Sign { value: digits.value(bytes[at])?, start: at, end: at + 1 }))
            .collect::<Option<Vec<Sign>>>()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_digits_are_read_with_their_places_and_others_are_not() {
        let binary = Alphabet::new(&[b"01"]);
        let found: Vec<Vec<(u8, usize)>> = words(" 0b01, 10;--112 x1 0b é1", "0b", &binary)
            .map(|word| word.iter().map(|sign| (sign.value, sign.start)).collect())
            .collect();
        assert_eq!(found, [vec![(0, 3), (1, 4)], vec![(1, 7), (0, 8)], vec![], vec![(1, 24)]]);
    }
}
