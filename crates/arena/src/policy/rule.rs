//! Rules in their short form, read and checked.

use arena_core::permissions::Permissions;
use arena_core::problem::unknown;

use super::Writable;
use super::error::Error;
use super::pattern::Pattern;

/// What a tool does, for the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Read,
    Write,
    Command,
    Http,
    Mcp,
    McpResource,
    Talk,
}

/// Every tool that rules can be about.
pub(super) const TOOLS: [(&str, Kind); 14] = [
    ("read_file", Kind::Read),
    ("search_files", Kind::Read),
    ("list_files", Kind::Read),
    ("list_code_definition_names", Kind::Read),
    ("write_to_file", Kind::Write),
    ("replace_in_file", Kind::Write),
    ("apply_patch", Kind::Write),
    ("execute_command", Kind::Command),
    ("http_request", Kind::Http),
    ("web_fetch", Kind::Http),
    ("use_mcp_tool", Kind::Mcp),
    ("access_mcp_resource", Kind::McpResource),
    ("attempt_completion", Kind::Talk),
    ("ask_followup_question", Kind::Talk),
];

/// Which list a rule stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Allow,
    Ask,
    Deny,
}

/// One rule.
#[derive(Debug)]
pub(super) struct Rule {
    /// As it was written.
    pub(super) text: String,
    pub(super) tool: &'static str,
    pub(super) kind: Kind,
    /// As it was written; `None` is about all calls of the tool.
    pub(super) pattern: Option<(String, Pattern)>,
    pub(super) verdict: Verdict,
}

/// All rules of a set.
#[derive(Debug)]
pub(super) struct Rules(pub(super) Vec<Rule>);

impl Kind {
    pub(super) fn of(tool: &str) -> Option<Self> {
        TOOLS.iter().find(|(name, _)| *name == tool).map(|(_, kind)| *kind)
    }
}

/// `tool` or `tool(inside)`, taken apart.
pub(super) fn split(text: &str) -> Result<(&'static str, Kind, Option<&str>), String> {
    let (name, inside) = match text.trim().split_once('(') {
        None => (text.trim(), None),
        Some((name, rest)) => match rest.strip_suffix(')') {
            Some(inside) => (name.trim(), Some(inside.trim())),
            None => return Err(format!("{text:?} does not end with )")),
        },
    };
    match TOOLS.iter().find(|(known, _)| *known == name) {
        Some((known, kind)) => Ok((known, *kind, inside)),
        None => Err(format!("{text:?}: {}", unknown("tool", name, TOOLS.iter().map(|(known, _)| *known)))),
    }
}

impl Rules {
    pub(super) fn read(permissions: &Permissions) -> Result<Self, Error> {
        let Permissions { allow, ask, deny, .. } = permissions;
        let mut rules = Vec::new();
        let mut problems = Vec::new();
        for (texts, verdict) in [(allow, Verdict::Allow), (ask, Verdict::Ask), (deny, Verdict::Deny)] {
            for text in texts {
                match Rule::read(text, verdict) {
                    Ok(rule) => rules.push(rule),
                    Err(problem) => problems.push(problem),
                }
            }
        }
        let rules = Self(rules);
        problems.extend(rules.dead());
        if problems.is_empty() { Ok(rules) } else { Err(Error::Rules(problems)) }
    }

    /// Rules that never decide anything.
    fn dead(&self) -> Vec<String> {
        let mut dead = Vec::new();
        for (i, rule) in self.0.iter().enumerate() {
            let same = |other: &&Rule| {
                other.tool == rule.tool
                    && other.pattern.as_ref().map(|(text, _)| text) == rule.pattern.as_ref().map(|(text, _)| text)
            };
            if self.0[..i].iter().find(same).is_some_and(|other| other.verdict == rule.verdict) {
                dead.push(format!("{:?} is there twice", rule.text));
            }
            let denies = |other: &&Rule| {
                other.verdict == Verdict::Deny && (same(other) || (other.tool == rule.tool && other.pattern.is_none()))
            };
            if let Some(other) = self.0.iter().find(denies).filter(|_| rule.verdict != Verdict::Deny) {
                dead.push(format!("{:?} can never match: deny has {:?}; take one of them out", rule.text, other.text));
            }
        }
        dead
    }

    /// Whether any rule lets some calls of `tool` run.
    pub(super) fn grants(&self, tool: &str) -> bool {
        self.0.iter().any(|rule| rule.tool == tool && rule.verdict != Verdict::Deny)
    }

    /// Whether a rule lets all calls of `tool` run that none denies.
    pub(super) fn grants_all(&self, tool: &str) -> bool {
        self.0.iter().any(|rule| rule.tool == tool && rule.verdict == Verdict::Allow && rule.pattern.is_none())
    }

    /// See [`super::Policy::writable`].
    pub(super) fn writable(&self) -> Writable {
        let granted = || self.0.iter().filter(|rule| rule.tool == "write_to_file" && rule.verdict == Verdict::Allow);
        let folder = |rule: &Rule| {
            let (text, _) = rule.pattern.as_ref()?;
            let folder = text.trim_start_matches("./").strip_suffix("/**")?;
            (!folder.contains(['*', '?', '[', '{'])).then(|| folder.to_owned())
        };
        match granted().map(folder).collect::<Option<Vec<String>>>() {
            Some(folders) if !folders.is_empty() => Writable::Beneath(folders),
            _ => Writable::All,
        }
    }

    /// See [`super::Policy::destinations`].
    pub(super) fn destinations(&self) -> Vec<String> {
        let granted = self.0.iter().filter(|rule| rule.kind == Kind::Http && rule.verdict != Verdict::Deny);
        granted.filter_map(|rule| Some(rule.pattern.as_ref()?.0.rsplit(' ').next()?.to_owned())).collect()
    }

    /// The patterns of rules about tools of `kind` of which `fits` holds.
    pub(super) fn fitting(&self, kinds: &[Kind], fits: impl Fn(&Pattern) -> bool) -> Vec<&str> {
        let patterns = self.0.iter().filter(|rule| kinds.contains(&rule.kind)).filter_map(|rule| rule.pattern.as_ref());
        patterns.filter(|(_, pattern)| fits(pattern)).map(|(text, _)| text.as_str()).collect()
    }
}

impl Rule {
    fn read(text: &str, verdict: Verdict) -> Result<Self, String> {
        let (tool, kind, inside) = split(text)?;
        let pattern = match (inside, kind) {
            (None | Some("*"), _) => None,
            (Some(inside), Kind::Read | Kind::Write) => Some(Pattern::path(inside).map(|it| (inside.to_owned(), it))),
            (Some(inside), Kind::Command) => Some(Pattern::command(inside).map(|it| (inside.to_owned(), it))),
            (Some(inside), Kind::Http) => Some(Pattern::host(inside).map(|it| (inside.to_owned(), it))),
            (Some(inside), Kind::Mcp | Kind::McpResource) => {
                Some(Pattern::server(inside).map(|it| (inside.to_owned(), it)))
            }
            (Some(_), Kind::Talk) => Some(Err(format!("{tool} has nothing that a pattern could be about"))),
        };
        let pattern = pattern.transpose().map_err(|problem| format!("{text:?}: {problem}"))?;
        let pattern = match (verdict, pattern) {
            (Verdict::Deny, Some((inside, pattern))) => Some((inside, pattern.at_every_port())),
            (_, pattern) => pattern,
        };
        Ok(Self { text: text.to_owned(), tool, kind, pattern, verdict })
    }
}
