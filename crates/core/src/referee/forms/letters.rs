//! The letters and digits of a text, in one case and one width, without accents, in Latin whatever script they borrow.
//! Most forms read these instead of the text.

use unicode_normalization::char::decompose_compatible;

use super::sign::Sign;

/// Alphabets of Unicode that look like letters in a frame, or like nothing at all, and that have no decomposition: the
/// first character, which stands for the second, and how many follow one another.
const ALPHABETS: [(u32, u8, u32); 6] = [
    // Negative circled, negative squared and regional indicator letters.
    (0x1_f150, b'a', 26),
    (0x1_f170, b'a', 26),
    (0x1_f1e6, b'a', 26),
    // Tags, which nobody sees.
    (0xe_0030, b'0', 10),
    (0xe_0041, b'a', 26),
    (0xe_0061, b'a', 26),
];

/// What of `text` are letters and digits.
pub(super) fn letters(text: &str) -> Vec<Sign> {
    let mut letters = Vec::with_capacity(text.len());
    // A text in another script has the same few characters again and again.
    let (mut latest, mut shown) = ('\0', Vec::new());
    for (start, c) in text.char_indices() {
        let end = start + c.len_utf8();
        if c.is_ascii() {
            letters.extend(Sign::of_code(u32::from(c), start..end));
            continue;
        }
        if c != latest {
            (latest, shown) = (c, latin(c));
        }
        letters.extend(shown.iter().map(|value| Sign { value: *value, start, end }));
    }
    letters
}

/// The letters or digits of ASCII that `c`, which is none, is a variant of or looks like.
fn latin(c: char) -> Vec<u8> {
    let code = u32::from(c);
    for (first, letter, n) in ALPHABETS {
        if let Some(nth) = code.checked_sub(first).filter(|nth| *nth < n) {
            return (letter..).nth(nth as usize).into_iter().collect();
        }
    }
    let mut shown = Vec::new();
    decompose_compatible(c, |part| {
        let skeleton = match part.is_ascii() {
            true => part.to_string(),
            false if part.is_alphanumeric() => {
                unicode_security::confusable_detection::skeleton(part.encode_utf8(&mut [0; 4])).collect()
            }
            false => return,
        };
        // Unicode takes m for r and n, and whatever looks like m with it.
        let skeleton = if skeleton == "rn" { "m" } else { &skeleton };
        shown.extend(skeleton.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase()));
    });
    shown
}
