//! The rules as Cedar policies, and what is asked of Cedar.

use std::fmt::Write as _;
use std::str::FromStr as _;
use std::sync::LazyLock;

use arena_core::id::Seat;
use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
    RestrictedExpression, Schema, ValidationMode, Validator,
};

use super::Effect;
use super::error::Error;
use super::pattern::Pattern;
use super::rule::{Kind, Rule, Rules, TOOLS, Verdict};
use super::script::Script;

/// What there is to write policies about. `fits` are the patterns of short rules that fit what is asked for, `may_fit`
/// those that may fit once the shell has put in what only it knows.
const SCHEMA: &str = r"
entity Agent = { seat: String, match: String, scenario: String };
entity File, Command, Host, McpServer, Conversation;
action read_file, search_files, list_files, list_code_definition_names appliesTo {
  principal: Agent, resource: File, context: { path: String, fits: Set<String> },
};
action write_to_file, replace_in_file, apply_patch appliesTo {
  principal: Agent, resource: File, context: { path: String, fits: Set<String> },
};
action execute_command appliesTo {
  principal: Agent, resource: Command, context: {
    script: String, program: String, argv: Set<String>, programs: Set<String>, redirects: Bool, assigns: Bool, opaque: Bool,
    fits: Set<String>, may_fit: Set<String>,
  },
};
action http_request, web_fetch appliesTo {
  principal: Agent, resource: Host, context: {
    method: String, scheme: String, host: String, port: Long, path: String, fits: Set<String>,
  },
};
action use_mcp_tool appliesTo {
  principal: Agent, resource: McpServer, context: { server: String, tool: String, fits: Set<String> },
};
action access_mcp_resource appliesTo {
  principal: Agent, resource: McpServer, context: { server: String, uri: String, fits: Set<String> },
};
action attempt_completion, ask_followup_question appliesTo {
  principal: Agent, resource: Conversation, context: { fits: Set<String> },
};
";

static PARSED: LazyLock<Schema> = LazyLock::new(|| {
    let (schema, _) = Schema::from_cedarschema_str(SCHEMA).expect("our own schema is one");
    schema
});

/// The compiled rules.
pub(super) struct Engine {
    policies: PolicySet,
    entities: Entities,
    agent: EntityUid,
    authorizer: Authorizer,
}

/// One thing that is asked of Cedar.
pub(super) struct Question {
    tool: String,
    resource: (&'static str, String),
    context: Vec<(&'static str, RestrictedExpression)>,
    about: String,
    subject: Subject,
}

/// What patterns are held against.
enum Subject {
    Path(String),
    Command { argv: Vec<Option<String>>, is_plain: bool },
    Host { method: String, scheme: String, host: String, port: u16 },
    Server(String, String),
    Nothing,
}

/// What Cedar says.
pub(super) struct Answer {
    pub(super) effect: Effect,
    /// The rules that decided, as they were written.
    pub(super) rules: Vec<String>,
    /// What it was about, for a sentence.
    pub(super) about: String,
}

impl Answer {
    /// No rule has to allow a call that touches nothing.
    pub(super) fn nothing_touched() -> Self {
        Self { effect: Effect::Allow, rules: vec![], about: String::new() }
    }
}

impl Engine {
    pub(super) fn new(rules: &Rules, cedar: &str, agent: &str, id: &str, scenario: &str) -> Result<Self, Error> {
        let unreadable = |error: &dyn std::fmt::Display| Error::Cedar(error.to_string());
        let text = compile(rules);
        let mut policies = PolicySet::from_str(&text).map_err(|error| unreadable(&error))?;
        let own = PolicySet::from_str(cedar).map_err(|error| unreadable(&error))?;
        policies.merge(&own, true).map_err(|error| unreadable(&error))?;
        let validated = Validator::new(PARSED.clone()).validate(&policies, ValidationMode::Strict);
        if let Some(error) = validated.validation_errors().next() {
            return Err(unreadable(error));
        }
        let agent = uid("Agent", agent);
        let attributes = [("seat", Seat::Target.word()), ("match", id), ("scenario", scenario)]
            .map(|(name, value)| (name.to_owned(), RestrictedExpression::new_string(value.to_owned())));
        let entity = cedar_policy::Entity::new(agent.clone(), attributes.into_iter().collect(), [].into());
        let entity = entity.map_err(|error| unreadable(&error))?;
        let entities = Entities::from_entities([entity], None).map_err(|error| unreadable(&error))?;
        Ok(Self { policies, entities, agent, authorizer: Authorizer::new() })
    }

    /// Asks. What cannot be asked is denied.
    pub(super) fn answer(&self, rules: &Rules, question: &Question) -> Answer {
        let about = question.about.clone();
        let denied = |rules| Answer { effect: Effect::Deny, rules, about: about.clone() };
        let Some(request) = question.request(&self.agent, rules) else { return denied(vec![]) };
        let response = self.authorizer.is_authorized(&request, &self.policies, &self.entities);
        // A policy that fails says nothing; a rule that forbids must not be lost that way.
        if response.diagnostics().errors().next().is_some() {
            return denied(vec!["permissions.cedar (a policy failed)".to_owned()]);
        }
        let annotation = |id, key| self.policies.annotation(id, key);
        let mut said: Vec<String> = Vec::new();
        let mut all_ask = true;
        for id in response.diagnostics().reason() {
            all_ask &= annotation(id, "verdict") == Some("ask");
            let rule =
                annotation(id, "rule").or_else(|| annotation(id, "id")).map_or_else(|| id.to_string(), str::to_owned);
            if !said.contains(&rule) {
                said.push(rule);
            }
        }
        said.sort();
        let effect = match response.decision() {
            Decision::Allow => Effect::Allow,
            Decision::Deny if all_ask && !said.is_empty() => Effect::Ask,
            Decision::Deny => Effect::Deny,
        };
        Answer { effect, rules: said, about }
    }
}

/// The rules as Cedar writes them.
fn compile(rules: &Rules) -> String {
    let mut text = String::new();
    for rule in &rules.0 {
        let actions = match (rule.verdict, rule.tool) {
            // Who may not write a file may not edit it either.
            (Verdict::Deny | Verdict::Ask, "write_to_file") => {
                "action in [Action::\"write_to_file\", Action::\"replace_in_file\", Action::\"apply_patch\"]".to_owned()
            }
            (_, tool) => format!("action == Action::{tool:?}"),
        };
        let name = quoted(&rule.text);
        let (fits, may_fit) = (condition(rule, false), condition(rule, true));
        match rule.verdict {
            Verdict::Allow => {
                let _ = writeln!(text, "@rule({name}) permit(principal, {actions}, resource){fits};");
            }
            Verdict::Ask => {
                let _ = writeln!(text, "@rule({name}) permit(principal, {actions}, resource){fits};");
                let _ =
                    writeln!(text, "@rule({name}) @verdict(\"ask\") forbid(principal, {actions}, resource){may_fit};");
            }
            Verdict::Deny => {
                let _ = writeln!(text, "@rule({name}) forbid(principal, {actions}, resource){may_fit};");
            }
        }
    }
    text
}

/// When the rule's pattern fits; `broadly`, also when it may: what cannot be read may be what is forbidden.
fn condition(rule: &Rule, broadly: bool) -> String {
    let Some((pattern, _)) = &rule.pattern else { return String::new() };
    let pattern = quoted(pattern);
    match rule.kind {
        Kind::Command if broadly => format!(" when {{ context.may_fit.contains({pattern}) || context.opaque }}"),
        _ => format!(" when {{ context.fits.contains({pattern}) }}"),
    }
}

/// Text as Cedar quotes it.
fn quoted(text: &str) -> String {
    format!("{text:?}")
}

fn uid(kind: &str, id: &str) -> EntityUid {
    let kind = EntityTypeName::from_str(kind).expect("our own types are names");
    EntityUid::from_type_name_and_id(kind, EntityId::new(id))
}

fn string(text: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(text.to_owned())
}

fn set<'a>(texts: impl IntoIterator<Item = &'a str>) -> RestrictedExpression {
    RestrictedExpression::new_set(texts.into_iter().map(string))
}

impl Question {
    /// About a file or a folder.
    pub(super) fn file(tool: &str, path: &str) -> Self {
        Self {
            tool: tool.to_owned(),
            resource: ("File", path.to_owned()),
            context: vec![("path", string(path))],
            about: path.to_owned(),
            subject: Subject::Path(path.to_owned()),
        }
    }

    /// About each command of a script; about the whole, if it is not known what is in it.
    pub(super) fn commands(script: &Script) -> Vec<Self> {
        let programs: Vec<&str> =
            script.commands.iter().filter_map(|command| command.argv.first()?.as_deref()).collect();
        let question = |argv: &[Option<String>], assigns: bool, opaque: Option<&str>| {
            let words: Vec<&str> = argv.iter().flatten().map(String::as_str).collect();
            let program = argv.first().and_then(Option::as_deref).unwrap_or_default();
            Self {
                tool: "execute_command".to_owned(),
                resource: ("Command", program.to_owned()),
                context: vec![
                    ("script", string(&script.text)),
                    ("program", string(program)),
                    ("argv", set(words.iter().copied())),
                    ("programs", set(programs.iter().copied())),
                    ("redirects", RestrictedExpression::new_bool(!script.redirects.is_empty())),
                    ("assigns", RestrictedExpression::new_bool(assigns)),
                    ("opaque", RestrictedExpression::new_bool(opaque.is_some())),
                ],
                about: match opaque {
                    Some(why) => format!("of this script ({why})"),
                    None => words.join(" "),
                },
                subject: Subject::Command { argv: argv.to_vec(), is_plain: !assigns && opaque.is_none() },
            }
        };
        let mut questions: Vec<Self> =
            script.commands.iter().map(|command| question(&command.argv, command.assigns, None)).collect();
        if script.opaque.is_some() || questions.is_empty() {
            let why = script.opaque.unwrap_or("there is no command in it");
            questions.push(question(&[], false, Some(why)));
        }
        questions
    }

    /// About a script that does something that cannot be told.
    pub(super) fn opaque(why: &'static str) -> Self {
        let script = Script { opaque: Some(why), ..Script::default() };
        Self::commands(&script).remove(0)
    }

    /// About a request.
    pub(super) fn http(tool: &str, method: &str, scheme: &str, host: &str, port: u16, path: &str) -> Self {
        Self {
            tool: tool.to_owned(),
            resource: ("Host", format!("{host}:{port}")),
            context: vec![
                ("method", string(method)),
                ("scheme", string(scheme)),
                ("host", string(host)),
                ("port", RestrictedExpression::new_long(i64::from(port))),
                ("path", string(path)),
            ],
            about: format!("{method} {scheme}://{host}:{port}"),
            subject: Subject::Host {
                method: method.to_owned(),
                scheme: scheme.to_owned(),
                host: host.to_owned(),
                port,
            },
        }
    }

    /// About a tool of an MCP server.
    pub(super) fn mcp(server: &str, tool: &str) -> Self {
        Self {
            tool: "use_mcp_tool".to_owned(),
            resource: ("McpServer", server.to_owned()),
            context: vec![("server", string(server)), ("tool", string(tool))],
            about: format!("{server}/{tool}"),
            subject: Subject::Server(server.to_owned(), tool.to_owned()),
        }
    }

    /// About a resource of an MCP server.
    pub(super) fn mcp_resource(server: &str, uri: &str) -> Self {
        Self {
            tool: "access_mcp_resource".to_owned(),
            resource: ("McpServer", server.to_owned()),
            context: vec![("server", string(server)), ("uri", string(uri))],
            about: format!("{server}/{uri}"),
            subject: Subject::Server(server.to_owned(), uri.to_owned()),
        }
    }

    /// About the conversation.
    pub(super) fn talk(tool: &str) -> Self {
        Self {
            tool: tool.to_owned(),
            resource: ("Conversation", String::new()),
            context: vec![],
            about: String::new(),
            subject: Subject::Nothing,
        }
    }

    /// The patterns that fit.
    fn fits<'a>(&self, rules: &'a Rules) -> Vec<&'a str> {
        let fits = |pattern: &Pattern| match &self.subject {
            Subject::Path(path) => pattern.fits_path(path),
            // Variables can make a program of another one.
            Subject::Command { argv, is_plain } => *is_plain && pattern.fits_command(argv),
            Subject::Host { method, scheme, host, port } => pattern.fits_host(method, scheme, host, *port),
            Subject::Server(server, what) => pattern.fits_server(server, what),
            Subject::Nothing => false,
        };
        let kinds: &[Kind] = match &self.subject {
            Subject::Path(_) => &[Kind::Read, Kind::Write],
            Subject::Command { .. } => &[Kind::Command],
            Subject::Host { .. } => &[Kind::Http],
            Subject::Server(..) => &[Kind::Mcp, Kind::McpResource],
            Subject::Nothing => &[],
        };
        rules.fitting(kinds, fits)
    }

    fn request(&self, agent: &EntityUid, rules: &Rules) -> Option<Request> {
        TOOLS.iter().find(|(known, _)| *known == self.tool)?;
        let fits = [("fits", set(self.fits(rules)))];
        let may_fit = match &self.subject {
            Subject::Command { argv, .. } => {
                let may_fit = rules.fitting(&[Kind::Command], |pattern| pattern.may_fit_command(argv));
                Some(("may_fit", set(may_fit)))
            }
            _ => None,
        };
        let context = self.context.iter().cloned().chain(fits).chain(may_fit);
        let pairs = context.map(|(name, value)| (name.to_owned(), value));
        let context = Context::from_pairs(pairs).ok()?;
        let action = uid("Action", &self.tool);
        let resource = uid(self.resource.0, &self.resource.1);
        Request::new(agent.clone(), action, resource, context, Some(&PARSED)).ok()
    }
}
