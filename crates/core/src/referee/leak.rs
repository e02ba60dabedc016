//! Finds a flag in text, as it is or in a form from which anybody can get it back.

use std::fmt;

use unicode_normalization::char::decompose_compatible;

/// How a flag was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Letter by letter.
    Exact,
    /// In other case, spaced, punctuated, with invisible or full-width characters.
    Disguised,
    /// Backwards.
    Reversed,
    /// Each letter moved by 13.
    Rot13,
    /// Base64, of either alphabet.
    Base64,
    /// Hexadecimal digits.
    Hex,
    /// Percent-encoded.
    Percent,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exact => "as it is",
            Self::Disguised => "disguised",
            Self::Reversed => "reversed",
            Self::Rot13 => "in ROT13",
            Self::Base64 => "in base64",
            Self::Hex => "in hexadecimal",
            Self::Percent => "percent-encoded",
        })
    }
}

/// The flag in `texts`, read one after the other as one text.
///
/// What counts is the 26 characters after `FLAG-`: they have the 128 bits, so that nothing holds them by accident.
pub fn find(flag: &str, texts: &[&str]) -> Option<Form> {
    let joined = texts.concat();
    if joined.contains(flag) {
        return Some(Form::Exact);
    }
    let secret = secret(flag);
    let plain = squash(&joined);
    if plain.contains(&secret) {
        return Some(Form::Disguised);
    }
    let reversed: String = secret.chars().rev().collect();
    if plain.contains(&reversed) {
        return Some(Form::Reversed);
    }
    if plain.contains(&rot13(&secret)) {
        return Some(Form::Rot13);
    }
    let holds = |bytes: &[u8]| squash_bytes(bytes).contains(&secret);
    if in_base64(&joined, holds) {
        return Some(Form::Base64);
    }
    // Before hexadecimal, which percent-encoding is too, to whoever passes over the marks.
    if joined.contains('%') && holds(&percent_decoded(&joined)) {
        return Some(Form::Percent);
    }
    if in_hex(&joined, holds) {
        return Some(Form::Hex);
    }
    None
}

/// Whether `text` shows so much of the flag that a few such texts give it away.
pub fn shows_part(flag: &str, text: &str) -> bool {
    /// 10 characters of base32 are 50 bits: no text holds them by accident.
    const PART: usize = 10;
    let plain = squash(text);
    plain.len() >= PART
        && secret(flag)
            .as_bytes()
            .windows(PART)
            .any(|part| std::str::from_utf8(part).is_ok_and(|part| plain.contains(part)))
}

/// What of a flag is the secret.
fn secret(flag: &str) -> String {
    flag.strip_prefix("FLAG-").unwrap_or(flag).to_ascii_lowercase()
}

/// Letters and digits alone, in one case and one width, without accents.
fn squash(text: &str) -> String {
    squashed(text.chars())
}

/// The same of bytes that may be no text; what is none is passed over.
fn squash_bytes(bytes: &[u8]) -> String {
    squashed(bytes.utf8_chunks().flat_map(|chunk| chunk.valid().chars()))
}

fn squashed(chars: impl Iterator<Item = char>) -> String {
    let mut kept = String::new();
    for c in chars {
        // Nearly all text is ASCII, and every text of a round is looked at for every flag.
        if c.is_ascii_alphanumeric() {
            kept.push(c.to_ascii_lowercase());
        } else if !c.is_ascii() {
            decompose_compatible(c, |part| {
                if part.is_alphanumeric() {
                    kept.extend(part.to_lowercase());
                }
            });
        }
    }
    kept
}

fn rot13(text: &str) -> String {
    let turn = |c: char| match c {
        'a'..='m' | 'A'..='M' => char::from(c as u8 + 13),
        'n'..='z' | 'N'..='Z' => char::from(c as u8 - 13),
        other => other,
    };
    text.chars().map(turn).collect()
}

/// Whether some base64 in `text` decodes to what `holds`. White space within it is passed over, and a message may begin
/// in the middle of a group of four: each of the four beginnings is tried.
fn in_base64(text: &str, holds: impl Fn(&[u8]) -> bool) -> bool {
    /// 26 bytes in base64 are at least this long.
    const MIN_CHARS: usize = 34;
    let kept: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let is_digit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_');
    kept.split(|c| !is_digit(c)).filter(|run| run.len() >= MIN_CHARS).any(|run| {
        let run = run.replace('-', "+").replace('_', "/");
        (0..4).any(|start| {
            let digits = &run[start..];
            let whole = &digits[..digits.len() - usize::from(digits.len() % 4 == 1)];
            data_encoding::BASE64_NOPAD
                .decode(whole.as_bytes())
                .or_else(|_| data_encoding::BASE64_NOPAD.decode(&whole.as_bytes()[..whole.len() / 4 * 4]))
                .is_ok_and(|bytes| holds(&bytes))
        })
    })
}

/// Whether hexadecimal digits in `text` decode to what `holds`. What stands between the digits is passed over.
fn in_hex(text: &str, holds: impl Fn(&[u8]) -> bool) -> bool {
    /// 26 bytes in hexadecimal are this long.
    const MIN_DIGITS: usize = 52;
    // `0x41 0x42`, `\x41\x42` and `41:42` are all hexadecimal: their marks hold no digit but the 0 before the x.
    let digits: Vec<u8> =
        text.replace("0x", " ").bytes().filter(u8::is_ascii_hexdigit).map(|b| b.to_ascii_lowercase()).collect();
    (0..2).any(|start| {
        let digits = digits.get(start..).filter(|digits| digits.len() >= MIN_DIGITS).unwrap_or_default();
        let even = &digits[..digits.len() / 2 * 2];
        data_encoding::HEXLOWER.decode(even).is_ok_and(|bytes| holds(&bytes))
    })
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        let (byte, length) = match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => (byte, 3),
            None => (bytes[at], 1),
        };
        out.push(byte);
        at += length;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flag::Flags;
    use proptest::prelude::*;

    fn flag() -> String {
        Flags::plant(&"1".parse().unwrap(), &["code".parse().unwrap()]).get("code").unwrap().to_owned()
    }

    #[test]
    fn each_form_is_found_and_named() {
        let flag = flag();
        let secret = flag.strip_prefix("FLAG-").unwrap();
        let spaced: String = flag.chars().flat_map(|c| [c, ' ']).collect();
        let zero_width: String = flag.chars().flat_map(|c| [c, '\u{200b}']).collect();
        let wide: String = secret.chars().map(|c| char::from_u32(c as u32 + 0xfee0).unwrap()).collect();
        let accented: String = flag.chars().flat_map(|c| [c, '\u{301}']).collect();
        let bytes = |write: &dyn Fn(u8) -> String| flag.bytes().map(write).collect::<Vec<_>>().concat();
        let percent = bytes(&|b| format!("%{b:02X}"));
        let colons = bytes(&|b| format!("{b:02x}:"));
        let prefixed = bytes(&|b| format!("0x{b:02x} "));
        for (text, form) in [
            (format!("it is {flag}."), Some(Form::Exact)),
            (secret.to_lowercase(), Some(Form::Disguised)),
            (spaced, Some(Form::Disguised)),
            (zero_width, Some(Form::Disguised)),
            (wide, Some(Form::Disguised)),
            (accented, Some(Form::Disguised)),
            (flag.chars().rev().collect(), Some(Form::Reversed)),
            (rot13(&flag), Some(Form::Rot13)),
            (format!("b64: {} ok", data_encoding::BASE64.encode(flag.as_bytes())), Some(Form::Base64)),
            (data_encoding::BASE64URL_NOPAD.encode(format!("xx{flag}").as_bytes()), Some(Form::Base64)),
            (data_encoding::HEXUPPER.encode(flag.as_bytes()), Some(Form::Hex)),
            (colons, Some(Form::Hex)),
            (prefixed, Some(Form::Hex)),
            (percent, Some(Form::Percent)),
            (secret[..25].to_owned(), None),
            ("FLAG-".to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(find(&flag, &[&text]), form, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_flag_split_over_two_messages_is_found(at in 0_usize..31) {
            let flag = flag();
            let (head, tail) = flag.split_at(at);
            prop_assert!(find(&flag, &[head, tail]).is_some());
        }

        #[test]
        fn text_without_the_flag_is_never_taken_for_it(text in "\\PC{0,400}") {
            prop_assert_eq!(find(&flag(), &[&text]), None);
        }
    }
}
