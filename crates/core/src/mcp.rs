//! What an MCP server offers, as a match records it and a model is told: names, descriptions and schemas that a stranger
//! wrote, bounded. Pure; whoever connects to servers makes these.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::message::{ToolSpec, cut};
use crate::name::Name;

/// More tools than any real server has; each costs every turn its tokens.
pub const MAX_TOOLS: usize = 256;

/// What the protocol recommends for a tool's name (MCP 2025-11-25, Tools).
const MAX_NAME_BYTES: usize = 128;

/// Longer ones are cut: real descriptions have a few hundred bytes, and each is in every prompt.
pub const MAX_DESCRIPTION_BYTES: usize = 4 << 10;

/// The largest schema that was seen at a real server has 9 KB.
const MAX_SCHEMA_BYTES: usize = 64 << 10;

/// Deeper ones cost every reader its stack.
const MAX_SCHEMA_DEPTH: usize = 32;

/// The longest name of a function that all vendors take.
const MAX_FUNCTION_BYTES: usize = 64;

/// A server and its tools.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Draft")]
pub struct Server {
    /// As the configuration calls it.
    pub name: Name,
    tools: Vec<Tool>,
}

/// A tool of a server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ToolDraft")]
pub struct Tool {
    name: String,
    description: String,
    parameters: Value,
}

#[derive(Deserialize)]
struct Draft {
    name: Name,
    tools: Vec<Tool>,
}

#[derive(Deserialize)]
struct ToolDraft {
    name: String,
    description: String,
    parameters: Value,
}

/// Why a tool cannot be offered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Its name would not stay one word wherever it is written.
    #[error("a name must have 1 to {MAX_NAME_BYTES} of A-Z, a-z, 0-9, _, -, . and /")]
    Name,
    /// What it takes is no object.
    #[error("the schema of its arguments is not an object")]
    NoObject,
    /// What it takes is said at too great length.
    #[error("the schema of its arguments has {size_bytes} bytes, and {MAX_SCHEMA_BYTES} are taken")]
    SchemaTooLarge {
        /// As JSON.
        size_bytes: usize,
    },
    /// What it takes is said in too many levels.
    #[error("the schema of its arguments is deeper than {MAX_SCHEMA_DEPTH} levels")]
    SchemaTooDeep,
    /// There is one already.
    #[error("the server has another tool of this name")]
    Twice,
    /// There are enough.
    #[error("the server has more than {MAX_TOOLS} tools")]
    TooMany,
}

impl Server {
    /// A server without tools.
    pub fn new(name: Name) -> Self {
        Self { name, tools: Vec::new() }
    }

    /// Adds a tool.
    ///
    /// # Errors
    /// [`Unfit::Twice`] and [`Unfit::TooMany`].
    pub fn add(&mut self, tool: Tool) -> Result<(), Unfit> {
        if self.tool(&tool.name).is_some() {
            return Err(Unfit::Twice);
        }
        if self.tools.len() >= MAX_TOOLS {
            return Err(Unfit::TooMany);
        }
        self.tools.push(tool);
        Ok(())
    }

    /// In the server's order; no two of one name.
    pub fn tools(&self) -> &[Tool] {
        &self.tools
    }

    /// The tool that the server calls so.
    pub fn tool(&self, name: &str) -> Option<&Tool> {
        self.tools.iter().find(|tool| tool.name == name)
    }

    /// The tool that a model calls so; see [`Self::specs`].
    pub fn called(&self, function: &Name) -> Option<&Tool> {
        self.tools.iter().find(|tool| self.function(tool) == *function)
    }

    /// Its tools as functions of a model: `SERVER__TOOL`. Functions of two servers never have one name.
    pub fn specs(&self) -> impl Iterator<Item = ToolSpec> {
        self.tools.iter().map(|tool| ToolSpec {
            name: self.function(tool),
            description: tool.description.clone(),
            parameters: tool.parameters.clone(),
        })
    }

    /// `SERVER__TOOL`, where that is a name, short enough, and can be taken apart in one way only. Else it gets a hash of
    /// both names: what one tool is called, no other can be made to be called.
    fn function(&self, tool: &Tool) -> Name {
        const HASH_DIGITS: usize = 16;
        let plain = format!("{}__{}", self.name, tool.name);
        let is_plain = plain.len() <= MAX_FUNCTION_BYTES
            && plain.matches("__").count() == 1
            && !plain.contains("___")
            && !looks_hashed(&plain, HASH_DIGITS);
        if let Some(name) = is_plain.then(|| plain.parse().ok()).flatten() {
            return name;
        }
        let hash = blake3::hash(format!("{}\n{}", self.name, tool.name).as_bytes()).to_hex();
        let mut word: String = plain.to_ascii_lowercase().replace(['.', '/'], "_");
        word.truncate(MAX_FUNCTION_BYTES - HASH_DIGITS - 1);
        format!("{word}-{}", &hash[..HASH_DIGITS])
            .parse()
            .expect("a server's name begins it, and the rest was replaced")
    }
}

/// Whether a plain name ends as those with a hash do.
fn looks_hashed(plain: &str, n_digits: usize) -> bool {
    plain.rsplit_once('-').is_some_and(|(_, end)| end.len() == n_digits && end.bytes().all(|b| b.is_ascii_hexdigit()))
}

impl Tool {
    /// A tool as a server describes it. A long description is cut.
    ///
    /// # Errors
    /// [`Unfit`] if it cannot be offered to a model.
    pub fn new(name: &str, description: &str, parameters: Value) -> Result<Self, Unfit> {
        /// For the note that a text was cut: what was recorded is read back as it is.
        const NOTE_BYTES: usize = 64;
        let is_name = (1..=MAX_NAME_BYTES).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-./".contains(&b));
        if !is_name {
            return Err(Unfit::Name);
        }
        if !parameters.is_object() {
            return Err(Unfit::NoObject);
        }
        if is_deeper(&parameters, MAX_SCHEMA_DEPTH) {
            return Err(Unfit::SchemaTooDeep);
        }
        let size_bytes = parameters.to_string().len();
        if size_bytes > MAX_SCHEMA_BYTES {
            return Err(Unfit::SchemaTooLarge { size_bytes });
        }
        let mut description = description.to_owned();
        if description.len() > MAX_DESCRIPTION_BYTES {
            description = cut(description, MAX_DESCRIPTION_BYTES - NOTE_BYTES);
        }
        Ok(Self { name: name.to_owned(), description, parameters })
    }

    /// As the server calls it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the server says of it.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The schema of its arguments; an object.
    pub fn parameters(&self) -> &Value {
        &self.parameters
    }
}

impl TryFrom<Draft> for Server {
    type Error = Unfit;

    fn try_from(draft: Draft) -> Result<Self, Unfit> {
        let mut server = Self::new(draft.name);
        draft.tools.into_iter().try_for_each(|tool| server.add(tool))?;
        Ok(server)
    }
}

impl TryFrom<ToolDraft> for Tool {
    type Error = Unfit;

    fn try_from(draft: ToolDraft) -> Result<Self, Unfit> {
        Self::new(&draft.name, &draft.description, draft.parameters)
    }
}

fn is_deeper(value: &Value, n_levels: usize) -> bool {
    let Some(below) = n_levels.checked_sub(1) else { return true };
    match value {
        Value::Array(items) => items.iter().any(|item| is_deeper(item, below)),
        Value::Object(fields) => fields.values().any(|field| is_deeper(field, below)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tool(name: &str) -> Result<Tool, Unfit> {
        Tool::new(name, "", json!({"type": "object"}))
    }

    fn deep(n_levels: usize) -> Value {
        (1..n_levels).fold(json!({}), |inner, _| json!({"a": inner}))
    }

    #[test]
    fn a_tool_is_a_word_with_a_bounded_schema() {
        for (name, schema, expected) in [
            ("echo", json!({}), Ok(())),
            ("files/read.text-2_X", deep(MAX_SCHEMA_DEPTH), Ok(())),
            (&"x".repeat(128), json!({}), Ok(())),
            (&"x".repeat(129), json!({}), Err(Unfit::Name)),
            ("", json!({}), Err(Unfit::Name)),
            ("a b", json!({}), Err(Unfit::Name)),
            ("a\u{1b}[2J", json!({}), Err(Unfit::Name)),
            ("é", json!({}), Err(Unfit::Name)),
            ("a", json!(true), Err(Unfit::NoObject)),
            ("a", deep(MAX_SCHEMA_DEPTH + 1), Err(Unfit::SchemaTooDeep)),
            ("a", json!({"a": "x".repeat(65_528)}), Ok(())),
            ("a", json!({"a": "x".repeat(65_529)}), Err(Unfit::SchemaTooLarge { size_bytes: 65_537 })),
        ] {
            assert_eq!(Tool::new(name, "", schema).map(drop), expected, "{name:?}");
        }
        assert!(
            Tool::new("a", &"é".repeat(5000), json!({})).unwrap().description().len() <= MAX_DESCRIPTION_BYTES + 64
        );
    }

    #[test]
    fn functions_of_different_tools_have_different_names() {
        let name = |server: &str, of: &str| {
            let server = Server::new(server.parse().unwrap());
            server.function(&tool(of).unwrap()).to_string()
        };
        assert_eq!(name("git", "git_status"), "git__git_status");
        let alike = [
            ("a", "b__c"),
            ("a__b", "c"),
            ("a", "_b"),
            ("a_", "b"),
            ("a", "b.c"),
            ("a", "b/c"),
            ("a", "B"),
            ("a", "b"),
            ("a", &"x".repeat(100)),
            ("a", &"x".repeat(101)),
        ];
        let names: std::collections::BTreeSet<String> = alike.iter().map(|(server, tool)| name(server, tool)).collect();
        assert_eq!(names.len(), alike.len(), "{names:?}");
        assert!(names.iter().all(|name| name.len() <= MAX_FUNCTION_BYTES), "{names:?}");
        // A tool that is named like another's hash does not get its name.
        let hashed = name("a", "B");
        let (_, stolen) = hashed.split_once("__").unwrap();
        assert_ne!(name("a", stolen), hashed);
    }

    #[test]
    fn a_server_is_read_back_as_it_was_recorded_or_not_at_all() {
        let mut server = Server::new("a".parse().unwrap());
        server.add(tool("one").unwrap()).unwrap();
        assert_eq!(server.add(tool("one").unwrap()), Err(Unfit::Twice));
        let recorded = serde_json::to_value(&server).unwrap();
        assert_eq!(serde_json::from_value::<Server>(recorded.clone()).unwrap(), server);
        assert_eq!(server.called(&"a__one".parse().unwrap()), server.tool("one"));
        let mut twice = recorded;
        let one = twice["tools"][0].clone();
        twice["tools"].as_array_mut().unwrap().push(one);
        assert!(serde_json::from_value::<Server>(twice).is_err());
        for i in 1..MAX_TOOLS {
            server.add(tool(&format!("t{i}")).unwrap()).unwrap();
        }
        assert_eq!(server.add(tool("more").unwrap()), Err(Unfit::TooMany));
    }
}
