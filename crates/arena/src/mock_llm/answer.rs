//! What is answered, before any vendor's form: it depends on the question, the seed and the options alone.

use serde_json::Value;

use super::dice::Dice;
use super::options::Options;
use super::question::{Choice, Question, Tool};
use super::schema;
use super::twist::Twist;

/// What answers are made of.
pub(super) const WORDS: &[&str] = &[
    "amber", "apple", "autumn", "basket", "bridge", "candle", "cedar", "cloud", "coast", "copper", "cotton", "daisy",
    "evening", "feather", "field", "forest", "garden", "gentle", "harbor", "hazel", "honey", "island", "ivory",
    "lantern", "lemon", "maple", "meadow", "morning", "mountain", "orchard", "paper", "pebble", "pepper", "quiet",
    "rain", "ribbon", "river", "saddle", "shadow", "silver", "spring", "stone", "summer", "sunny", "timber", "valley",
    "velvet", "violet", "walnut", "willow", "window", "winter",
];

/// The start of what a guard of the arena is told, and what it then answers: so that whole matches can be played.
const BLUE: &str = "You are Blue";
const ALLOWED: &str = r#"{"decision":"allow","reason":"fine"}"#;

/// How often two tools are called at once, where that is allowed.
const PARALLEL: f64 = 0.25;

/// One answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) said: Said,
    pub(super) ending: Ending,
    /// The dice that ids are made with.
    pub(super) id: String,
    pub(super) n_input_tokens: u64,
    pub(super) n_output_tokens: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Said {
    Text(String),
    Calls(Vec<Call>),
}

/// A call of a tool.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Call {
    /// What makes its id unlike others; the vendor puts its prefix before.
    pub(super) id: String,
    pub(super) tool: String,
    pub(super) arguments: Value,
}

impl Call {
    /// The arguments as a text, which may have been cut.
    pub(super) fn written(&self, twist: Option<&Twist>) -> String {
        let mut text = self.arguments.to_string();
        if twist.is_some_and(Twist::cuts_arguments) {
            text.pop();
        }
        text
    }
}

/// Why an answer ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Stop,
    Length,
    Calls,
    /// Moderation took it away.
    Filtered,
    /// The model said no.
    Refused,
    /// For a reason that no client knows.
    Unknown,
}

impl Answer {
    /// The answer to `question`, with what `twist` does to it.
    pub(super) fn new(question: &Question, options: &Options, twist: Option<&Twist>) -> Self {
        let mut dice = Dice::new(&options.seed, "answer", &[&question.model, &question.digest]);
        let id = dice.letters(24);
        let said = match calls(question, options, twist, &mut dice) {
            calls if calls.is_empty() => Said::Text(text(question, options, &mut dice)),
            calls => Said::Calls(calls),
        };
        let ending = match said {
            Said::Text(_) => Ending::Stop,
            Said::Calls(_) => Ending::Calls,
        };
        let mut answer = Self { said, ending, id, n_input_tokens: question.n_input_tokens, n_output_tokens: 0 };
        if let Some(twist) = twist {
            answer.twist(twist);
        }
        if let (Said::Text(text), Some(most)) = (&mut answer.said, question.max_tokens)
            && let Some((end, _)) = text.match_indices(' ').nth(usize::try_from(most.max(1) - 1).unwrap_or(usize::MAX))
            && answer.ending == Ending::Stop
        {
            text.truncate(end);
            answer.ending = Ending::Length;
        }
        answer.n_output_tokens = match &answer.said {
            Said::Text(text) => pieces(text).count() as u64,
            Said::Calls(calls) => calls.iter().map(|call| 8 + call.arguments.to_string().len() as u64 / 4).sum(),
        };
        answer
    }

    fn twist(&mut self, twist: &Twist) {
        match (twist, &mut self.said) {
            (Twist::ContentFilter, said) => {
                *said = Said::Text(String::new());
                self.ending = Ending::Filtered;
            }
            (Twist::Refusal, said) => {
                *said = Said::Text("I cannot help with that.".to_owned());
                self.ending = Ending::Refused;
            }
            (Twist::NoContent, said) => {
                *said = Said::Text(String::new());
                self.ending = Ending::Stop;
            }
            (Twist::UnknownFinish, _) => self.ending = Ending::Unknown,
            (Twist::Length, Said::Text(text)) => {
                let half = text.floor_char_boundary(text.len() / 2);
                text.truncate(half);
                self.ending = Ending::Length;
            }
            (Twist::Length, Said::Calls(_)) => self.ending = Ending::Length,
            (Twist::HugeLine(size_bytes), said) => {
                *said = Said::Text("x".repeat(*size_bytes));
                self.ending = Ending::Stop;
            }
            (Twist::FencedTool, Said::Calls(calls)) => {
                let calls: Vec<String> = calls
                    .iter()
                    .map(|call| serde_json::json!({"name": call.tool, "arguments": call.arguments}).to_string())
                    .collect();
                self.said = Said::Text(format!("```json\n{}\n```", calls.join("\n")));
                self.ending = Ending::Stop;
            }
            // These are in how an answer is written, not in what it says.
            (Twist::FencedTool, Said::Text(_))
            | (Twist::MalformedTool | Twist::ToolWithoutIndex | Twist::EmptyChoices | Twist::NoUsage, _) => {}
        }
    }
}

/// A text in the pieces in which it is streamed: its words, each with the space behind it.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(' ')
}

fn calls(question: &Question, options: &Options, twist: Option<&Twist>, dice: &mut Dice) -> Vec<Call> {
    if question.answers_a_tool || question.is_for_blue {
        return Vec::new();
    }
    // Which tool, whether at all, is drawn in any case: a twist changes nothing else.
    let is_due = dice.happens(options.tool_calls) || twist.is_some_and(Twist::needs_a_call);
    let tools: Vec<&Tool> = match &question.choice {
        Choice::Never => vec![],
        Choice::Maybe if !is_due => vec![],
        Choice::Maybe | Choice::Must => question.tools.iter().collect(),
        Choice::This(name) => question.tools.iter().filter(|tool| tool.name == *name).collect(),
    };
    let Some(first) = dice.pick(&tools) else { return Vec::new() };
    let mut called = vec![*first];
    if question.may_be_parallel && tools.len() > 1 && dice.happens(PARALLEL) {
        called.extend(tools.iter().find(|tool| tool.name != first.name));
    }
    let mut call = |tool: &Tool| Call {
        id: dice.letters(22),
        tool: tool.name.clone(),
        arguments: match schema::value(&tool.parameters, dice) {
            arguments @ Value::Object(_) => arguments,
            // A tool without parameters takes an empty object.
            _ => Value::Object(serde_json::Map::new()),
        },
    };
    called.into_iter().map(&mut call).collect()
}

fn text(question: &Question, options: &Options, dice: &mut Dice) -> String {
    if question.is_for_blue {
        return ALLOWED.to_owned();
    }
    if let Some(schema) = &question.schema {
        return schema::value(schema, dice).to_string();
    }
    if let Some(text) = &options.text {
        return text.clone();
    }
    let mut text = String::with_capacity(8 * options.tokens as usize);
    for n in 0..options.tokens {
        text.push_str(if n > 0 { " " } else { "" });
        text.push_str(dice.pick(WORDS).unwrap_or(&"word"));
    }
    text
}

/// Whether a system prompt is that of a guard of the arena.
pub(super) fn is_for_blue(system: &str) -> bool {
    system.contains(BLUE)
}
