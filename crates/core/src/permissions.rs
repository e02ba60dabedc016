//! Which calls of real tools may run, as it is written in agent files and scenarios. What the rules mean, the arena knows.

use serde::Deserialize;

/// Rules in their short form: `tool`, or `tool(pattern)`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions {
    /// What may run.
    pub allow: Vec<String>,
    /// What a person has to allow each time.
    pub ask: Vec<String>,
    /// What may not run, whatever else is written.
    pub deny: Vec<String>,
    /// Calls that have to be allowed: checked when the rules are read.
    pub allows: Vec<String>,
    /// Calls that have to be denied: checked when the rules are read.
    pub denies: Vec<String>,
    /// More rules, as Cedar policies.
    pub cedar: String,
}

/// As they are written: a list of what may run, or a table.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a list of rules, or a table with allow, ask, deny, allows, denies and cedar")]
pub(crate) enum DraftPermissions {
    Allow(Vec<String>),
    Table(Table),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
pub(crate) struct Table {
    allow: Vec<String>,
    ask: Vec<String>,
    deny: Vec<String>,
    allows: Vec<String>,
    denies: Vec<String>,
    cedar: String,
}

/// A set of rules is read by people, and each costs time with every call.
const MAX_RULES: usize = 256;

/// One rule, and all Cedar policies together, bytes.
const MAX_RULE_BYTES: usize = 1 << 10;
const MAX_CEDAR_BYTES: usize = 64 << 10;

impl DraftPermissions {
    /// The permissions, if they are within bounds.
    pub(crate) fn checked(self) -> Result<Permissions, String> {
        let Table { allow, ask, deny, allows, denies, cedar } = match self {
            Self::Allow(allow) => Table { allow, ..Table::default() },
            Self::Table(table) => table,
        };
        let all = || [&allow, &ask, &deny, &allows, &denies].into_iter().flatten();
        if all().count() > MAX_RULES {
            return Err(format!("must be at most {MAX_RULES} rules and examples"));
        }
        if all().any(|rule| rule.len() > MAX_RULE_BYTES) || cedar.len() > MAX_CEDAR_BYTES {
            return Err(format!("a rule must have at most {MAX_RULE_BYTES} bytes, cedar {MAX_CEDAR_BYTES}"));
        }
        Ok(Permissions { allow, ask, deny, allows, denies, cedar })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_allows_and_a_table_says_more() {
        #[derive(Deserialize)]
        struct File {
            permissions: DraftPermissions,
        }
        let read = |toml: &str| toml::from_str::<File>(toml).map(|file| file.permissions.checked());
        let list = read("permissions = [\"read_file\"]").unwrap().unwrap();
        assert_eq!(list, Permissions { allow: vec!["read_file".to_owned()], ..Permissions::default() });
        let table = read("[permissions]\ndeny = [\"a\"]\ncedar = \"x\"").unwrap().unwrap();
        assert_eq!((table.deny.len(), table.cedar.as_str(), table.allow.len()), (1, "x", 0));
        assert!(read("[permissions]\nalow = []").is_err());
        assert!(read(&format!("permissions = [{}]", "\"a\",".repeat(257))).unwrap().is_err());
        assert!(read(&format!("permissions = [\"{}\"]", "a".repeat(2_000))).unwrap().is_err());
    }
}
