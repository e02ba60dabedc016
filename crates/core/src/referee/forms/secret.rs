//! What of a flag is the secret.

use super::needle::Needle;

/// The characters of a flag after `FLAG-`, in lower case: they have the 128 bits, so that nothing holds them by
/// accident.
pub(super) struct Secret {
    /// They, to look for.
    pub(super) needle: Needle,
}

impl Secret {
    /// That of `flag`; `None` if it has no letter or digit.
    pub(super) fn of(flag: &str) -> Option<Self> {
        let secret = flag.strip_prefix("FLAG-").unwrap_or(flag);
        let letters = secret.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase()).collect();
        Some(Self { needle: Needle::new(letters)? })
    }

    /// Its characters.
    pub(super) fn letters(&self) -> &[u8] {
        self.needle.letters()
    }

    /// What to look for where each of its letters is written as `write` says.
    pub(super) fn written(&self, write: impl Fn(u8) -> u8) -> Needle {
        let letters = self.letters().iter().map(|letter| write(*letter)).collect();
        Needle::new(letters).expect("a secret has letters")
    }

    /// How many digits of so many bits its characters need at least, as bytes.
    pub(super) fn n_digits(&self, bits: usize) -> usize {
        (self.letters().len() * 8).div_ceil(bits)
    }
}
