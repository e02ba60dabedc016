//! A provider of kind `http`: the keys of its template, and the places of its mistakes. Pure.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use arena_models::{Endpoint, HeaderName, HeaderValue, NotAnEndpoint, Template, TemplateDraft};
use serde::Deserialize as _;
use toml::Spanned;
use toml::de::{DeValue, ValueDeserializer};

use super::origin::Setting;
use super::section::Section;

/// Where an agent listens, as it is shown.
type Address = Setting<Result<Endpoint, NotAnEndpoint>>;

/// The template that is left in `table`, with `headers`; `None` only if a problem was added.
pub(super) fn template(
    table: Section<'_, '_, '_>,
    place: &Range<usize>,
    headers: &[(HeaderName, HeaderValue)],
) -> Option<(Arc<Template>, Address)> {
    let path = table.path().to_owned();
    let origin = table.origin(&table.place_of("url").unwrap_or_else(|| place.clone()));
    let (rest, problems) = table.into_rest();
    let places: BTreeMap<String, Range<usize>> =
        rest.iter().map(|(key, value)| (key.get_ref().to_string(), value.span())).collect();
    let place_of = |key: &str| places.get(key.split('.').next().unwrap_or_default()).unwrap_or(place).clone();
    let rest = ValueDeserializer::from(Spanned::new(place.clone(), DeValue::Table(rest)));
    let mut draft = match TemplateDraft::deserialize(rest) {
        Ok(draft) => draft,
        Err(error) => {
            problems.add_toml(&error);
            return None;
        }
    };
    let text = |value: &HeaderValue| value.to_str().map(str::to_owned).ok();
    draft.headers = headers.iter().filter_map(|(name, value)| Some((name.to_string(), text(value)?))).collect();
    let address = Setting { value: Endpoint::parse(&draft.url, None), origin };
    match Template::check(draft) {
        Ok(template) => Some((Arc::new(template), address)),
        Err(mistakes) => {
            for mistake in mistakes.0 {
                problems.add(place_of(&mistake.key), format!("{path}.{}", mistake.key), mistake.message);
            }
            None
        }
    }
}
