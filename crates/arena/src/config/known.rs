//! The providers that need no word in the file: where they are, which API they speak, which variable has their key.

use arena_models::Endpoint;

use super::provider::Kind;

/// A provider that the arena knows by name.
#[derive(Debug)]
pub struct Known {
    /// How it is called.
    pub name: &'static str,
    /// Which API it speaks.
    pub kind: Kind,
    /// Where it is.
    pub base_url: &'static str,
    /// The variables that may have its key, the first before the others; none if it takes no key.
    pub keys: &'static [&'static str],
    /// The variable that may move it somewhere else.
    pub base_url_variable: Option<&'static str>,
    /// What the vendor's own clients add to that variable's value, and so do we.
    pub version: &'static str,
}

/// All of them. The first four have a table of prices.
pub static KNOWN: [Known; 9] = [
    at("openai", Kind::OpenAi, "https://api.openai.com/v1", &["OPENAI_API_KEY"]).moved_by("OPENAI_BASE_URL", ""),
    at("anthropic", Kind::Anthropic, "https://api.anthropic.com/v1", &["ANTHROPIC_API_KEY"])
        .moved_by("ANTHROPIC_BASE_URL", "/v1"),
    at(
        "gemini",
        Kind::Gemini,
        "https://generativelanguage.googleapis.com/v1beta",
        &["GEMINI_API_KEY", "GOOGLE_API_KEY"],
    )
    .moved_by("GOOGLE_GEMINI_BASE_URL", "/v1beta"),
    at("groq", Kind::OpenAi, "https://api.groq.com/openai/v1", &["GROQ_API_KEY"]),
    at("openrouter", Kind::OpenAi, "https://openrouter.ai/api/v1", &["OPENROUTER_API_KEY"]),
    at("mistral", Kind::OpenAi, "https://api.mistral.ai/v1", &["MISTRAL_API_KEY"]),
    at("deepseek", Kind::OpenAi, "https://api.deepseek.com/v1", &["DEEPSEEK_API_KEY"]),
    at("xai", Kind::OpenAi, "https://api.x.ai/v1", &["XAI_API_KEY"]),
    at("ollama", Kind::OpenAi, "http://127.0.0.1:11434/v1", &[]),
];

const fn at(name: &'static str, kind: Kind, base_url: &'static str, keys: &'static [&'static str]) -> Known {
    Known { name, kind, base_url, keys, base_url_variable: None, version: "" }
}

impl Known {
    const fn moved_by(mut self, variable: &'static str, version: &'static str) -> Self {
        self.base_url_variable = Some(variable);
        self.version = version;
        self
    }

    /// The known provider of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        KNOWN.iter().find(|known| known.name == name)
    }

    /// The known vendor whose own host `endpoint` is at.
    pub fn at(endpoint: &Endpoint) -> Option<&'static Self> {
        KNOWN.iter().filter(|known| !known.keys.is_empty()).find(|known| endpoint.is_at(known.host()))
    }

    fn host(&self) -> &'static str {
        self.base_url.split('/').nth(2).unwrap_or_default()
    }
}
