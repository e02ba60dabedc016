//! What is looked for on a page: the pairs after the question mark of its address.

use maud::{Markup, html};

/// The pairs, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice<'a> {
    path: &'a str,
    pairs: Vec<(String, String)>,
}

impl<'a> Choice<'a> {
    /// What `query` says of the page at `path`.
    pub(super) fn of(path: &'a str, query: Option<&str>) -> Self {
        let pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned();
        Self { path, pairs: pairs.collect() }
    }

    /// The address without values that were left empty in a form, which sends them all the same; `None` if there are none.
    pub(super) fn cleaned(&self) -> Option<String> {
        let is_blank = |(_, value): &(String, String)| value.trim().is_empty();
        self.pairs.iter().any(is_blank).then(|| self.address(self.pairs.iter().filter(|pair| !is_blank(pair))))
    }

    /// The first value of `name`.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str())
    }

    /// What is looked for, without where in the list one is.
    pub(super) fn filters(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        pairs.filter(|(name, _)| !["cursor", "limit", "sort"].contains(name))
    }

    /// The address with nothing called `name`.
    pub(super) fn without(&self, name: &str) -> String {
        self.address(self.pairs.iter().filter(|(of, _)| of != name))
    }

    /// The address with `value` alone for `name`, from the beginning of the list unless that is what is named.
    pub(super) fn with(&self, name: &str, value: &str) -> String {
        let added = (name.to_owned(), value.to_owned());
        let kept = self.pairs.iter().filter(|(of, _)| of != name && of != "cursor");
        self.address(kept.chain([&added]))
    }

    /// The same, with one more value of `name`.
    pub(super) fn and(mut self, name: &str, value: &str) -> Self {
        self.pairs.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A choice of one of `options` for `name`; the first is any.
    pub(super) fn select(&self, name: &str, label: &str, options: &[&str]) -> Markup {
        html! {
            label {
                (label)
                select name=(name) {
                    option value="" { "any" }
                    @for option in options {
                        option value=(option) selected[self.get(name) == Some(option)] { (option) }
                    }
                }
            }
        }
    }

    fn address<'p>(&self, pairs: impl Iterator<Item = &'p (String, String)>) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        if query.is_empty() { self.path.to_owned() } else { format!("{}?{query}", self.path) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_is_looked_for_and_no_more() {
        let choice = Choice::of("/matches", Some("status=&red=a%26b&label=+&cursor=x"));
        assert_eq!(choice.cleaned().unwrap(), "/matches?red=a%26b&cursor=x");
        assert_eq!(choice.get("red"), Some("a&b"));
        let choice = Choice::of("/matches", Some("red=a&cursor=x&red=b"));
        assert_eq!(choice.cleaned(), None);
        assert_eq!(choice.filters().collect::<Vec<_>>(), [("red", "a"), ("red", "b")]);
        assert_eq!(choice.without("red"), "/matches?cursor=x");
        assert_eq!(choice.with("status", "running"), "/matches?red=a&red=b&status=running");
        assert_eq!(choice.with("cursor", "y"), "/matches?red=a&red=b&cursor=y");
        assert_eq!(Choice::of("/matches", None).without("red"), "/matches");
    }
}
