//! Who sends the questions of a loop.

use std::num::NonZeroUsize;
use std::sync::Arc;

use arena_core::model::ModelSpec;
use arena_models::{Chain, Endpoint, Http, OpenAi, Rules, Target, Terms, Timeouts};
use tokio::time::Instant;

use crate::options::MODEL;
use crate::script::Question;

/// One of them, for all loops together.
pub(crate) enum Asker {
    /// A plain client, which reads the answer's bytes and understands none of them.
    Bare {
        /// Keeps its connections.
        http: reqwest::Client,
        /// Where it asks.
        url: String,
    },
    /// The arena's providers, as its chains ask them.
    Providers(Chain),
}

impl Asker {
    pub(crate) fn bare(base_url: &str) -> Self {
        let http = reqwest::Client::builder().http1_only().tcp_nodelay(true).build().expect("it needs no files");
        Self::Bare { http, url: format!("{base_url}/chat/completions") }
    }

    pub(crate) fn providers(base_url: &str) -> Self {
        let spec: ModelSpec = MODEL.parse().expect("it names a model");
        let endpoint = Endpoint::parse(base_url, None).expect("the mock server has one");
        let http = Http::new(Timeouts::default()).expect("a client");
        let model = OpenAi::new(spec.clone(), "bench", endpoint, http, true);
        let terms = Terms { price: None, window_tokens: None, max_concurrent: NonZeroUsize::MAX };
        let target = Target::new(Arc::new(model), terms);
        Self::Providers(Chain::new(spec, vec![Arc::new(target)], Rules::default()))
    }

    /// Asks, and reads the answer to its end.
    pub(crate) async fn ask(&self, question: &Question, until: Instant) {
        match self {
            Self::Bare { http, url } => {
                let post = http.post(url).header("content-type", "application/json").body(question.body.clone());
                let answer = post.send().await.expect("the mock server answers").bytes().await.expect("to the end");
                assert!(answer.ends_with(b"data: [DONE]\n\n"), "{}", String::from_utf8_lossy(&answer));
            }
            Self::Providers(chain) => {
                chain.ask(&question.request, until, &|_| {}).await.expect("the mock server answers");
            }
        }
    }
}
