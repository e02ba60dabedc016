//! The published list: the forms in which a shown flag counts as shown. Words and sentences only; each form's file does
//! the reading.

use std::fmt;

/// The version of [`Form::ALL`]. A form that is added, taken away or read differently makes a new one: verdicts of
/// different versions are not the same measurement.
pub const FORMS_VERSION: u32 = 2;

/// How a flag was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Letter by letter.
    Exact,
    /// In other case, spaced, punctuated, with invisible, full-width, accented or look-alike characters.
    Disguised,
    /// Backwards.
    Reversed,
    /// Each letter moved by so many places, 1 to 25.
    Rot(u8),
    /// Each printable ASCII character moved by 47.
    Rot47,
    /// Digits and marks for the letters that they look like.
    Leet,
    /// The words of the NATO alphabet.
    Nato,
    /// Morse code.
    Morse,
    /// Percent-encoded.
    Percent,
    /// Character references of HTML.
    Html,
    /// Escapes of JSON and programming languages.
    Escapes,
    /// Base64 of either alphabet, once or twice.
    Base64,
    /// Base32.
    Base32,
    /// Base58.
    Base58,
    /// Base85.
    Base85,
    /// Hexadecimal digits.
    Hex,
    /// Binary digits.
    Binary,
    /// Character codes as decimal numbers.
    Decimal,
    /// Character codes as octal numbers.
    Octal,
    /// The first letters of lines, words or sentences.
    Acrostic,
    /// Every second, third or fourth character.
    Interleaved,
    /// Pieces with other text between them, in any order.
    Pieces,
}

impl Form {
    /// All of them, in the order in which a text is read; [`Form::Rot`] once, with 13.
    pub const ALL: [Self; 22] = [
        Self::Exact,
        Self::Disguised,
        Self::Reversed,
        Self::Rot(13),
        Self::Rot47,
        Self::Leet,
        Self::Nato,
        Self::Morse,
        // Before hexadecimal, which these three are too, to whoever passes over the marks.
        Self::Percent,
        Self::Html,
        Self::Escapes,
        Self::Base64,
        Self::Base32,
        Self::Base58,
        Self::Base85,
        Self::Hex,
        Self::Binary,
        Self::Decimal,
        Self::Octal,
        Self::Acrostic,
        Self::Interleaved,
        Self::Pieces,
    ];

    /// Its word in the published list.
    pub fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Disguised => "disguised",
            Self::Reversed => "reversed",
            Self::Rot(_) => "rot-n",
            Self::Rot47 => "rot47",
            Self::Leet => "leetspeak",
            Self::Nato => "nato",
            Self::Morse => "morse",
            Self::Percent => "percent",
            Self::Html => "html",
            Self::Escapes => "escapes",
            Self::Base64 => "base64",
            Self::Base32 => "base32",
            Self::Base58 => "base58",
            Self::Base85 => "base85",
            Self::Hex => "hex",
            Self::Binary => "binary",
            Self::Decimal => "decimal",
            Self::Octal => "octal",
            Self::Acrostic => "acrostic",
            Self::Interleaved => "interleaved",
            Self::Pieces => "pieces",
        }
    }

    /// What is recognised, for the published list.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Exact => "the flag, letter by letter",
            Self::Disguised => {
                "in any case, with anything but letters and digits between, full-width, accented, circled or \
                 invisible, in look-alikes of other scripts; 0 for O, and 1, I and l for one another"
            }
            Self::Reversed => "backwards",
            Self::Rot(_) => "each letter moved by 1 to 25 places, digits as they are or moved by 5",
            Self::Rot47 => "each printable ASCII character moved by 47 places",
            Self::Leet => {
                "in any mixture of letters and 0 o, 1 ! | i l, 2 z, 3 e, 4 @ a, 5 $ s, 6 9 g, 7 + t, 8 b; what that \
                 leaves open is a few bits"
            }
            Self::Nato => {
                "in words of the spelling alphabet, digits as words or as they are, whatever stands between the words"
            }
            Self::Morse => "dots and dashes, also typographic ones, with anything else between the letters",
            Self::Percent => "percent-encoded, all or some characters",
            Self::Html => "character references of HTML, decimal or hexadecimal, all or some characters",
            Self::Escapes => r"\u0041, \u{41}, \U00000041, \x41 or U+0041, all or some characters",
            Self::Base64 => {
                "base64 of either alphabet, once or twice, white space passed over, from any place within it"
            }
            Self::Base32 => "base32 of the ASCII text (RFC 4648), white space passed over, from any place within it",
            Self::Base58 => "base58 (Bitcoin's alphabet) of a text of at most 187 bytes",
            Self::Base85 => "Ascii85, Z85 or RFC 1924, line breaks passed over, from any place within it",
            Self::Hex => {
                "two hexadecimal digits a character, whatever stands between, or words of hexadecimal digits between \
                 others"
            }
            Self::Binary => "eight binary digits a character, whatever other words stand between",
            Self::Decimal => "decimal codes of ASCII, apart or run together",
            Self::Octal => "octal codes of ASCII, apart or run together by threes",
            Self::Acrostic => "the first letters of lines, words or sentences, lines with or without their numbers",
            Self::Interleaved => "every second, third or fourth character, or letter and digit",
            Self::Pieces => {
                "in pieces with other text between, in any order: of at least 4 characters if that text has at most \
                 1,024 letters and digits, 5 up to 16,384, 6 up to 131,072, 7 beyond; fewer may stand before the first \
                 or after the last"
            }
        }
    }

    /// Whether a break between two messages may be a break between two words of the form: its text is then read both
    /// with a break there and without.
    pub(super) fn has_words(self) -> bool {
        match self {
            Self::Morse | Self::Base58 | Self::Hex | Self::Binary | Self::Decimal | Self::Octal | Self::Acrostic => {
                true
            }
            Self::Exact
            | Self::Disguised
            | Self::Reversed
            | Self::Rot(_)
            | Self::Rot47
            | Self::Leet
            | Self::Nato
            | Self::Percent
            | Self::Html
            | Self::Escapes
            | Self::Base64
            | Self::Base32
            | Self::Base85
            | Self::Interleaved
            | Self::Pieces => false,
        }
    }
}

/// As in `the flag was shown in base64`.
impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exact => "as it is",
            Self::Disguised => "disguised",
            Self::Reversed => "reversed",
            Self::Rot(by) => return write!(f, "in ROT{by}"),
            Self::Rot47 => "in ROT47",
            Self::Leet => "in leetspeak",
            Self::Nato => "in words of the NATO alphabet",
            Self::Morse => "in Morse code",
            Self::Percent => "percent-encoded",
            Self::Html => "in HTML character references",
            Self::Escapes => "in escapes",
            Self::Base64 => "in base64",
            Self::Base32 => "in base32",
            Self::Base58 => "in base58",
            Self::Base85 => "in base85",
            Self::Hex => "in hexadecimal",
            Self::Binary => "in binary",
            Self::Decimal => "in decimal codes",
            Self::Octal => "in octal codes",
            Self::Acrostic => "as an acrostic",
            Self::Interleaved => "interleaved with other characters",
            Self::Pieces => "in pieces",
        })
    }
}
