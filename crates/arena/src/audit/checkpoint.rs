//! A checkpoint: how far the audit log went at a moment, signed. Kept where nobody who can write the database can change
//! it, it tells a log that was cut off, written anew, or taken from an older copy. Pure.

use arena_store::Link;
use arena_store::audit::Kept;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::keys::{PrivateKey, PublicKey};

/// The form of checkpoints, in each of them and under each signature.
const VERSION: u32 = 1;

/// One checkpoint; a line of JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// The form of this.
    #[serde(rename = "checkpoint")]
    form: u32,
    /// The last entry of the log; 0 if there was none.
    seq: u64,
    /// Its link, which stands for all entries up to it.
    link: Link,
    /// When.
    at: Timestamp,
    /// Whose signature it is.
    public_key: PublicKey,
    /// Over the text of the rest, in hex.
    signature: String,
}

/// A line is no checkpoint that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Something else, or another form.
    #[error("it is no checkpoint of form {VERSION}")]
    NotOne,
    /// Somebody else's.
    #[error("it is signed with the key {0}, not with the one that was given")]
    OtherKey(PublicKey),
    /// Changed, or never signed.
    #[error("its signature does not fit: it was changed, or made by somebody without the key")]
    Unsigned,
}

impl Checkpoint {
    /// Signs that the log ends so at this moment.
    pub fn sign(key: &PrivateKey, (seq, link): (u64, Link), at: Timestamp) -> Self {
        let signature = key.sign(&text(seq, link, at));
        Self { form: VERSION, seq, link, at, public_key: key.public(), signature }
    }

    /// Reads a line, and compares its signature; with `key`, it must be of this one.
    ///
    /// # Errors
    /// [`Error`] says why it does not count.
    pub fn read(line: &str, key: Option<&PublicKey>) -> Result<Self, Error> {
        let read: Self = serde_json::from_str(line).map_err(|_| Error::NotOne)?;
        if read.form != VERSION {
            return Err(Error::NotOne);
        }
        if key.is_some_and(|key| *key != read.public_key) {
            return Err(Error::OtherKey(read.public_key));
        }
        if !read.public_key.has_signed(&text(read.seq, read.link, read.at), &read.signature) {
            return Err(Error::Unsigned);
        }
        Ok(read)
    }

    /// As a line, without its end.
    pub fn line(&self) -> String {
        serde_json::to_string(self).expect("a checkpoint is plain data")
    }

    /// What it says of the log.
    pub fn kept(&self) -> Kept {
        Kept { seq: self.seq, link: self.link }
    }

    /// When it was signed.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// Who has signed it.
    pub fn public_key(&self) -> PublicKey {
        self.public_key
    }
}

/// What is signed. Its first line is that of no other text, so that no signature of something else is one of a checkpoint.
fn text(seq: u64, link: Link, at: Timestamp) -> String {
    format!("AI Arena audit checkpoint {VERSION}\n{seq}\n{link}\n{at}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_counts_as_it_was_signed_and_in_no_other_way() {
        let (key, other) = (PrivateKey::new().unwrap(), PrivateKey::new().unwrap());
        let at = "2026-11-28T01:02:03.456789Z".parse().unwrap();
        let line = Checkpoint::sign(&key, (17, Link::of_empty_log()), at).line();
        let read = Checkpoint::read(&line, Some(&key.public())).unwrap();
        assert_eq!(read.kept(), Kept { seq: 17, link: Link::of_empty_log() });
        assert_eq!((read.at(), read.public_key(), read.line()), (at, key.public(), line.clone()));
        assert_eq!(Checkpoint::read(&line, None), Ok(read));
        assert_eq!(Checkpoint::read(&line, Some(&other.public())), Err(Error::OtherKey(key.public())));

        let digits = Link::of_empty_log().to_string();
        for (from, to) in [
            (r#""seq":17"#, r#""seq":18"#.to_owned()),
            (&*digits, "0".repeat(64)),
            ("2026-11", "2025-11".to_owned()),
            (&*key.public().to_string(), other.public().to_string()),
            (r#""signature":""#, r#""signature":"00"#.to_owned()),
        ] {
            assert_eq!(Checkpoint::read(&line.replacen(from, &to, 1), None), Err(Error::Unsigned), "{to}");
        }
        for text in [
            "",
            "{}",
            &line[1..],
            &line.replacen(r#""checkpoint":1"#, r#""checkpoint":2"#, 1),
            &line.replacen('{', r#"{"more":1,"#, 1),
        ] {
            assert_eq!(Checkpoint::read(text, None), Err(Error::NotOne), "{text}");
        }
    }
}
