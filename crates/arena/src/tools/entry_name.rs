//! Names of files as the record has them. A file's name is bytes, the record's is text: a byte that is no text, and the
//! sign for it, stand there as `%` and two hexadecimal digits.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

use arena_sandbox::{NotBeneath, RelPath};

/// A name, or what a link points to, for the record.
pub(super) fn name_of(bytes: &OsStr) -> String {
    let mut name = String::new();
    for chunk in bytes.as_bytes().utf8_chunks() {
        name += &chunk.valid().replace('%', "%25");
        for byte in chunk.invalid() {
            let _ = write!(name, "%{byte:02X}");
        }
    }
    name
}

/// The bytes of a name of the record.
pub(super) fn bytes_of(name: &str) -> OsString {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let [first, others @ ..] = rest {
        let coded = match (first, others) {
            (b'%', [high, low, ..]) => digit(*high).zip(digit(*low)).map(|(high, low)| high << 4 | low),
            _ => None,
        };
        bytes.push(coded.unwrap_or(*first));
        rest = if coded.is_some() { &others[2..] } else { others };
    }
    OsString::from_vec(bytes)
}

/// The path of a name of the record.
pub(super) fn path_of(name: &str) -> Result<RelPath, NotBeneath> {
    RelPath::parse(bytes_of(name))
}

fn digit(character: u8) -> Option<u8> {
    char::from(character).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_names_stay_as_they_are() {
        for (bytes, name) in
            [(&b"src/main.rs"[..], "src/main.rs"), (b"100%", "100%25"), (b"\xff/\xc3\xa9 \xc3", "%FF/é %C3")]
        {
            assert_eq!(name_of(OsStr::from_bytes(bytes)), name);
            assert_eq!(bytes_of(name).as_bytes(), bytes);
        }
        // As somebody may have written it by hand.
        assert_eq!(bytes_of("50% of %zz and %4").as_bytes(), b"50% of %zz and %4");
    }

    proptest! {
        #[test]
        fn every_name_comes_back(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(bytes_of(&name_of(OsStr::from_bytes(&bytes))).into_vec(), bytes);
        }
    }
}
