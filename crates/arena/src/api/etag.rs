//! Which revision a client has, and whether it may write over what stands (RFC 9110, section 13). Pure.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use super::problem::{Code, Problem};

/// A strong entity tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ETag(String);

/// What a client says that it has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::api) struct Conditions {
    if_match: Option<String>,
    if_none_match: Option<String>,
}

impl ETag {
    /// The tag of what is at `revision`, which may hold letters, digits and `-`.
    pub(in crate::api) fn of(revision: impl std::fmt::Display) -> Self {
        Self(format!("\"{revision}\""))
    }

    /// As a header.
    pub(in crate::api) fn header(&self) -> (HeaderName, HeaderValue) {
        let value = HeaderValue::from_str(&self.0).expect("a revision is letters, digits and a dash");
        (header::ETAG, value)
    }

    fn is_in(&self, list: &str) -> bool {
        list.split(',').map(str::trim).any(|tag| tag == "*" || tag == self.0)
    }
}

impl Conditions {
    /// Lets a write go on only from what stands.
    ///
    /// # Errors
    /// [`Code::PreconditionRequired`] without `if-match`, [`Code::StaleRevision`] if it names something else.
    pub(in crate::api) fn allow_write(&self, stands: &ETag) -> Result<(), Problem> {
        match &self.if_match {
            None => {
                let detail = format!("send if-match with the etag that the change is based on; it is {} now", stands.0);
                Err(Problem::new(Code::PreconditionRequired, detail))
            }
            Some(list) if stands.is_in(list) => Ok(()),
            Some(list) => {
                let detail = format!("the change is based on {list}, and it is {} now; read it again", stands.0);
                Err(Problem::new(Code::StaleRevision, detail))
            }
        }
    }

    /// Whether the client has this already.
    pub(in crate::api) fn has(&self, tag: &ETag) -> bool {
        self.if_none_match.as_ref().is_some_and(|list| tag.is_in(list))
    }
}

impl<S: Sync> FromRequestParts<S> for Conditions {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self {
            if_match: text(&parts.headers, &header::IF_MATCH),
            if_none_match: text(&parts.headers, &header::IF_NONE_MATCH),
        })
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_needs_the_tag_of_what_stands() {
        let stands = ETag::of("3-7");
        for (if_match, expected) in [
            (None, Some(Code::PreconditionRequired)),
            (Some("\"3-6\""), Some(Code::StaleRevision)),
            (Some("3-7"), Some(Code::StaleRevision)),
            (Some("W/\"3-7\""), Some(Code::StaleRevision)),
            (Some("\"3-7\""), None),
            (Some("\"1\", \"3-7\""), None),
            (Some("*"), None),
        ] {
            let conditions = Conditions { if_match: if_match.map(str::to_owned), if_none_match: None };
            let found = conditions.allow_write(&stands).err().map(|problem| problem.code());
            assert_eq!(found, expected, "{if_match:?}");
        }
    }
}
