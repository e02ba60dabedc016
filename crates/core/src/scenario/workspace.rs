//! The files that a scenario lays into the Target's workspace, and the real tools it gives to work on them.

use serde_json::{Map, Value};

use super::draft;
use super::reference::Checker;
use crate::files::{Content, Entry, MAX_TEXT_BYTES, ROOT, check_path};
use crate::hosts;
use crate::name::Name;
use crate::permissions::Permissions;

/// The mode of a file that is made to be run.
const EXECUTABLE_MODE: u32 = 0o755;

/// A scenario is recorded with every match, and its files with it.
const MAX_FILES: usize = 256;

impl Checker<'_, '_> {
    /// The real tools, by name. Whether there are such tools is for the arena to say: the rules know none.
    pub(super) fn real_tools(&mut self, draft: &draft::Target) -> Vec<Name> {
        self.unique("target.tools", draft.tools.iter());
        for tool in draft.tools.iter().filter(|tool| self.tools.contains(tool.get_ref())) {
            let message = format!("{:?} is also the name of one of the [[tools]]", tool.get_ref());
            self.problems.add(tool.span(), "target.tools", message);
        }
        draft.tools.iter().filter_map(|tool| self.name("target.tools", tool)).collect()
    }

    /// The rules for the calls of real tools. Nothing is allowed that no rule allows, so tools without rules are a mistake.
    pub(super) fn permissions(&mut self, draft: &mut draft::Target) -> Permissions {
        match draft.permissions.take() {
            None => {
                if let Some(tool) = draft.tools.first() {
                    let message = format!(
                        "is missing: no call may run that no rule allows; permissions = [{:?}]",
                        tool.get_ref()
                    );
                    self.problems.add(tool.span(), "target.permissions", message);
                }
                Permissions::default()
            }
            Some(permissions) => {
                let span = permissions.span();
                if draft.tools.is_empty() {
                    self.problems.add(span.clone(), "target.permissions", "is about target.tools, and there are none");
                }
                permissions.into_inner().checked().unwrap_or_else(|message| {
                    self.problems.add(span, "target.permissions", message);
                    Permissions::default()
                })
            }
        }
    }

    /// Puts the files into the world.
    pub(super) fn files(&mut self, drafts: Vec<draft::File>, fixtures: &mut Value) {
        let Some(fields) = fixtures.as_object_mut() else { return };
        let key = ROOT.trim_start_matches('/');
        if fields.contains_key(key) {
            self.problems.add_whole("world.files", "is the place of the workspace: use [[files]]");
            return;
        }
        if drafts.len() > MAX_FILES {
            self.problems.add_whole("files", format!("must be at most {MAX_FILES}"));
        }
        self.unique("files.path", drafts.iter().map(|file| &file.path));
        let mut files = Map::new();
        for draft::File { path, text, executable } in drafts {
            if let Err(error) = check_path(path.get_ref()) {
                self.problems.add(path.span(), "files.path", error.to_string());
            }
            if files.keys().any(|other: &String| is_within(path.get_ref(), other) || is_within(other, path.get_ref())) {
                let message = "another file stands where this one needs a folder, or the other way round";
                self.problems.add(path.span(), "files.path", message);
            }
            if text.get_ref().len() > MAX_TEXT_BYTES {
                let message = format!("must be at most {MAX_TEXT_BYTES} bytes");
                self.problems.add(text.span(), "files.text", message);
            }
            let text = text.into_inner();
            let entry = if executable {
                Entry::File { mode: EXECUTABLE_MODE, content: Content::Text(text) }
            } else {
                Entry::Text(text)
            };
            files.insert(path.into_inner(), serde_json::to_value(entry).unwrap_or(Value::Null));
        }
        fields.insert(key.to_owned(), Value::Object(files));
    }
}

impl Checker<'_, '_> {
    /// Puts the hosts that the scenario stands for into the world.
    pub(super) fn hosts(&mut self, drafts: Vec<draft::Host>, fixtures: &mut Value) {
        let Some(fields) = fixtures.as_object_mut() else { return };
        let key = hosts::ROOT.trim_start_matches('/');
        if fields.contains_key(key) {
            self.problems.add_whole("world.hosts", "is the place of hosts: use [[hosts]]");
            return;
        }
        self.unique("hosts.name", drafts.iter().map(|host| &host.name));
        let mut hosts = Map::new();
        for draft::Host { name, pages } in drafts {
            let is_name = |text: &str| {
                let fits = |part: &str| {
                    !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
                };
                text.contains('.') && text.split('.').all(fits)
            };
            if !is_name(name.get_ref()) {
                let message = "must be the name of a host in lower case with a dot in it, such as docs.example";
                self.problems.add(name.span(), "hosts.name", message);
            }
            let mut written = Map::new();
            for (path, page) in pages {
                if !path.starts_with('/') {
                    self.problems.add(page.span(), "hosts.pages", format!("the path {path:?} must begin with /"));
                }
                written.insert(path, serde_json::to_value(page.into_inner()).unwrap_or(Value::Null));
            }
            hosts.insert(name.into_inner(), Value::Object(written));
        }
        fields.insert(key.to_owned(), Value::Object(hosts));
    }
}

/// Whether `path` is beneath `folder`.
fn is_within(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}
