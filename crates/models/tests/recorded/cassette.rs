//! Cassettes: files of YAML in which a test library kept what was asked and answered. Pure.
//!
//! Reads the part of YAML that two libraries write (httpmock, VCR): block mappings and sequences, and scalars that are
//! plain, quoted or literal.

use serde_json::{Map, Value};

/// The documents of `text`.
pub(crate) fn documents(text: &str) -> Vec<Value> {
    let lines: Vec<&str> = text.lines().collect();
    let documents = lines.split(|line| *line == "---").filter(|lines| !lines.is_empty());
    documents
        .map(|lines| Reader { lines: lines.iter().map(|line| (*line).to_owned()).collect(), at: 0 }.block(0))
        .collect()
}

struct Reader {
    lines: Vec<String>,
    at: usize,
}

impl Reader {
    /// The mapping or sequence whose lines begin at `indent`.
    fn block(&mut self, indent: usize) -> Value {
        let (mut fields, mut items) = (Map::new(), Vec::new());
        while let Some(line) = self.next_content().filter(|line| indent_of(line) == indent) {
            let content = line[indent..].to_owned();
            if let Some(item) = content.strip_prefix("- ").filter(|_| fields.is_empty()) {
                // An item that is a mapping is one whose first line begins behind the dash.
                if key_and_rest(item).is_some() {
                    self.lines[self.at].replace_range(indent..=indent, " ");
                    items.push(self.block(indent + 2));
                } else {
                    self.at += 1;
                    items.push(self.value(item, indent));
                }
            } else if let Some((key, rest)) = key_and_rest(&content).filter(|_| items.is_empty()) {
                self.at += 1;
                let value = self.value(rest, indent);
                fields.insert(key.to_owned(), value);
            } else {
                break;
            }
        }
        if items.is_empty() { Value::Object(fields) } else { Value::Array(items) }
    }

    /// The value that begins with `rest`, behind a key or a dash at `indent`.
    fn value(&mut self, rest: &str, indent: usize) -> Value {
        match rest.as_bytes().first() {
            None => {
                let inner = self.next_content().map(|line| (indent_of(line), line.trim_start().starts_with("- ")));
                // A sequence may begin right beneath its key.
                match inner.filter(|(inner, is_item)| *inner > indent || *inner == indent && *is_item) {
                    Some((inner, _)) => self.block(inner),
                    None => Value::Null,
                }
            }
            Some(b'|') => Value::String(self.literal(rest, indent)),
            Some(b'\'') => {
                let mut text = rest[1..].to_owned();
                while !text.replace("''", "").ends_with('\'') {
                    text.push(' ');
                    text.push_str(self.lines[self.at].trim());
                    self.at += 1;
                }
                text.pop();
                Value::String(text.replace("''", "'"))
            }
            Some(_) => {
                let mut text = rest.to_owned();
                while let Some(line) = self.lines.get(self.at).filter(|line| indent_of(line) > indent) {
                    text.push(' ');
                    text.push_str(line.trim());
                    self.at += 1;
                }
                // Numbers, `null`, `[]` and texts in double quotes are JSON.
                serde_json::from_str(&text).unwrap_or(Value::String(text))
            }
        }
    }

    /// The lines beneath `|`, `|-`, `|+` or, where the text begins with white space, `|2+`.
    fn literal(&mut self, style: &str, indent: usize) -> String {
        let rest = &self.lines[self.at..];
        let n_lines = rest.iter().take_while(|line| line.trim().is_empty() || indent_of(line) > indent).count();
        let lines = &rest[..n_lines];
        let told = style.chars().find_map(|c| c.to_digit(10)).map(|n| indent + n as usize);
        let first = lines.iter().find(|line| !line.trim().is_empty()).map(|line| indent_of(line));
        let inner = told.or(first).unwrap_or(0);
        let text: String = lines.iter().flat_map(|line| [line.get(inner..).unwrap_or_default(), "\n"]).collect();
        self.at += n_lines;
        match style.chars().last() {
            Some('+') => text,
            Some('-') => text.trim_end_matches('\n').to_owned(),
            _ => format!("{}\n", text.trim_end_matches('\n')),
        }
    }

    fn next_content(&mut self) -> Option<&String> {
        while self.lines.get(self.at).is_some_and(|line| line.trim().is_empty()) {
            self.at += 1;
        }
        self.lines.get(self.at)
    }
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// `key: rest`; a key here has neither quotes nor spaces.
fn key_and_rest(content: &str) -> Option<(&str, &str)> {
    let (key, rest) = content.split_once(':')?;
    let is_key = !key.is_empty() && !key.contains([' ', '\'', '"']) && (rest.is_empty() || rest.starts_with(' '));
    is_key.then(|| (key, rest.trim_start()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_libraries_write_is_read() {
        let text = "when:\n  path: /v1/x\n  header: []\n  list:\n  - name: a\n    value: it's b\n  - '*'\n  method: POST\nthen:\n  status: 200\n  \
                    body: |+\n    data: {}\n\n    data: [1]\n\n  more: |2\n\n     x\n    y\n\n  less: |-\n    x\n\n---\nquoted: 'it''s\n  here'\nplain: one\n  two\njson: \"a\\nb\"\nnothing: null\n";
        assert_eq!(
            documents(text),
            [
                json!({
                    "when": {"path": "/v1/x", "header": [], "list": [{"name": "a", "value": "it's b"}, "*"], "method": "POST"},
                    "then": {"status": 200, "body": "data: {}\n\ndata: [1]\n\n", "more": "\n x\ny\n", "less": "x"},
                }),
                json!({"quoted": "it's here", "plain": "one two", "json": "a\nb", "nothing": null}),
            ]
        );
    }
}
