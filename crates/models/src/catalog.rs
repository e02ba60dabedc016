//! Prices and windows of known models: a table that was true on its date. Pure; what is not known is `None`, never 0.
//!
//! `models.csv` is written by `scripts/update-prices`. Whoever pays by it pays what the vendor lists, not what a proxy or
//! a contract asks for: a model is known at its vendor's own address alone.

use std::sync::LazyLock;

use arena_core::budget::Price;

/// A model of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Who serves it: `openai`, `anthropic`, `gemini` or `groq`.
    pub provider: &'static str,
    /// The provider's name of it.
    pub name: &'static str,
    /// What it costs at the standard speed, with a prompt of the shortest band.
    pub price: Option<Price>,
    /// How many tokens of a question it takes.
    pub window_tokens: Option<u64>,
    /// How many tokens it writes at most.
    pub max_output_tokens: Option<u64>,
}

const TABLE: &str = include_str!("models.csv");

/// Sorted by provider and name, as the file is.
static MODELS: LazyLock<Vec<Known>> = LazyLock::new(|| rows().filter_map(known_from).collect());

/// The model that `provider` calls `name`, or the one of which `name` is an edition, such as `gpt-5-mini-2025-08-07`.
pub fn known(provider: &str, name: &str) -> Option<&'static Known> {
    let find = |name: &str| MODELS.iter().find(|known| known.provider == provider && known.name == name);
    find(name).or_else(|| find(without_edition(name)?))
}

/// All models of `provider`, by name.
pub fn known_of(provider: &str) -> impl Iterator<Item = &'static Known> {
    MODELS.iter().filter(move |known| known.provider == provider)
}

/// The day on which the table was true, as `2026-10-21`.
pub fn date() -> &'static str {
    TABLE.lines().find_map(|line| line.strip_prefix("# date: ")).unwrap_or("unknown")
}

/// The name before `-2025-08-07`, `-20250929`, `-001` or `-latest`; `None` if it ends with none of these.
/// `scripts/update-prices` takes the same off.
fn without_edition(name: &str) -> Option<&str> {
    let digits = |text: &str, n_digits: usize| text.len() == n_digits && text.bytes().all(|b| b.is_ascii_digit());
    let (before, last) = name.rsplit_once('-')?;
    if last == "latest" || digits(last, 3) || digits(last, 8) {
        return Some(before);
    }
    let (before, month) = before.rsplit_once('-')?;
    let (before, year) = before.rsplit_once('-')?;
    (digits(year, 4) && digits(month, 2) && digits(last, 2)).then_some(before)
}

/// The lines of the table that are models.
fn rows() -> impl Iterator<Item = &'static str> {
    TABLE.lines().filter(|line| !line.starts_with('#')).skip(1)
}

fn known_from(row: &'static str) -> Option<Known> {
    let mut cells = row.split(',');
    let [provider, name, input, cached, output, window, max_output] = std::array::from_fn(|_| cells.next());
    let usd = |cell: Option<&str>| cell?.parse::<f64>().ok();
    let tokens = |cell: Option<&str>| cell?.parse().ok();
    let price = usd(input).zip(usd(output));
    Some(Known {
        provider: provider?,
        name: name?,
        price: price.and_then(|(input, output)| Price::per_million(input, usd(cached), output)),
        window_tokens: tokens(window),
        max_output_tokens: tokens(max_output),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_a_model_and_is_sorted() {
        let names: Vec<_> = MODELS.iter().map(|known| (known.provider, known.name)).collect();
        assert_eq!(names.len(), rows().count());
        assert!(names.is_sorted() && names.len() > 50, "{names:?}");
        for row in rows() {
            let cells: Vec<_> = row.split(',').collect();
            assert_eq!(cells.len(), 7, "{row}");
            assert!(cells[2..].iter().all(|cell| cell.is_empty() || cell.parse::<f64>().unwrap() > 0.0), "{row}");
        }
        assert!(date().starts_with("20"), "{}", date());
    }

    #[test]
    fn a_model_is_found_by_its_name_and_by_that_of_an_edition_and_by_nothing_else() {
        let found = |provider, name| known(provider, name).map(|known| known.name);
        for (provider, name, expected) in [
            ("openai", "gpt-5-mini", Some("gpt-5-mini")),
            ("openai", "gpt-5-mini-2025-08-07", Some("gpt-5-mini")),
            ("openai", "gpt-4o-2024-05-13", Some("gpt-4o-2024-05-13")),
            ("anthropic", "claude-sonnet-4-5-20250929", Some("claude-sonnet-4-5")),
            ("anthropic", "claude-haiku-4-5", Some("claude-haiku-4-5")),
            ("gemini", "gemini-2.5-flash-001", Some("gemini-2.5-flash")),
            ("gemini", "gemini-2.5-pro-latest", Some("gemini-2.5-pro")),
            ("openai", "gpt-5-mini-2025", None),
            ("openai", "gpt-5-min", None),
            ("openai", "claude-haiku-4-5", None),
            ("openrouter", "openai/gpt-5-mini", None),
        ] {
            assert_eq!(found(provider, name), expected, "{provider}:{name}");
        }
    }

    #[test]
    fn a_price_is_what_a_million_tokens_cost() {
        let price = known("openai", "gpt-5-mini").unwrap().price;
        assert_eq!(price, Price::per_million(0.25, Some(0.025), 2.0));
        assert_eq!(known("openai", "gpt-5-mini").unwrap().window_tokens, Some(272_000));
    }
}
