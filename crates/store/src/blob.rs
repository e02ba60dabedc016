//! Contents that events name by their hash: files, long outputs. Pure.

/// Bytes and their name.
#[derive(Clone, PartialEq, Eq)]
pub struct Blob {
    hash: String,
    bytes: Vec<u8>,
}

impl Blob {
    /// Names `bytes`.
    pub fn of(bytes: Vec<u8>) -> Self {
        Self { hash: blake3::hash(&bytes).to_hex().to_string(), bytes }
    }

    /// BLAKE3 of the bytes, in hex.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes, without their name.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl std::fmt::Debug for Blob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Blob({}, {} bytes)", self.hash, self.bytes.len())
    }
}
