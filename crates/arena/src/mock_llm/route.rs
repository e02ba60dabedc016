//! Which vendor's API a request means: by the end of its path, so that any prefix is fine.

use hyper::http::{HeaderMap, Method, Uri};

use super::question::{BadQuestion, Delivery, Question};
use super::vendor::Vendor;
use super::{anthropic, gemini, openai};

/// What a request wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Route {
    Ask(Asked),
    Models(Vendor),
    /// There is nothing; said as this vendor would.
    Nothing(Vendor),
}

/// Whom a question is for, with what stands in the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Azure names the model in the path.
    OpenAi {
        deployment: Option<String>,
    },
    Anthropic,
    Gemini {
        model: String,
        delivery: Delivery,
    },
}

impl Route {
    pub(super) fn of(method: &Method, uri: &Uri, headers: &HeaderMap) -> Self {
        let parts: Vec<&str> = uri.path().split('/').filter(|part| !part.is_empty()).collect();
        let has_gemini_key = headers.contains_key("x-goog-api-key") || query(uri, "key").is_some();
        let vendor = if has_gemini_key || parts.iter().any(|part| part.starts_with("v1beta")) {
            Vendor::Gemini
        } else if headers.contains_key("anthropic-version") {
            Vendor::Anthropic
        } else {
            Vendor::OpenAi
        };
        match (method, parts.as_slice()) {
            (&Method::POST, [before @ .., "chat", "completions"]) => {
                let deployment = match before {
                    [.., "deployments", name] => Some((*name).to_owned()),
                    _ => None,
                };
                Self::Ask(Asked::OpenAi { deployment })
            }
            (&Method::POST, [.., "messages"]) => Self::Ask(Asked::Anthropic),
            (&Method::POST, [.., "models", call]) => match call.rsplit_once(':') {
                Some((model, "generateContent")) => {
                    Self::Ask(Asked::Gemini { model: model.to_owned(), delivery: Delivery::Whole })
                }
                Some((model, "streamGenerateContent")) => {
                    let is_sse = query(uri, "alt") == Some("sse");
                    let delivery = if is_sse { Delivery::Stream { with_usage: true } } else { Delivery::List };
                    Self::Ask(Asked::Gemini { model: model.to_owned(), delivery })
                }
                _ => Self::Nothing(vendor),
            },
            (&Method::GET, [.., "models"]) => Self::Models(vendor),
            _ => Self::Nothing(vendor),
        }
    }

    /// What it is counted as: few, whatever paths are asked for.
    pub(super) fn label(&self) -> &'static str {
        match self {
            Self::Ask(Asked::OpenAi { .. }) => "POST /v1/chat/completions",
            Self::Ask(Asked::Anthropic) => "POST /v1/messages",
            Self::Ask(Asked::Gemini { delivery: Delivery::Whole, .. }) => "POST /v1beta/models/{model}:generateContent",
            Self::Ask(Asked::Gemini { .. }) => "POST /v1beta/models/{model}:streamGenerateContent",
            Self::Models(Vendor::OpenAi | Vendor::Anthropic) => "GET /v1/models",
            Self::Models(Vendor::Gemini) => "GET /v1beta/models",
            Self::Nothing(_) => "other",
        }
    }

    pub(super) fn vendor(&self) -> Vendor {
        match self {
            Self::Ask(asked) => asked.vendor(),
            Self::Models(vendor) | Self::Nothing(vendor) => *vendor,
        }
    }
}

impl Asked {
    pub(super) fn vendor(&self) -> Vendor {
        match self {
            Self::OpenAi { .. } => Vendor::OpenAi,
            Self::Anthropic => Vendor::Anthropic,
            Self::Gemini { .. } => Vendor::Gemini,
        }
    }

    /// The question in `body`.
    pub(super) fn read(&self, body: &[u8]) -> Result<Question, BadQuestion> {
        match self {
            Self::OpenAi { deployment } => openai::read(body, deployment.as_deref()),
            Self::Anthropic => anthropic::read(body),
            Self::Gemini { model, delivery } => gemini::read(body, model, *delivery),
        }
    }
}

/// The key that a request brings, where its vendor's clients put it.
pub(super) fn key<'a>(vendor: Vendor, uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = || header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    match vendor {
        Vendor::OpenAi => bearer().or_else(|| header("api-key")),
        Vendor::Anthropic => header("x-api-key").or_else(bearer),
        Vendor::Gemini => header("x-goog-api-key").or_else(|| query(uri, "key")),
    }
}

fn query<'a>(uri: &'a Uri, name: &str) -> Option<&'a str> {
    uri.query()?.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_path_decides() {
        let openai = |deployment: Option<&str>| Route::Ask(Asked::OpenAi { deployment: deployment.map(str::to_owned) });
        let gemini = |model: &str, delivery| Route::Ask(Asked::Gemini { model: model.to_owned(), delivery });
        for (method, uri, expected) in [
            (Method::POST, "/v1/chat/completions", openai(None)),
            (Method::POST, "/chat/completions", openai(None)),
            (Method::POST, "/any/prefix/v3/chat/completions?api-version=1", openai(None)),
            (Method::POST, "/openai/deployments/mine/chat/completions", openai(Some("mine"))),
            (Method::POST, "/v1/messages", Route::Ask(Asked::Anthropic)),
            (Method::POST, "/v1/messages?beta=true", Route::Ask(Asked::Anthropic)),
            (Method::POST, "/v1beta/models/mock:generateContent", gemini("mock", Delivery::Whole)),
            (
                Method::POST,
                "/v1beta/models/mock:streamGenerateContent?alt=sse&key=k",
                gemini("mock", Delivery::Stream { with_usage: true }),
            ),
            (Method::POST, "/v1beta/models/fault-429:7s:streamGenerateContent", gemini("fault-429:7s", Delivery::List)),
            (Method::POST, "/v1beta/models/mock:countTokens", Route::Nothing(Vendor::Gemini)),
            (Method::GET, "/v1/models", Route::Models(Vendor::OpenAi)),
            (Method::GET, "/v1/models?key=k", Route::Models(Vendor::Gemini)),
            (Method::GET, "/v1beta/models?pageSize=5", Route::Models(Vendor::Gemini)),
            (Method::GET, "/v1/chat/completions", Route::Nothing(Vendor::OpenAi)),
            (Method::GET, "/", Route::Nothing(Vendor::OpenAi)),
        ] {
            assert_eq!(Route::of(&method, &uri.parse().unwrap(), &HeaderMap::new()), expected, "{method} {uri}");
        }
        let anthropic = HeaderMap::from_iter([("anthropic-version".parse().unwrap(), "2023-06-01".parse().unwrap())]);
        let of = |uri: &'static str| Route::of(&Method::GET, &Uri::from_static(uri), &anthropic);
        assert_eq!(of("/v1/models"), Route::Models(Vendor::Anthropic));
        assert_eq!(of("/v1/nothing"), Route::Nothing(Vendor::Anthropic));
    }
}
