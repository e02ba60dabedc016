//! What an objective is called in the taxonomies that reports are read by.

use std::fmt;
use std::str::FromStr;

/// An entry of the OWASP Top 10 for LLM Applications, edition 2025, or a technique of MITRE ATLAS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tag {
    /// `LLM01:2025` to `LLM10:2025`.
    Owasp(u8),
    /// `AML.T0051`.
    Atlas(u16),
    /// `AML.T0051.001`.
    AtlasPart(u16, u16),
}

/// The titles of the OWASP list, edition 2025, in its order: <https://genai.owasp.org/llm-top-10/>.
const OWASP_2025: [&str; 10] = [
    "Prompt Injection",
    "Sensitive Information Disclosure",
    "Supply Chain",
    "Data and Model Poisoning",
    "Improper Output Handling",
    "Excessive Agency",
    "System Prompt Leakage",
    "Vector and Embedding Weaknesses",
    "Misinformation",
    "Unbounded Consumption",
];

/// The text is no tag.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no tag: write LLM01:2025 to LLM10:2025 (OWASP), or AML.T0051 or AML.T0051.001 (MITRE ATLAS)")]
pub struct NotATag(String);

impl Tag {
    /// What the entry is called, where the list is short enough to know it.
    pub fn title(self) -> Option<&'static str> {
        match self {
            Self::Owasp(number) => OWASP_2025.get(usize::from(number) - 1).copied(),
            Self::Atlas(_) | Self::AtlasPart(..) => None,
        }
    }
}

impl FromStr for Tag {
    type Err = NotATag;

    fn from_str(text: &str) -> Result<Self, NotATag> {
        let digits = |text: &str, n: usize| {
            (text.len() == n && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse::<u16>().ok()).flatten()
        };
        let owasp = || {
            let number = digits(text.strip_prefix("LLM")?.strip_suffix(":2025")?, 2)?;
            u8::try_from(number).ok().filter(|number| (1..=10).contains(number)).map(Tag::Owasp)
        };
        let atlas = || {
            let rest = text.strip_prefix("AML.T")?;
            match rest.split_once('.') {
                None => digits(rest, 4).map(Tag::Atlas),
                Some((whole, part)) => Some(Tag::AtlasPart(digits(whole, 4)?, digits(part, 3)?)),
            }
        };
        owasp().or_else(atlas).ok_or_else(|| NotATag(text.to_owned()))
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Owasp(number) => write!(f, "LLM{number:02}:2025"),
            Self::Atlas(technique) => write!(f, "AML.T{technique:04}"),
            Self::AtlasPart(technique, part) => write!(f, "AML.T{technique:04}.{part:03}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_and_written_alike_and_others_are_refused() {
        for text in ["LLM01:2025", "LLM10:2025", "AML.T0051", "AML.T0051.001"] {
            assert_eq!(text.parse::<Tag>().unwrap().to_string(), text);
        }
        for text in
            ["LLM00:2025", "LLM11:2025", "LLM1:2025", "LLM01:2023", "AML.T51", "AML.T0051.1", "AML.T+051", "", "é"]
        {
            assert_eq!(text.parse::<Tag>(), Err(NotATag(text.to_owned())));
        }
        assert_eq!(Tag::Owasp(9).title(), Some("Misinformation"));
    }
}
