//! A command line as the rules see it: the commands in it, word by word, and where it is redirected to. Pure.
//!
//! Read with a parser of bash, never by its text. What is not understood for certain makes the script opaque: then no rule
//! about single commands fits it, and rules that forbid some hold it back.

use brush_parser::ast::{
    AndOr, AndOrList, Assignment, AssignmentValue, Command, CommandPrefixOrSuffixItem as Item, CompoundCommand,
    CompoundList, ExtendedTestExpr, IoFileRedirectKind, IoFileRedirectTarget, IoRedirect, Pipeline, SimpleCommand,
    Word,
};
use brush_parser::word::{WordPiece, WordPieceWithSource};
use brush_parser::{Parser, ParserOptions};

/// Longer scripts are opaque, bytes.
const MAX_BYTES: usize = 8 << 10;

/// More brackets within each other make a script opaque: the parser tries some of them in several ways.
const MAX_DEPTH: usize = 8;

/// Commands of a script.
const MAX_COMMANDS: usize = 256;

/// Programs that run what their arguments say, so that their own name tells little.
const WRAPPERS: [&str; 26] = [
    ".", "bash", "builtin", "busybox", "chroot", "command", "coproc", "dash", "doas", "env", "eval", "exec", "find",
    "nice", "nohup", "parallel", "setsid", "sh", "source", "strace", "su", "sudo", "time", "timeout", "trap", "xargs",
];

/// A script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// As it was written.
    pub text: String,
    /// Every command in it, those of substitutions and subshells too.
    pub commands: Vec<Simple>,
    /// Where it reads from and writes to files.
    pub redirects: Vec<Redirect>,
    /// Why it cannot be told what it runs; nothing if it can.
    pub opaque: Option<&'static str>,
}

/// A command without anything around it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Simple {
    /// The program and its arguments; `None` is a word that only the shell will know. Empty if it only sets variables.
    pub argv: Vec<Option<String>>,
    /// It sets variables, for itself or for those after it: they can change what a program is and does.
    pub assigns: bool,
}

/// A file that a script reads from or writes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// Beneath the workspace; `None` if it cannot be told.
    pub path: Option<String>,
    /// It is written to.
    pub writes: bool,
}

impl Script {
    /// Reads a command line.
    pub fn parse(text: &str) -> Self {
        let mut reader = Reader { script: Self { text: text.to_owned(), ..Self::default() }, moved: false };
        reader.read(text);
        let Reader { mut script, moved } = reader;
        if moved {
            // It may be another folder by then.
            script.redirects.iter_mut().for_each(|redirect| redirect.path = None);
        }
        script
    }
}

struct Reader {
    script: Script,
    /// It changes the folder that paths are relative to.
    moved: bool,
}

impl Reader {
    fn read(&mut self, text: &str) {
        if text.len() > MAX_BYTES {
            return self.opaque("it is too long");
        }
        if depth(text) > MAX_DEPTH {
            return self.opaque("it is nested too deeply");
        }
        match Parser::new(text.as_bytes(), &ParserOptions::default()).parse_program() {
            Ok(program) => program.complete_commands.iter().for_each(|list| self.list(list)),
            Err(_) => self.opaque("it cannot be read as a script of bash"),
        }
    }

    fn opaque(&mut self, why: &'static str) {
        self.script.opaque.get_or_insert(why);
    }

    fn list(&mut self, CompoundList(items): &CompoundList) {
        for item in items {
            self.and_or(&item.0);
        }
    }

    fn and_or(&mut self, AndOrList { first, additional }: &AndOrList) {
        self.pipeline(first);
        for AndOr::And(pipeline) | AndOr::Or(pipeline) in additional {
            self.pipeline(pipeline);
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline) {
        for command in &pipeline.seq {
            self.command(command);
        }
    }

    fn command(&mut self, command: &Command) {
        let redirects = match command {
            Command::Simple(simple) => return self.simple(simple),
            Command::Function(_) => return self.opaque("it defines a function"),
            Command::Compound(compound, redirects) => {
                self.compound(compound);
                redirects
            }
            Command::ExtendedTest(test, redirects) => {
                self.test(&test.expr);
                redirects
            }
        };
        for redirect in redirects.iter().flat_map(|list| &list.0) {
            self.redirect(redirect);
        }
    }

    fn compound(&mut self, compound: &CompoundCommand) {
        match compound {
            CompoundCommand::BraceGroup(group) => self.list(&group.list),
            CompoundCommand::Subshell(subshell) => self.list(&subshell.list),
            CompoundCommand::ForClause(clause) => {
                clause.values.iter().flatten().for_each(|word| drop(self.word(word)));
                self.list(&clause.body.list);
            }
            CompoundCommand::CaseClause(clause) => {
                self.word(&clause.value);
                for case in &clause.cases {
                    case.patterns.iter().for_each(|word| drop(self.word(word)));
                    case.cmd.iter().for_each(|list| self.list(list));
                }
            }
            CompoundCommand::IfClause(clause) => {
                self.list(&clause.condition);
                self.list(&clause.then);
                for other in clause.elses.iter().flatten() {
                    other.condition.iter().for_each(|list| self.list(list));
                    self.list(&other.body);
                }
            }
            CompoundCommand::WhileClause(clause) | CompoundCommand::UntilClause(clause) => {
                self.list(&clause.0);
                self.list(&clause.1.list);
            }
            CompoundCommand::ArithmeticForClause(_) | CompoundCommand::Arithmetic(_) => self.opaque("it calculates"),
            CompoundCommand::Coprocess(_) => self.opaque("it starts a coprocess"),
        }
    }

    fn test(&mut self, test: &ExtendedTestExpr) {
        match test {
            ExtendedTestExpr::And(one, other) | ExtendedTestExpr::Or(one, other) => {
                self.test(one);
                self.test(other);
            }
            ExtendedTestExpr::Not(test) | ExtendedTestExpr::Parenthesized(test) => self.test(test),
            ExtendedTestExpr::UnaryTest(_, word) => drop(self.word(word)),
            ExtendedTestExpr::BinaryTest(_, one, other) => {
                self.word(one);
                self.word(other);
            }
        }
    }

    fn simple(&mut self, simple: &SimpleCommand) {
        let mut read = Simple::default();
        let prefix = simple.prefix.iter().flat_map(|prefix| &prefix.0);
        let suffix = simple.suffix.iter().flat_map(|suffix| &suffix.0);
        for item in prefix {
            self.item(item, &mut read);
        }
        if let Some(name) = &simple.word_or_name {
            let program = self.word(name);
            read.argv.push(program);
        }
        for item in suffix {
            self.item(item, &mut read);
        }
        match read.argv.first() {
            Some(None) => self.opaque("only the shell will know which program it runs"),
            Some(Some(program)) if program.contains(['*', '?', '[', '{', '~']) => {
                self.opaque("only the shell will know which program it runs");
            }
            Some(Some(program)) => {
                let name = program.rsplit('/').next().unwrap_or(program);
                if WRAPPERS.contains(&name) {
                    self.opaque("it runs a program that runs what its arguments say");
                }
                self.moved |= ["cd", "pushd", "popd"].contains(&name);
            }
            None => {}
        }
        self.script.commands.push(read);
        if self.script.commands.len() > MAX_COMMANDS {
            self.script.commands.truncate(MAX_COMMANDS);
            self.opaque("it has too many commands");
        }
    }

    fn item(&mut self, item: &Item, read: &mut Simple) {
        match item {
            Item::IoRedirect(redirect) => self.redirect(redirect),
            Item::Word(word) => {
                let word = self.word(word);
                read.argv.push(word);
            }
            // Behind a program it is an argument: `export A=b`, `make A=b`.
            Item::AssignmentWord(assignment, word) if !read.argv.is_empty() => {
                self.assignment(assignment);
                let word = self.word(word);
                read.argv.push(word);
            }
            Item::AssignmentWord(assignment, _) => {
                read.assigns = true;
                self.assignment(assignment);
            }
            Item::ProcessSubstitution(_, subshell) => {
                self.list(&subshell.list);
                read.argv.push(None);
            }
        }
    }

    fn assignment(&mut self, assignment: &Assignment) {
        match &assignment.value {
            AssignmentValue::Scalar(word) => drop(self.word(word)),
            AssignmentValue::Array(_) => self.opaque("it sets a list"),
        }
    }

    fn redirect(&mut self, redirect: &IoRedirect) {
        match redirect {
            IoRedirect::File(_, kind, target) => {
                let writes = !matches!(kind, IoFileRedirectKind::Read | IoFileRedirectKind::DuplicateInput);
                match target {
                    IoFileRedirectTarget::Filename(word) => self.file(word, writes),
                    IoFileRedirectTarget::Fd(_) => {}
                    IoFileRedirectTarget::ProcessSubstitution(_, subshell) => self.list(&subshell.list),
                    IoFileRedirectTarget::Duplicate(word) => {
                        let is_number = word.value.trim_end_matches('-').bytes().all(|byte| byte.is_ascii_digit());
                        if !is_number {
                            self.file(word, true);
                        }
                    }
                }
            }
            IoRedirect::OutputAndError(word, _) => self.file(word, true),
            IoRedirect::HereString(_, word) => drop(self.word(word)),
            IoRedirect::HereDocument(_, document) => {
                if document.requires_expansion && document.doc.value.contains(['$', '`']) {
                    self.opaque("it fills in a text");
                }
            }
        }
    }

    fn file(&mut self, word: &Word, writes: bool) {
        let path = match self.word(word) {
            Some(path) if path.contains(['*', '?', '[', '{', '~']) => None,
            Some(path) => match beneath(&path) {
                Beneath::Workspace(path) => Some(path),
                // Devices, temporary folders, the system: the sandbox rules them.
                Beneath::Elsewhere => return,
            },
            None => None,
        };
        self.script.redirects.push(Redirect { path, writes });
    }

    /// What a word will be, if that can be told. What is substituted in it is read as well.
    fn word(&mut self, word: &Word) -> Option<String> {
        if let Ok(pieces) = brush_parser::word::parse(&word.value, &ParserOptions::default()) {
            return self.pieces(&word.value, &pieces);
        }
        self.opaque("a word of it cannot be read");
        None
    }

    fn pieces(&mut self, whole: &str, pieces: &[WordPieceWithSource]) -> Option<String> {
        let mut text = Some(String::new());
        for piece in pieces {
            let part = match &piece.piece {
                WordPiece::Text(part) | WordPiece::SingleQuotedText(part) => Some(part.clone()),
                WordPiece::EscapeSequence(part) => Some(part.strip_prefix('\\').unwrap_or(part).to_owned()),
                WordPiece::DoubleQuotedSequence(pieces) | WordPiece::GettextDoubleQuotedSequence(pieces) => {
                    self.pieces(whole, pieces)
                }
                WordPiece::TildeExpansion(_) | WordPiece::AnsiCQuotedText(_) => None,
                WordPiece::CommandSubstitution(script) => {
                    self.read(script);
                    None
                }
                WordPiece::BackquotedCommandSubstitution(script) => {
                    // Another level of escapes.
                    if script.contains('\\') {
                        self.opaque("it substitutes a command with escapes in it");
                    }
                    self.read(script);
                    None
                }
                WordPiece::ParameterExpansion(_) | WordPiece::ArithmeticExpression(_) => {
                    let source = whole.get(piece.start_index..piece.end_index).unwrap_or(whole);
                    if source.contains("$(") || source.contains(['`', '<', '>']) || source.contains("@P") {
                        self.opaque("it substitutes within a variable");
                    }
                    None
                }
            };
            text = text.zip(part).map(|(text, part)| text + &part);
        }
        text
    }
}

enum Beneath {
    Workspace(String),
    Elsewhere,
}

/// Where a path leads from the workspace, by its text: no link counts here, the sandbox holds those.
fn beneath(path: &str) -> Beneath {
    let within = match path.strip_prefix("/work") {
        Some(rest) if rest.starts_with('/') => rest,
        _ if path.starts_with('/') => return Beneath::Elsewhere,
        _ => path,
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in within.split('/') {
        match part {
            "" | "." => {}
            ".." => match parts.pop() {
                Some(_) => {}
                None => return Beneath::Elsewhere,
            },
            part => parts.push(part),
        }
    }
    Beneath::Workspace(parts.join("/"))
}

/// The most brackets that are open at once, whatever they are in.
fn depth(text: &str) -> usize {
    let (mut open, mut most) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'{' | b'[' => open += 1,
            b')' | b'}' | b']' => open = open.saturating_sub(1),
            _ => {}
        }
        most = most.max(open);
    }
    most
}

#[cfg(test)]
mod tests;
