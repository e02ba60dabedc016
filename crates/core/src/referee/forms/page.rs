//! A text in which a flag is looked for, as the forms read it.

use std::cell::OnceCell;
use std::ops::Range;

use super::census::Census;
use super::disguised::look_alike;
use super::form::Form;
use super::letters::letters;
use super::secret::Secret;
use super::sign::Sign;
use super::{
    acrostic, base32, base58, base64, base85, binary, codes, disguised, escaped, hex, interleaved, leet, morse, nato,
    pieces, reversed, rot,
};

/// A text, and the flag that is looked for in it.
pub(super) struct Page<'a> {
    /// The text.
    pub(super) text: &'a str,
    /// What of the flag is the secret.
    pub(super) secret: &'a Secret,
    flag: &'a str,
    /// How often it has each character.
    pub(super) census: Census,
    /// Whether it may have all letters of the secret, in whatever order.
    has_letters: bool,
    letters: OnceCell<Vec<Sign>>,
}

impl<'a> Page<'a> {
    /// Opens `text` to look for `flag`, of which `secret` is the secret.
    pub(super) fn new(text: &'a str, flag: &'a str, secret: &'a Secret) -> Self {
        let census = Census::of(text);
        let has_letters = census.may_hold(secret.written(look_alike).letters(), look_alike);
        Self { text, flag, secret, census, has_letters, letters: OnceCell::new() }
    }

    /// The text's letters and digits.
    pub(super) fn letters(&self) -> &[Sign] {
        self.letters.get_or_init(|| letters(self.text))
    }

    /// The flag in this form: the form as it was written, and where.
    pub(super) fn seek(&self, form: Form) -> Option<(Form, Vec<Range<usize>>)> {
        let place = match form {
            Form::Exact => self.text.find(self.flag).map(|start| start..start + self.flag.len()),
            Form::Disguised if self.has_letters => disguised::seek(self),
            Form::Reversed if self.has_letters => reversed::seek(self),
            Form::Acrostic if self.has_letters => acrostic::seek(self),
            Form::Interleaved if self.has_letters => interleaved::seek(self),
            Form::Pieces if self.has_letters => return pieces::seek(self).map(|places| (form, places)),
            Form::Disguised | Form::Reversed | Form::Acrostic | Form::Interleaved | Form::Pieces => None,
            Form::Rot(_) => return rot::seek(self).map(|(by, place)| (Form::Rot(by), vec![place])),
            Form::Rot47 => rot::seek_47(self),
            Form::Leet => leet::seek(self),
            Form::Nato => nato::seek(self),
            Form::Morse => morse::seek(self),
            Form::Percent => escaped::seek_percent(self),
            Form::Html => escaped::seek_references(self),
            Form::Escapes => escaped::seek_escapes(self),
            Form::Base64 => base64::seek(self),
            Form::Base32 => base32::seek(self),
            Form::Base58 => base58::seek(self),
            Form::Base85 => base85::seek(self),
            Form::Hex => hex::seek(self),
            Form::Binary => binary::seek(self),
            Form::Decimal => codes::seek_decimal(self),
            Form::Octal => codes::seek_octal(self),
        };
        place.map(|place| (form, vec![place]))
    }
}
