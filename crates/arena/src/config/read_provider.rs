//! One provider: from its table and the environment to checked settings, also without a table. Reads keys.

use std::ops::Range;

use arena_core::id::Seat;
use arena_core::name::Name;
use arena_core::problem::unknown;
use arena_models::{Endpoint, HeaderName, HeaderValue, Key, NotAnEndpoint};
use toml::Spanned;
use toml::de::DeValue;

use super::environment::Environment;
use super::known::Known;
use super::origin::{Origin, Setting};
use super::provider::{FoundKey, Keys, Kind, Provider, UnsetHeader};
use super::read_template;
use super::section::{Section, Text};

/// Headers that carry keys: a value in the file would be a key in the file.
const SECRET_HEADERS: [&str; 6] =
    ["authorization", "proxy-authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie"];

/// Headers that HTTP itself has to set: another value in them, and the server reads the question otherwise than it is
/// written.
const HEADERS_OF_HTTP: [&str; 6] = ["connection", "content-length", "te", "trailer", "transfer-encoding", "upgrade"];

/// What people call a key.
const KEY_WORDS: [&str; 5] = ["key", "api_key", "apikey", "token", "secret"];

/// A provider of which the file says nothing.
pub(super) fn known(known: &'static Known, environment: &Environment) -> Provider {
    let moved = moved(known, environment);
    let is_moved = moved.is_some();
    let address = moved.unwrap_or_else(|| Setting::default(Endpoint::parse(known.base_url, None)));
    let keys = keys(known.keys.iter().map(|name| (*name).to_owned()).collect(), !is_moved, environment);
    let found = keys.found().next().map(|(_, key)| key.origin.clone());
    Provider {
        name: known.name.parse().expect("the table of known providers has names"),
        kind: Setting::default(known.kind.clone()),
        wanted: found.or_else(|| is_moved.then(|| address.origin.clone())),
        address,
        keys: Keys { needed: !known.keys.is_empty() && !is_moved, ..keys },
        unset_headers: Vec::new(),
        stream: Setting::default(true),
        json_schema: Setting::default(true),
        max_concurrent: Setting::default(None),
    }
}

/// The provider of the table at `place`; `None` only if a problem was added.
pub(super) fn provider(
    name: Name,
    place: Range<usize>,
    mut table: Section<'_, '_, '_>,
    environment: &Environment,
) -> Option<Provider> {
    let known = Known::named(name.as_str());
    let wanted = Some(table.origin(&place));
    refuse_keys(&mut table, &name, known);
    let word = word(&mut table, &place, known);
    let key_env = table.text("key_env").and_then(|variable| checked_variable(&mut table, "key_env", variable));
    let max_concurrent = table
        .count("max_concurrent", 1..=100_000)
        .map(|count| Spanned::new(count.span(), u32::try_from(count.into_inner()).ok()));
    let max_concurrent = table.or(max_concurrent, None);
    let may_hold_key = word.as_ref().is_none_or(|word| word.value == "http");
    let (headers, unset_headers) = headers(&mut table, may_hold_key, environment);
    let word = word?;
    if word.value == "http" {
        let keys = keys(key_env.iter().map(|name| name.get_ref().clone()).collect(), key_env.is_some(), environment);
        let (template, address) = read_template::template(table, &place, &headers)?;
        let kind = Setting { value: Kind::Http(template), origin: word.origin };
        let (stream, json_schema) = (Setting::default(true), Setting::default(true));
        return Some(Provider {
            name,
            kind,
            address,
            keys,
            unset_headers,
            stream,
            json_schema,
            max_concurrent,
            wanted,
        });
    }
    let address = address(&mut table, &place, known, environment);
    let key_header = table.text("key_header").and_then(|header| checked_header(&mut table, "key_header", &header));
    let (stream, json_schema) = (table.flag("stream"), table.flag("json_schema"));
    let (stream, json_schema) = (table.or(stream, true), table.or(json_schema, true));
    table.end();

    let kind = match word.value {
        "anthropic" => Kind::Anthropic,
        "gemini" => Kind::Gemini,
        _ => Kind::OpenAi,
    };
    let kind = Setting { value: kind, origin: word.origin };
    let address = address?;
    let keys = keys_for(&address, key_env, known, environment);
    let dressed = |endpoint: Endpoint| {
        let endpoint = headers.into_iter().fold(endpoint, |endpoint, (name, value)| endpoint.with_header(name, value));
        match key_header {
            Some(header) => endpoint.with_key_header(header),
            None => endpoint,
        }
    };
    let address = Setting { value: address.value.map(dressed), origin: address.origin };
    Some(Provider { name, kind, address, keys, unset_headers, stream, json_schema, max_concurrent, wanted })
}

/// A key goes to its vendor, to where its user's environment sends it, or to where the file names it. A file that only
/// moves a provider gets none.
fn keys_for(
    address: &Setting<Result<Endpoint, NotAnEndpoint>>,
    key_env: Option<Text>,
    known: Option<&'static Known>,
    environment: &Environment,
) -> Keys {
    let own = address.value.as_ref().ok().and_then(Known::at);
    let is_moved_by_variable = matches!(address.origin, Origin::Variable(_));
    match (key_env, own, known) {
        (Some(variable), ..) => keys(vec![variable.into_inner()], true, environment),
        (None, Some(own), _) => keys(texts(own.keys), true, environment),
        (None, None, Some(known)) if is_moved_by_variable => keys(texts(known.keys), false, environment),
        (None, None, _) => keys(Vec::new(), false, environment),
    }
}

fn texts(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Where a variable of the environment moves a known provider.
fn moved(known: &'static Known, environment: &Environment) -> Option<Setting<Result<Endpoint, NotAnEndpoint>>> {
    let variable = known.base_url_variable?;
    let base_url = environment.get(variable)?.trim();
    let (place, query) = base_url.split_at(base_url.find(['?', '#']).unwrap_or(base_url.len()));
    let place = place.trim_end_matches('/');
    let version = if place.ends_with(known.version) { "" } else { known.version };
    let base_url = format!("{place}{version}{query}");
    Some(Setting { value: Endpoint::parse(&base_url, None), origin: Origin::Variable(variable.to_owned()) })
}

/// The keys that the environment has in these variables, the first before the others.
fn keys(variables: Vec<String>, needed: bool, environment: &Environment) -> Keys {
    let in_variable = |variable: String| -> Option<FoundKey> {
        let key = Key::new(environment.get(&variable)?);
        Some(Setting { value: key, origin: Origin::Variable(variable) })
    };
    let of_seat = |seat: Seat| {
        let suffix = seat.word().to_ascii_uppercase();
        variables.iter().find_map(|variable| in_variable(format!("{variable}_{suffix}"))).map(|key| (seat, key))
    };
    Keys {
        given: None,
        plain: variables.iter().find_map(|variable| in_variable(variable.clone())),
        of_seats: Seat::ALL.into_iter().filter_map(of_seat).collect(),
        needed,
        variables,
    }
}

/// A key in the file ends up in a repository.
fn refuse_keys(table: &mut Section<'_, '_, '_>, name: &Name, known: Option<&Known>) {
    let own = known.and_then(|known| known.keys.first()).map(|variable| (*variable).to_owned());
    let variable = own.unwrap_or_else(|| format!("{}_API_KEY", name.as_str().to_ascii_uppercase().replace('-', "_")));
    for word in KEY_WORDS {
        if let Some(value) = table.take_unasked(word) {
            let message = format!(
                "a key is not written into a file: put it into the environment, and name the variable with key_env = {variable:?}"
            );
            table.refuse(value.span(), word, message);
        }
    }
}

/// The word for its API.
fn word(table: &mut Section<'_, '_, '_>, place: &Range<usize>, known: Option<&Known>) -> Option<Setting<&'static str>> {
    match (table.text("kind"), known) {
        (Some(text), _) => {
            let Some(word) = Kind::WORDS.into_iter().find(|word| word == text.get_ref()) else {
                table.refuse(text.span(), "kind", unknown("kind", text.get_ref(), Kind::WORDS));
                return None;
            };
            Some(Setting { value: word, origin: table.origin(&text.span()) })
        }
        (None, Some(known)) => Some(Setting::default(known.kind.word())),
        (None, None) => {
            let message = format!("say which API it speaks: {}", Kind::WORDS.join(", "));
            table.refuse(place.clone(), "kind", message);
            None
        }
    }
}

/// What a variable says, or else the file, or else the default.
fn address(
    table: &mut Section<'_, '_, '_>,
    place: &Range<usize>,
    known: Option<&'static Known>,
    environment: &Environment,
) -> Option<Setting<Result<Endpoint, NotAnEndpoint>>> {
    let said = match table.text("base_url") {
        Some(base_url) => {
            let origin = table.origin(&base_url.span());
            let endpoint = Endpoint::parse(base_url.get_ref(), None);
            if let Err(error) = &endpoint {
                table.refuse(base_url.span(), "base_url", format!("{error}"));
            }
            Some(Setting { value: endpoint, origin })
        }
        None => None,
    };
    match (known.and_then(|known| moved(known, environment)), said, known) {
        (Some(moved), ..) => Some(moved),
        (None, Some(said), _) => Some(said),
        (None, None, Some(known)) => Some(Setting::default(Endpoint::parse(known.base_url, None))),
        (None, None, None) => {
            table.refuse(place.clone(), "base_url", "say where it is, such as http://127.0.0.1:8080/v1");
            None
        }
    }
}

/// The name of a variable. What stands there is not repeated: it may be the key itself.
pub(super) fn checked_variable(table: &mut Section<'_, '_, '_>, key: &str, variable: Text) -> Option<Text> {
    let name = variable.get_ref().as_bytes();
    let is_name = name.first().is_some_and(|b| b.is_ascii_uppercase() || *b == b'_')
        && name.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_');
    if is_name {
        return Some(variable);
    }
    let message = "must be the name of an environment variable, of A-Z, 0-9 and _, such as OPENAI_API_KEY, not a key";
    table.refuse(variable.span(), key, message);
    None
}

fn checked_header(table: &mut Section<'_, '_, '_>, key: &str, header: &Text) -> Option<HeaderName> {
    let name: Option<HeaderName> = header.get_ref().parse().ok();
    match name {
        Some(name) if HEADERS_OF_HTTP.contains(&name.as_str()) => {
            table.refuse(header.span(), key, format!("{name} is set by HTTP itself"));
            None
        }
        Some(name) => Some(name),
        None => {
            table.refuse(header.span(), key, "is not the name of a header");
            None
        }
    }
}

/// The headers of the file, and those whose variable is not set. `may_hold_key`: `{key}` stands for the key in them.
pub(super) fn headers(
    table: &mut Section<'_, '_, '_>,
    may_hold_key: bool,
    environment: &Environment,
) -> (Vec<(HeaderName, HeaderValue)>, Vec<UnsetHeader>) {
    const KEY: &str = "headers";
    let (mut set, mut unset) = (Vec::new(), Vec::new());
    for (name, value) in table.entries(KEY) {
        let place = value.span();
        let Some(header) = checked_header(table, KEY, &name) else { continue };
        let text = match value.into_inner() {
            DeValue::String(text)
                if SECRET_HEADERS.contains(&header.as_str()) && !(may_hold_key && text.contains("{key}")) =>
            {
                let message =
                    format!("{header} holds a key, which is not written into a file: {header} = {{ env = \"NAME\" }}");
                table.refuse(place, KEY, message);
                continue;
            }
            DeValue::String(text) => text.into_owned(),
            other => {
                let Some(variable) = variable_of(other) else {
                    let message = format!("{header} must be a text in quotes or {{ env = \"NAME\" }}");
                    table.refuse(place, KEY, message);
                    continue;
                };
                let Some(variable) = checked_variable(table, KEY, variable) else { continue };
                let Some(value) = environment.get(variable.get_ref()) else {
                    unset.push(UnsetHeader { header, variable: variable.into_inner() });
                    continue;
                };
                value.trim().to_owned()
            }
        };
        match HeaderValue::try_from(text) {
            Ok(mut value) => {
                value.set_sensitive(true);
                set.push((header, value));
            }
            Err(_) => table.refuse(place, KEY, format!("{header} has a character that no header can carry")),
        }
    }
    (set, unset)
}

/// `NAME` of `{ env = "NAME" }`.
fn variable_of(value: DeValue<'_>) -> Option<Text> {
    let DeValue::Table(mut table) = value else { return None };
    let variable = table.remove("env")?;
    let span = variable.span();
    match variable.into_inner() {
        DeValue::String(name) if table.is_empty() => Some(Spanned::new(span, name.into_owned())),
        _ => None,
    }
}
