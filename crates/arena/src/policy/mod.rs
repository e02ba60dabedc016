//! Which calls of real tools may run: short rules and Cedar policies, over what a call would touch. Pure.
//!
//! A rule is `tool` or `tool(pattern)`. Rules are compiled to Cedar, which decides; whether a pattern fits is told to it,
//! as Cedar's own patterns know neither folders nor the words of a command. What may run is the least that holds for all
//! that a call touches, and what no rule allows may not run.

mod cedar;
mod error;
mod examples;
mod pattern;
mod rule;
mod script;

use arena_core::id::MatchId;
use arena_core::permissions::Permissions;
use arena_core::spec::Spec;

pub use self::error::Error;
pub use self::examples::call;
pub use self::script::Script;

use self::cedar::{Answer, Engine, Question};
use self::rule::{Kind, Rules};

/// Something that a call would touch.
#[derive(Clone, Debug, PartialEq)]
pub enum Access {
    /// A file is read, or a folder looked at. The path is beneath the workspace; `.` is the workspace.
    Read(String),
    /// A file is made, changed or removed.
    Write(String),
    /// A command line is run.
    Command(Script),
    /// A request goes out.
    Http {
        /// In upper case.
        method: String,
        /// `http` or `https`.
        scheme: String,
        /// As it was parsed: a name in lower case, or an address.
        host: String,
        /// The port.
        port: u16,
        /// Beneath the host.
        path: String,
    },
    /// A tool of an MCP server is called.
    Mcp {
        /// Which server.
        server: String,
        /// Which of its tools.
        tool: String,
    },
    /// A resource of an MCP server is read.
    McpResource {
        /// Which server.
        server: String,
        /// Which of its resources.
        uri: String,
    },
    /// Nothing outside of the conversation.
    Talk,
}

/// What the rules say to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It may run.
    Allow,
    /// A person has to decide.
    Ask,
    /// It may not run.
    Deny,
}

impl Effect {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Ask => "ask",
            Self::Deny => "deny",
        }
    }
}

/// What the rules say, and which of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What follows.
    pub effect: Effect,
    /// The rules that decided, as they were written; none if nothing is allowed by any.
    pub rules: Vec<String>,
    /// A sentence for the model, if it may not run.
    pub reason: String,
}

/// Where commands may write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Writable {
    /// Everywhere in the workspace.
    All,
    /// Beneath these folders.
    Beneath(Vec<String>),
}

/// The rules for one agent in one match.
pub struct Policy {
    rules: Rules,
    engine: Engine,
}

impl Policy {
    /// The rules for the Target of a match: its agent's, or else the scenario's.
    ///
    /// # Errors
    /// [`Error`] lists the rules that make no sense, and the examples that come out otherwise.
    pub fn of(id: MatchId, spec: &Spec) -> Result<Self, Error> {
        let agent = &spec.target.agent;
        let permissions = agent.permissions.as_ref().unwrap_or(&spec.scenario.target.permissions);
        Self::new(permissions, agent.name.as_str(), &id.to_string(), spec.scenario.name.as_str())
    }

    /// Rules for an agent in a match of a scenario.
    ///
    /// # Errors
    /// As of [`Self::of`].
    pub fn new(permissions: &Permissions, agent: &str, id: &str, scenario: &str) -> Result<Self, Error> {
        let rules = Rules::read(permissions)?;
        let engine = Engine::new(&rules, &permissions.cedar, agent, id, scenario)?;
        let policy = Self { rules, engine };
        examples::check(&policy, permissions)?;
        Ok(policy)
    }

    /// What the rules say to a call of `tool` that would touch all this. `wants_approval`: the model itself says that a
    /// person should look at it; that can raise the bar and never lower it.
    pub fn decide(&self, tool: &str, accesses: &[Access], wants_approval: bool) -> Decision {
        let mut answers = Vec::new();
        for access in accesses {
            self.ask(tool, access, &mut answers);
        }
        let worst = answers.iter().map(|answer| answer.effect).max().unwrap_or(Effect::Deny);
        let mut rules: Vec<String> = Vec::new();
        for answer in answers.iter().filter(|answer| answer.effect == worst) {
            rules.extend(answer.rules.iter().filter(|rule| !rules.contains(rule)).cloned().collect::<Vec<_>>());
        }
        let effect = if worst == Effect::Allow && wants_approval { Effect::Ask } else { worst };
        let about = answers.iter().find(|answer| answer.effect == worst).map(|answer| answer.about.as_str());
        let about = about.filter(|about| !about.is_empty()).map(|about| format!(" {about}")).unwrap_or_default();
        let reason = match (effect, rules.is_empty()) {
            (Effect::Allow, _) => String::new(),
            (Effect::Ask, _) => format!("a person has to allow {tool}{about}"),
            (Effect::Deny, true) => format!("no rule allows {tool}{about}"),
            (Effect::Deny, false) => format!("{tool}{about} is denied by the rule {}", rules.join(", ")),
        };
        Decision { effect, rules, reason }
    }

    /// Whether `read_file` may read this file. Where no rule is about `read_file`, what is not denied may be read: then
    /// commands are what the rules are about.
    pub fn readable(&self, path: &str) -> bool {
        let answer = self.engine.answer(&self.rules, &Question::file("read_file", path));
        match answer.effect {
            Effect::Allow => true,
            Effect::Ask => false,
            Effect::Deny => answer.rules.is_empty() && !self.rules.grants("read_file"),
        }
    }

    /// Whether a command may leave `path` changed, and if not, which rule says so.
    ///
    /// # Errors
    /// A sentence for the model.
    pub fn writable_by_commands(&self, path: &str) -> Result<(), String> {
        let answer = self.engine.answer(&self.rules, &Question::file("write_to_file", path));
        match answer.effect {
            Effect::Allow => Ok(()),
            Effect::Deny if answer.rules.is_empty() && !self.rules.grants("write_to_file") => Ok(()),
            Effect::Deny if answer.rules.is_empty() => Err(format!("no rule allows write_to_file {path}")),
            Effect::Ask | Effect::Deny => {
                Err(format!("write_to_file {path} is not allowed by the rule {}", answer.rules.join(", ")))
            }
        }
    }

    /// Where commands can write at all. Not as fine as the rules: [`Self::writable_by_commands`] is.
    pub fn writable(&self) -> Writable {
        self.rules.writable()
    }

    /// The patterns of hosts that requests may go to.
    pub fn destinations(&self) -> Vec<String> {
        self.rules.destinations()
    }

    /// What is asked of Cedar for one access.
    fn ask(&self, tool: &str, access: &Access, answers: &mut Vec<Answer>) {
        let answer = |question: Question| self.engine.answer(&self.rules, &question);
        let mut ask = |question: Question| answers.push(answer(question));
        match access {
            Access::Read(path) => {
                // An edit is ruled by its own name; what may not be read may not be edited either.
                if Kind::of(tool) == Some(Kind::Write) {
                    if !self.readable(path) {
                        ask(Question::file("read_file", path));
                    }
                } else {
                    ask(Question::file(tool, path));
                }
            }
            Access::Write(path) => ask(Question::file(tool, path)),
            Access::Command(script) => {
                let is_granted = self.rules.grants_all("execute_command");
                for question in Question::commands(script) {
                    ask(question);
                }
                for redirect in &script.redirects {
                    let tool = if redirect.writes { "write_to_file" } else { "read_file" };
                    match &redirect.path {
                        // The sandbox has nothing else to write to than temporary folders.
                        None if is_granted => {}
                        None => ask(Question::opaque("it is redirected to a place that cannot be told")),
                        Some(path) => {
                            // Where all commands are allowed, only what is forbidden or asked for counts.
                            let said = answer(Question::file(tool, path));
                            let is_silent = said.effect == Effect::Deny && said.rules.is_empty();
                            if !(is_granted && is_silent) {
                                ask(Question::file(tool, path));
                            }
                        }
                    }
                }
            }
            Access::Http { method, scheme, host, port, path } => {
                ask(Question::http(tool, method, scheme, host, *port, path));
            }
            Access::Mcp { server, tool: name } => ask(Question::mcp(server, name)),
            Access::McpResource { server, uri } => ask(Question::mcp_resource(server, uri)),
            Access::Talk if Kind::of(tool) == Some(Kind::Talk) => ask(Question::talk(tool)),
            // More of what the tool said before.
            Access::Talk if Kind::of(tool).is_some() => answers.push(Answer::nothing_touched()),
            Access::Talk => ask(Question::talk(tool)),
        }
    }
}

#[cfg(test)]
mod tests;
