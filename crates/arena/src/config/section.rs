//! A table of the file while its keys are taken out, one by one. What is left at the end, nobody knows.

use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use arena_core::problem::{Problems, unknown};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::origin::{Origin, Setting};

/// One table. Every getter takes its key out, and adds a problem if the value is of another type or out of range.
pub(super) struct Section<'p, 'a, 's> {
    /// Such as `providers.openai`; empty for the whole file.
    path: String,
    keys: DeTable<'s>,
    /// What was asked for: the keys that may be written.
    asked: Vec<&'static str>,
    file: Arc<str>,
    pub(super) problems: &'p mut Problems<'a>,
}

/// A text of the file with its place.
pub(super) type Text = Spanned<String>;

impl<'p, 'a, 's> Section<'p, 'a, 's> {
    pub(super) fn new(file: Arc<str>, path: String, table: DeTable<'s>, problems: &'p mut Problems<'a>) -> Self {
        Self { path, keys: table, asked: Vec::new(), file, problems }
    }

    /// The name of `key` in messages.
    pub(super) fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{}", self.path, quoted(key)) }
    }

    /// A problem of `key`.
    pub(super) fn refuse(&mut self, span: Range<usize>, key: &str, message: impl Into<String>) {
        let path = self.path_of(key);
        self.problems.add(span, path, message);
    }

    pub(super) fn origin(&self, span: &Range<usize>) -> Origin {
        Origin::File { file: Arc::clone(&self.file), line: self.problems.line(span.start) }
    }

    /// What the file says, or else the default.
    pub(super) fn or<T>(&self, said: Option<Spanned<T>>, default: T) -> Setting<T> {
        match said {
            Some(said) => Setting { origin: self.origin(&said.span()), value: said.into_inner() },
            None => Setting::default(default),
        }
    }

    pub(super) fn text(&mut self, key: &'static str) -> Option<Text> {
        let value = self.take(key)?;
        let span = value.span();
        match value.into_inner() {
            DeValue::String(text) => Some(Spanned::new(span, text.into_owned())),
            other => self.wrong(span, key, "a text in quotes", &other),
        }
    }

    pub(super) fn flag(&mut self, key: &'static str) -> Option<Spanned<bool>> {
        let value = self.take(key)?;
        match value.get_ref() {
            DeValue::Boolean(flag) => Some(Spanned::new(value.span(), *flag)),
            other => self.wrong(value.span(), key, "true or false", other),
        }
    }

    pub(super) fn count(&mut self, key: &'static str, range: RangeInclusive<u64>) -> Option<Spanned<u64>> {
        let value = self.take(key)?;
        let wanted = format!("a whole number from {} to {}", range.start(), range.end());
        match value.get_ref() {
            DeValue::Integer(number) => {
                let number = u64::from_str_radix(number.as_str(), number.radix()).ok();
                match number.filter(|number| range.contains(number)) {
                    Some(number) => Some(Spanned::new(value.span(), number)),
                    None => self.none(value.span(), key, format!("must be {wanted}")),
                }
            }
            other => self.wrong(value.span(), key, &wanted, other),
        }
    }

    /// A number with or without a point.
    pub(super) fn number(&mut self, key: &'static str, range: RangeInclusive<f64>) -> Option<Spanned<f64>> {
        let value = self.take(key)?;
        let wanted = format!("a number from {} to {}", range.start(), range.end());
        let number: Option<f64> = match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse().ok(),
            DeValue::Float(number) => number.as_str().parse().ok(),
            other => return self.wrong(value.span(), key, &wanted, other),
        };
        match number.filter(|number| range.contains(number)) {
            Some(number) => Some(Spanned::new(value.span(), number)),
            None => self.none(value.span(), key, format!("must be {wanted}")),
        }
    }

    pub(super) fn texts(&mut self, key: &'static str) -> Option<Spanned<Vec<Text>>> {
        const WANTED: &str = "a list of texts in quotes";
        let value = self.take(key)?;
        let span = value.span();
        let DeValue::Array(items) = value.into_inner() else {
            return self.none(span, key, format!("must be {WANTED}"));
        };
        let mut texts = Vec::new();
        for item in items {
            let place = item.span();
            match item.into_inner() {
                DeValue::String(text) => texts.push(Spanned::new(place, text.into_owned())),
                other => return self.wrong(place, key, WANTED, &other),
            }
        }
        Some(Spanned::new(span, texts))
    }

    /// A table's entries, as they stand in the file.
    pub(super) fn entries(&mut self, key: &'static str) -> Vec<(Text, Spanned<DeValue<'s>>)> {
        let Some(value) = self.take(key) else { return Vec::new() };
        let span = value.span();
        match value.into_inner() {
            DeValue::Table(table) => {
                let owned = |name: Spanned<DeString<'s>>| Spanned::new(name.span(), name.into_inner().into_owned());
                let mut entries: Vec<_> = table.into_iter().map(|(name, value)| (owned(name), value)).collect();
                entries.sort_by_key(|(name, _)| name.span().start);
                entries
            }
            other => {
                self.wrong::<()>(span, key, "a table", &other);
                Vec::new()
            }
        }
    }

    /// The table that `entry` of `key` is, to be read by `read`.
    pub(super) fn inside<T>(
        &mut self,
        key: &str,
        entry: Spanned<DeValue<'s>>,
        read: impl FnOnce(Section<'_, 'a, 's>) -> T,
    ) -> Option<T> {
        let span = entry.span();
        match entry.into_inner() {
            DeValue::Table(table) => {
                let path = self.path_of(key);
                Some(read(Section::new(Arc::clone(&self.file), path, table, self.problems)))
            }
            other => self.wrong(span, key, "a table", &other),
        }
    }

    /// The table `key`; an empty one, if the file has none.
    pub(super) fn table<T>(&mut self, key: &'static str, read: impl FnOnce(Section<'_, 'a, 's>) -> T) -> Option<T> {
        let entry = self.take(key).unwrap_or_else(|| Spanned::new(0..0, DeValue::Table(DeTable::new())));
        self.inside(key, entry, read)
    }

    /// What was not taken out, and where problems with it go.
    pub(super) fn into_rest(self) -> (DeTable<'s>, &'p mut Problems<'a>) {
        (self.keys, self.problems)
    }

    /// Where the value of `key` stands.
    pub(super) fn place_of(&self, key: &str) -> Option<Range<usize>> {
        self.keys.get(key).map(Spanned::span)
    }

    /// The name of the table in messages.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Refuses what was not taken out.
    pub(super) fn end(mut self) {
        for (key, _) in std::mem::take(&mut self.keys) {
            let message = unknown("key", key.get_ref(), self.asked.iter().copied());
            let path = self.path.clone();
            self.problems.add(key.span(), path, message);
        }
    }

    /// Whether `key` is there; it is taken out.
    pub(super) fn take(&mut self, key: &'static str) -> Option<Spanned<DeValue<'s>>> {
        self.asked.push(key);
        self.take_unasked(key)
    }

    /// The same for a key that may not be written: it is not offered in messages.
    pub(super) fn take_unasked(&mut self, key: &str) -> Option<Spanned<DeValue<'s>>> {
        self.keys.remove(key)
    }

    fn wrong<T>(&mut self, span: Range<usize>, key: &str, wanted: &str, found: &DeValue<'_>) -> Option<T> {
        self.none(span, key, format!("must be {wanted}, not {}", kind_of(found)))
    }

    fn none<T>(&mut self, span: Range<usize>, key: &str, message: String) -> Option<T> {
        self.refuse(span, key, message);
        None
    }
}

/// What stands there, without saying it: it may be a secret in the wrong place.
fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// A key as TOML writes it.
fn quoted(key: &str) -> String {
    let is_bare = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if is_bare { key.to_owned() } else { format!("{key:?}") }
}
