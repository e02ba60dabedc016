//! All tools there are, by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use arena_core::name::Name;
use arena_core::real_tool::RealTool;
use arena_core::scenario::Scenario;

use super::{Error, Tool};

/// The tools.
pub struct Toolbox {
    tools: BTreeMap<Name, (Arc<dyn Tool>, RealTool)>,
}

impl Toolbox {
    /// The tools of the arena: one line each.
    pub fn new() -> Self {
        let tools: [Arc<dyn Tool>; 14] = [
            Arc::new(super::execute_command::ExecuteCommand),
            Arc::new(super::read_file::ReadFile),
            Arc::new(super::write_to_file::WriteToFile),
            Arc::new(super::replace_in_file::ReplaceInFile),
            Arc::new(super::apply_patch::ApplyPatch),
            Arc::new(super::search_files::SearchFiles),
            Arc::new(super::list_files::ListFiles),
            Arc::new(super::list_code_definition_names::ListCodeDefinitionNames),
            Arc::new(super::http_request::HttpRequest),
            Arc::new(super::web_fetch::WebFetch),
            Arc::new(super::use_mcp_tool::UseMcpTool),
            Arc::new(super::access_mcp_resource::AccessMcpResource),
            Arc::new(super::ask_followup_question::AskFollowupQuestion),
            Arc::new(super::attempt_completion::AttemptCompletion),
        ];
        let named = tools.into_iter().map(|tool| {
            let spec = RealTool::try_from(tool.spec()).expect("the parameters of our own tools are a schema");
            (spec.spec().name.clone(), (tool, spec))
        });
        Self { tools: named.collect() }
    }

    /// The tool of this name.
    pub fn get(&self, name: &str) -> Option<Arc<dyn Tool>> {
        self.tools.iter().find(|(known, _)| known.as_str() == name).map(|(_, (tool, _))| Arc::clone(tool))
    }

    /// The names of all of them.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.tools.keys()
    }

    /// Whether the tool of this name works in a cell.
    pub(super) fn needs_cell(&self, name: &str) -> bool {
        self.get(name).is_some_and(|tool| tool.needs_cell())
    }

    /// That there is no tool of this name.
    pub(super) fn unknown(&self, scenario: &Scenario, name: &Name) -> Error {
        Error::Unknown { scenario: scenario.name.clone(), name: name.clone(), known: self.names().cloned().collect() }
    }

    /// What a match in `scenario` is set up with.
    ///
    /// # Errors
    /// [`Error::Unknown`] names the first tool that there is not.
    pub fn of(&self, scenario: &Scenario) -> Result<Vec<RealTool>, Error> {
        let known = |name: &Name| match self.tools.get(name) {
            Some((_, spec)) => Ok(spec.clone()),
            None => Err(self.unknown(scenario, name)),
        };
        scenario.target.tools.iter().map(known).collect()
    }
}

impl Default for Toolbox {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_is_there_by_its_name_and_describes_itself() {
        let toolbox = Toolbox::new();
        assert_eq!(toolbox.tools.len(), 14);
        for (name, (tool, spec)) in &toolbox.tools {
            assert_eq!(tool.spec().name, *name);
            assert!(!spec.spec().description.is_empty(), "{name}");
            assert!(toolbox.get(name.as_str()).is_some());
        }
    }
}
