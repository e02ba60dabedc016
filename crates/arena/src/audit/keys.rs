//! The keys of checkpoints: ed25519, in text files of their own. Touches the file it is told of.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

/// Before a private key in its file: which sort it is, so that no other file is taken for one.
const PRIVATE: &str = "arena-audit-private-1:";

/// Before a public key.
const PUBLIC: &str = "ed25519:";

/// A longer file is another.
const MAX_FILE_BYTES: usize = 4_096;

/// What signs. It is shown nowhere, and leaves memory when it is dropped.
pub struct PrivateKey(SigningKey);

/// What a signature is compared with. Written as `ed25519:` and 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey([u8; 32]);

/// The text is no public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be ed25519: and 64 hexadecimal digits, as arena audit keygen prints it")]
pub struct NotAPublicKey;

/// A key cannot be made or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system has something against it.
    #[error("could not {attempt} the key {path:?}")]
    Io {
        /// What was tried, as a verb.
        attempt: &'static str,
        /// With which file.
        path: std::path::PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// A file that holds something else. What, is not said: it may be a secret of another sort.
    #[error("{0:?} holds no private key of an audit log; arena audit keygen FILE makes one")]
    NotAKey(std::path::PathBuf),
    /// No random bytes.
    #[error("the operating system gave no random bytes: {0}")]
    NoChance(getrandom::Error),
}

impl PrivateKey {
    /// A new key.
    ///
    /// # Errors
    /// [`Error::NoChance`].
    pub fn new() -> Result<Self, Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(Error::NoChance)?;
        Ok(Self(SigningKey::from_bytes(&bytes)))
    }

    /// Reads the key from its file.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::NotAKey`].
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read(path).map_err(failed("read", path))?;
        let text = (text.len() <= MAX_FILE_BYTES).then(|| String::from_utf8(text).ok()).flatten();
        text.as_deref().and_then(key).map(Self).ok_or_else(|| Error::NotAKey(path.to_owned()))
    }

    /// Writes the key to a new file that its owner alone may read.
    ///
    /// # Errors
    /// [`Error::Io`], also if there is a file already: it is left as it is.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed("make", path))?;
        let text = format!(
            "# The private key of an audit log of AI Arena: who has it can sign checkpoints. Keep it secret.\n\
             # Its public key is {}\n{PRIVATE}{}\n",
            self.public(),
            HEXLOWER.encode(self.0.as_bytes())
        );
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed("write", path))
    }

    /// The key for those who verify.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// The signature over `text`, in hex.
    pub(super) fn sign(&self, text: &str) -> String {
        HEXLOWER.encode(&self.0.sign(text.as_bytes()).to_bytes())
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey(of {})", self.public())
    }
}

impl PublicKey {
    /// Whether `signature`, in hex, is one of this key over `text`.
    pub(super) fn has_signed(&self, text: &str, signature: &str) -> bool {
        let bytes = HEXLOWER.decode(signature.as_bytes()).ok();
        let signature = bytes.and_then(|bytes| Signature::from_slice(&bytes).ok());
        let key = VerifyingKey::from_bytes(&self.0).ok();
        key.zip(signature).is_some_and(|(key, signature)| key.verify_strict(text.as_bytes(), &signature).is_ok())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PUBLIC}{}", HEXLOWER.encode(&self.0))
    }
}

impl FromStr for PublicKey {
    type Err = NotAPublicKey;

    fn from_str(text: &str) -> Result<Self, NotAPublicKey> {
        let bytes = text.strip_prefix(PUBLIC).and_then(bytes).ok_or(NotAPublicKey)?;
        VerifyingKey::from_bytes(&bytes).map(|_| Self(bytes)).map_err(|_| NotAPublicKey)
    }
}

impl TryFrom<String> for PublicKey {
    type Error = NotAPublicKey;

    fn try_from(text: String) -> Result<Self, NotAPublicKey> {
        text.parse()
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.to_string()
    }
}

fn failed<'a>(attempt: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Error + 'a {
    move |cause| Error::Io { attempt, path: path.to_owned(), cause }
}

/// The key in the text of a file: one line that is not a comment.
fn key(text: &str) -> Option<SigningKey> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (Some(line), None) = (lines.next(), lines.next()) else { return None };
    Some(SigningKey::from_bytes(&bytes(line.strip_prefix(PRIVATE)?)?))
}

fn bytes(hex: &str) -> Option<[u8; 32]> {
    HEXLOWER.decode(hex.as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_key_comes_back_from_its_file_which_is_nobody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.key");
        let key = PrivateKey::new().unwrap();
        key.write(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let again = PrivateKey::read(&path).unwrap();
        assert_eq!((again.public(), again.sign("x")), (key.public(), key.sign("x")));
        assert!(key.public().has_signed("x", &key.sign("x")));
        assert!(!key.public().has_signed("y", &key.sign("x")));
        assert!(!PrivateKey::new().unwrap().public().has_signed("x", &key.sign("x")));
        assert_eq!(key.public().to_string().parse(), Ok(key.public()));
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(matches!(PrivateKey::new().unwrap().write(&path), Err(Error::Io { attempt: "make", .. })));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "another key left it as it is");
        let secret = text.rsplit(':').next().unwrap().trim();
        assert!(secret.len() == 64 && !format!("{key:?}").contains(secret));
    }

    #[test]
    fn what_is_no_key_is_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other");
        let good = format!("{PRIVATE}{}", "a".repeat(64));
        let long = format!("#{}\n{good}", "x".repeat(MAX_FILE_BYTES));
        let (short, twice) = (&good[..good.len() - 1], format!("{good}\n{good}\n"));
        for text in ["", "hunter2", &"a".repeat(64), &good.to_uppercase(), short, &twice, &long] {
            std::fs::write(&path, text).unwrap();
            let error = PrivateKey::read(&path).unwrap_err();
            assert!(matches!(error, Error::NotAKey(_)), "{text}");
            assert!(text.is_empty() || !format!("{error} {error:?}").contains(text), "{error:?}");
        }
        std::fs::write(&path, format!("# a comment\n\n  {good}  \n")).unwrap();
        PrivateKey::read(&path).unwrap();
        for text in ["", "ed25519:", "ed25519:00", &"a".repeat(64), &format!("ed25519:{}", "zz".repeat(32))] {
            assert_eq!(text.parse::<PublicKey>(), Err(NotAPublicKey), "{text}");
        }
    }
}
