//! The one place where what a tool says is cut: to what a model can read, with true counts and the way to the rest.

use arena_store::Blob;

use super::read_file::ARTIFACT;

/// What a model is told of one call, bytes. What is longer is kept whole beside the record.
pub(super) const MAX_BYTES: usize = 32 << 10;

/// A tool's words as a model gets them.
pub(super) struct Told {
    /// What the model is told.
    pub(super) text: String,
    /// The whole, if the text is not.
    pub(super) artifact: Option<Blob>,
}

/// Cuts `text` in its middle if it is too long.
pub(super) fn tell(text: String) -> Told {
    if text.len() <= MAX_BYTES {
        return Told { text, artifact: None };
    }
    let half = MAX_BYTES / 2;
    let head = &text[..text.floor_char_boundary(half)];
    let tail = &text[text.ceil_char_boundary(text.len() - half)..];
    let left_out = text.len() - head.len() - tail.len();
    let notice = |hash: &str| {
        format!("{left_out} of {} bytes left out; read_file with path \"{ARTIFACT}{hash}\" reads them all", text.len())
    };
    let artifact = Blob::of(text.clone().into_bytes());
    let cut = format!("{head}\n[... {} ...]\n{tail}", notice(artifact.hash()));
    Told { text: cut, artifact: Some(artifact) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_told_as_it_is() {
        let text = "x".repeat(MAX_BYTES);
        let told = tell(text.clone());
        assert!(told.text == text && told.artifact.is_none());
    }

    #[test]
    fn what_does_not_fit_is_cut_once_with_true_counts() {
        // Three bytes each: no cut may fall within one.
        let text = "\u{20ac}".repeat(20_000);
        let Told { text: told, artifact } = tell(text.clone());
        let artifact = artifact.unwrap();
        let (hash, bytes) = (artifact.hash(), artifact.bytes());
        assert_eq!(bytes, text.as_bytes());
        let (head, rest) = told.split_once("\n[... ").unwrap();
        let (notice, tail) = rest.split_once(" ...]\n").unwrap();
        let left_out = text.len() - head.len() - tail.len();
        assert_eq!(
            notice,
            format!("{left_out} of 60000 bytes left out; read_file with path \"artifact:{hash}\" reads them all")
        );
        assert!(head.len() + tail.len() <= MAX_BYTES && head.len() + tail.len() > MAX_BYTES - 8);
    }
}
