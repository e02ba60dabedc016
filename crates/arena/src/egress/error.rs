//! Why a request did not go out, or brought nothing: a sentence that a model can do something with.

/// What stood in a request's way. No error has a header or a body in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The URL is none that goes out.
    #[error("the URL cannot be used: {why}")]
    BadUrl {
        /// What is wrong.
        why: String,
    },
    /// Something about the request.
    #[error("the request cannot be sent: {why}")]
    BadRequest {
        /// What is wrong.
        why: String,
    },
    /// No rule lets it go there.
    #[error("{why}")]
    Denied {
        /// The rules' own sentence.
        why: String,
    },
    /// The host is, or resolves to, an address that is not of the public internet.
    #[error("{host} is at an address that is not public, where no request may go")]
    NotPublic {
        /// Which.
        host: String,
    },
    /// There is no such name.
    #[error("{host} cannot be resolved")]
    Unresolved {
        /// Which.
        host: String,
    },
    /// No answer, or none that is HTTP.
    #[error("{host} did not answer: {why}")]
    Unanswered {
        /// Which.
        host: String,
        /// What happened.
        why: String,
    },
    /// The time was over.
    #[error("{host} did not answer in time")]
    TimedOut {
        /// Which.
        host: String,
    },
    /// It was sent on too often.
    #[error("it was redirected more than {0} times")]
    TooManyRedirects(usize),
}
