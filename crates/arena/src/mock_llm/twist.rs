//! Answers that are whole, and not what was hoped for: no content, an odd ending, a call that cannot be read.

/// What is wrong with an answer's content.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Twist {
    /// No choice, no content block, no candidate.
    EmptyChoices,
    /// An answer without text.
    NoContent,
    /// Taken away by moderation.
    ContentFilter,
    /// The model, or the provider for it, says no.
    Refusal,
    /// Cut in the middle because it got too long.
    Length,
    /// Ends for a reason that no client knows.
    UnknownFinish,
    /// Nobody says how many tokens it took.
    NoUsage,
    /// One word of so many bytes, which is one line of the stream.
    HugeLine(usize),
    /// A call whose arguments are no JSON.
    MalformedTool,
    /// A call written into the text, in a fence.
    FencedTool,
    /// A call without index and id.
    ToolWithoutIndex,
}

impl Twist {
    /// Whether it shows only in a call of a tool: then one is made if the question offers any.
    pub(super) fn needs_a_call(&self) -> bool {
        match self {
            Self::MalformedTool | Self::FencedTool | Self::ToolWithoutIndex => true,
            Self::EmptyChoices
            | Self::NoContent
            | Self::ContentFilter
            | Self::Refusal
            | Self::Length
            | Self::UnknownFinish
            | Self::NoUsage
            | Self::HugeLine(_) => false,
        }
    }

    /// Whether the arguments of a call end too early.
    pub(super) fn cuts_arguments(&self) -> bool {
        matches!(self, Self::MalformedTool | Self::Length)
    }
}
