//! What is wrong with permissions.

/// Permissions that make no sense, with everything that was found.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Rules that cannot be read, or that could never match.
    #[error("permissions: {}", .0.join("; "))]
    Rules(Vec<String>),
    /// Cedar policies that cannot be read, or do not fit what there is.
    #[error("permissions.cedar: {0}")]
    Cedar(String),
    /// Examples that come out otherwise than they say.
    #[error("permissions: {}", .0.join("; "))]
    Examples(Vec<String>),
}
