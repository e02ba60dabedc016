//! Finds a flag in text, as it is or in a form from which anybody can get it back.
//!
//! [`Form`] is the published list (`docs/referee.md`). Each form, or family of them, is a file: it reads a text as
//! [`sign::Sign`]s, which know their places, and one walk of [`needle`] over these looks for the secret. A form reads a
//! text in few ways, so that there are few places, as many as the text has letters, where 128 bits would have to stand
//! by accident.

mod acrostic;
mod base32;
mod base58;
mod base64;
mod base85;
mod binary;
mod census;
mod codes;
mod digits;
mod disguised;
mod escaped;
mod form;
mod hex;
mod interleaved;
mod joined;
mod leet;
mod letters;
mod morse;
mod nato;
mod needle;
mod page;
mod pieces;
mod reversed;
mod rot;
mod secret;
mod sign;
#[cfg(test)]
mod tests;
mod words;

pub use form::{FORMS_VERSION, Form};
pub use joined::Span;

use joined::Joined;
use page::Page;
use secret::Secret;

/// A flag that was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// How.
    pub form: Form,
    /// Where: what has to be taken out, so that it is not. The bytes from the first to the last that show some of the
    /// secret; of [`Form::Exact`] the flag; of [`Form::Pieces`] each piece.
    pub spans: Vec<Span>,
}

/// The flag in `texts`, read one after the other as one text.
///
/// What counts is the 26 characters after `FLAG-`: they have the 128 bits, so that nothing holds them by accident.
pub fn find(flag: &str, texts: &[&str]) -> Option<Found> {
    let secret = Secret::of(flag)?;
    let joined = Joined::new(texts, "");
    // No form is shorter than the secret.
    if joined.text.len() < secret.letters().len() {
        return None;
    }
    let seek = |joined: &Joined, is_read: fn(&Form) -> bool| {
        let page = Page::new(&joined.text, flag, &secret);
        let (form, places) = Form::ALL.into_iter().filter(is_read).find_map(|form| page.seek(form))?;
        Some(Found { form, spans: joined.spans(&places) })
    };
    seek(&joined, |_| true).or_else(|| {
        let is_broken = texts.len() > 1;
        is_broken.then(|| seek(&Joined::new(texts, "\n"), |form| form.has_words()))?
    })
}

/// How many bits of the secret `texts` give away, read one after the other as one text: 128, if [`find`] finds it; else
/// 5 for each character of it that stands in some piece long enough not to be there by chance (6 characters if there
/// are at most 1,024 letters and digits, 7 up to 32,768, 8 beyond).
pub fn disclosed_bits(flag: &str, texts: &[&str]) -> u32 {
    /// A flag's bits; its last character has only three.
    const ALL: u32 = 128;
    if find(flag, texts).is_some() {
        return ALL;
    }
    Secret::of(flag).map_or(0, |secret| pieces::disclosed_bits(&secret, &letters::letters(&texts.concat())).min(ALL))
}

/// Whether `text` shows so much of the flag that a few such texts give it away.
pub fn shows_part(flag: &str, text: &str) -> bool {
    /// Ten characters.
    const PART: u32 = 50;
    disclosed_bits(flag, &[text]) >= PART
}
