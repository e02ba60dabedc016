//! Faults that a user can ask for, by name: what each does, and what its parameter means.

use std::fmt::Write as _;
use std::time::Duration;

use arena_core::name::nearest;

use super::breakage::Breakage;
use super::refusal::{Refusal, WaitForm};
use super::twist::Twist;

/// A fault: its name, and what it does.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub(super) name: &'static str,
    pub(super) what: What,
}

/// What a fault does.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum What {
    /// An error instead of an answer.
    Refuse(Refusal),
    /// An error where an answer was begun.
    RefuseInside(Place, Refusal),
    /// Something that is no API.
    Page(Page),
    /// No answer at all.
    Mute(Mute),
    /// An answer that says the wrong thing.
    Twist(Twist),
    /// A good answer, badly sent.
    Break(Breakage),
}

/// Where in an answer an error stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In a body of its own, with status 200.
    Body,
    FirstEvent,
    Middle,
}

/// What other servers say.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Page {
    Html,
    /// To this URL.
    Redirect(String),
}

/// How a server says nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mute {
    /// A TCP reset before the head.
    Reset,
    /// A pause before the head, or silence until the client goes.
    Stall(Option<Duration>),
}

/// A fault by name.
struct Kind {
    name: &'static str,
    /// What its parameter is, if it takes one.
    takes: &'static str,
    about: &'static str,
    make: fn(&str) -> Result<What, String>,
}

const fn kind(
    name: &'static str,
    takes: &'static str,
    about: &'static str,
    make: fn(&str) -> Result<What, String>,
) -> Kind {
    Kind { name, takes, about, make }
}

/// Where a redirect goes if nobody says: a name that no resolver knows (RFC 6761).
const ELSEWHERE: &str = "http://elsewhere.invalid/v1";

/// A wait that is told if nobody says how long.
const WAIT: Duration = Duration::from_secs(2);

use What::{Break, Mute as Say, Page as Show, Refuse, RefuseInside, Twist as Turn};

const KINDS: &[Kind] = &[
    kind("429", "FORM[=WAIT]", "rate limit; FORM tells the wait (below)", rate_limit),
    kind("daily-quota", "", "429 until tomorrow", |_| Ok(Refuse(Refusal::DailyQuota))),
    kind("request-too-large", "", "429 because this one request is too large", |_| {
        Ok(Refuse(Refusal::RequestTooLarge))
    }),
    kind("insufficient-quota", "", "nothing paid, nothing left", |_| Ok(Refuse(Refusal::InsufficientQuota))),
    kind("400", "", "a bad request", |_| Ok(Refuse(Refusal::BadQuestion("Invalid request.".to_owned())))),
    kind("401", "", "wrong key (Gemini says it with 400)", |_| Ok(Refuse(Refusal::WrongKey))),
    kind("402", "", "payment required", |_| Ok(Refuse(Refusal::PaymentRequired))),
    kind("403", "", "forbidden", |_| Ok(Refuse(Refusal::Forbidden))),
    kind("404", "", "no such model", |_| Ok(Refuse(Refusal::NoSuchModel))),
    kind("408", "", "request timeout", |_| Ok(Refuse(Refusal::RequestTimeout))),
    kind("409", "", "conflict", |_| Ok(Refuse(Refusal::Conflict))),
    kind("413", "", "body too large", |_| Ok(Refuse(Refusal::BodyTooLarge))),
    kind("decommissioned", "", "400: the model is gone", |_| Ok(Refuse(Refusal::Decommissioned))),
    kind("context-overflow", "", "400: the prompt is too long", |_| Ok(Refuse(Refusal::ContextOverflow))),
    kind("unsupported", "PARAMETER", "400: temperature (the default) or max_tokens is refused", unsupported),
    kind("tool-use-failed", "", "400: the model's call cannot be read", |_| Ok(Refuse(Refusal::ToolUseFailed))),
    kind("500", "", "server error", |_| Ok(Refuse(Refusal::Internal))),
    kind("no-retry", "", "500 with x-should-retry: false", |_| Ok(Refuse(Refusal::DoNotRetry))),
    kind("502", "", "bad gateway", |_| Ok(Refuse(Refusal::BadGateway))),
    kind("503", "", "unavailable, said with a web page", |_| Ok(Refuse(Refusal::UnavailablePage))),
    kind("504", "", "gateway timeout", |_| Ok(Refuse(Refusal::GatewayTimeout))),
    kind("529", "", "overloaded (Gemini says it with 503)", |_| Ok(Refuse(Refusal::Overloaded))),
    kind("error-in-200", "", "a rate limit in a body of status 200", |_| {
        Ok(RefuseInside(Place::Body, Refusal::RateLimit(WaitForm::None, WAIT)))
    }),
    kind("error-first", "", "overloaded, as the first event", |_| {
        Ok(RefuseInside(Place::FirstEvent, Refusal::Overloaded))
    }),
    kind("error-mid", "", "overloaded, in the middle of a stream", |_| {
        Ok(RefuseInside(Place::Middle, Refusal::Overloaded))
    }),
    kind("html", "", "a web page with status 200", |_| Ok(Show(Page::Html))),
    kind("redirect", "URL", "302 to another host", redirect),
    kind("reset", "", "TCP reset before the head", |_| Ok(Say(Mute::Reset))),
    kind("reset-mid", "", "TCP reset in the middle", |_| Ok(Break(Breakage::ResetMid))),
    kind("stall", "MS", "silence before the head: so long, or until the client goes", |text| {
        Ok(Say(Mute::Stall(optional_ms(text)?)))
    }),
    kind("stall-mid", "MS", "silence in the middle: so long, or until the client goes", |text| {
        Ok(Break(Breakage::StallMid(optional_ms(text)?)))
    }),
    kind("drip", "MS", "a pause before each piece (100)", |text| {
        Ok(Break(Breakage::Drip(optional_ms(text)?.unwrap_or(Duration::from_millis(100)))))
    }),
    kind("truncated", "", "ends cleanly without the end of the answer", |_| Ok(Break(Breakage::Truncated))),
    kind("no-terminator", "", "closes without the last chunk of HTTP", |_| Ok(Break(Breakage::NoTerminator))),
    kind("half-event", "", "ends cleanly within an event", |_| Ok(Break(Breakage::HalfEvent))),
    kind("no-done", "", "without data: [DONE], or message_stop", |_| Ok(Break(Breakage::NoDone))),
    kind("malformed-line", "", "a line in the middle that is no JSON", |_| Ok(Break(Breakage::MalformedLine))),
    kind("huge-line", "BYTES", "one word of so many bytes (2097152)", huge_line),
    kind("gzip", "", "packed, whether the client takes that or not", |_| Ok(Break(Breakage::Gzip))),
    kind("bom", "", "a byte order mark first", |_| Ok(Break(Breakage::Bom))),
    kind("crlf", "", "lines end with CR LF", |_| Ok(Break(Breakage::Crlf))),
    kind("comments", "", "a comment before each event", |_| Ok(Break(Breakage::Comments))),
    kind("empty-choices", "", "no choice, block or candidate", |_| Ok(Turn(Twist::EmptyChoices))),
    kind("no-content", "", "an answer without text", |_| Ok(Turn(Twist::NoContent))),
    kind("no-usage", "", "without token counts", |_| Ok(Turn(Twist::NoUsage))),
    kind("unknown-finish", "", "ends for a reason that no client knows", |_| Ok(Turn(Twist::UnknownFinish))),
    kind("content-filter", "", "taken away by moderation", |_| Ok(Turn(Twist::ContentFilter))),
    kind("refusal", "", "the model, or Gemini for it, says no", |_| Ok(Turn(Twist::Refusal))),
    kind("length", "", "cut because it got too long", |_| Ok(Turn(Twist::Length))),
    kind("malformed-tool", "", "a tool call whose arguments are no JSON", |_| Ok(Turn(Twist::MalformedTool))),
    kind("fenced-tool", "", "a tool call written into the text", |_| Ok(Turn(Twist::FencedTool))),
    kind("tool-without-index", "", "a tool call without index and id", |_| Ok(Turn(Twist::ToolWithoutIndex))),
];

impl Fault {
    /// Reads `KIND[:PARAMETER]`.
    ///
    /// # Errors
    /// A sentence that says what could be written instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, parameter) = text.split_once(':').unwrap_or((text, ""));
        let Some(kind) = KINDS.iter().find(|kind| kind.name == name) else {
            let near = nearest(name, KINDS.iter().map(|kind| kind.name));
            let near = near.map(|near| format!(", did you mean {near:?}?")).unwrap_or_default();
            return Err(format!("there is no fault {name:?}{near}; arena mock-llm --help has them all"));
        };
        if kind.takes.is_empty() && !parameter.is_empty() {
            return Err(format!("the fault {name} takes no parameter"));
        }
        Ok(Self { name: kind.name, what: (kind.make)(parameter)? })
    }

    /// The fault that a model's name asks for: `fault-KIND[:PARAMETER]`.
    pub(super) fn of_model(model: &str) -> Option<Result<Self, String>> {
        // Gateways put their own prefix before a model's name.
        let name = model.strip_prefix("fault-").or_else(|| model.split_once("/fault-").map(|(_, name)| name))?;
        Some(Self::parse(name))
    }
}

/// All faults, a line each, and how a wait can be told.
pub fn help() -> String {
    let mut help = "Faults:\n".to_owned();
    for kind in KINDS {
        let takes = if kind.takes.is_empty() { String::new() } else { format!("[:{}]", kind.takes) };
        let name = format!("{}{takes}", kind.name);
        let _ = writeln!(help, "  {name:<23} {}", kind.about);
    }
    let forms = WaitForm::ALL.map(WaitForm::word).join(", ");
    let _ = write!(
        help,
        "\nForms of a wait (WAIT is 2s unless given; a number alone is seconds, and milliseconds for ms):\n  {forms}"
    );
    help
}

fn rate_limit(text: &str) -> Result<What, String> {
    let (word, wait) = text.split_once('=').unwrap_or((text, ""));
    let word = if word.is_empty() { "vendor" } else { word };
    let Some(form) = WaitForm::ALL.into_iter().find(|form| form.word() == word) else {
        return Err(format!("a wait is told as one of: {}", WaitForm::ALL.map(WaitForm::word).join(", ")));
    };
    let unit = if form == WaitForm::Milliseconds { "ms" } else { "s" };
    let wait = match wait.bytes().last() {
        None => WAIT,
        Some(last) if last.is_ascii_digit() => span(&format!("{wait}{unit}"))?,
        Some(_) => span(wait)?,
    };
    Ok(Refuse(Refusal::RateLimit(form, wait)))
}

fn unsupported(text: &str) -> Result<What, String> {
    match text {
        "" | "temperature" => Ok(Refuse(Refusal::UnsupportedTemperature)),
        "max_tokens" => Ok(Refuse(Refusal::UnsupportedMaxTokens)),
        _ => Err("unsupported takes temperature or max_tokens".to_owned()),
    }
}

fn redirect(text: &str) -> Result<What, String> {
    let url = if text.is_empty() { ELSEWHERE } else { text };
    let is_url = url.parse::<hyper::Uri>().is_ok_and(|url| url.scheme().is_some());
    if is_url { Ok(Show(Page::Redirect(url.to_owned()))) } else { Err(format!("{url:?} is no URL to go to")) }
}

fn huge_line(text: &str) -> Result<What, String> {
    /// So that a thousand of them fit into a test machine's memory one after the other, not at once.
    const MOST: usize = 64 * 1024 * 1024;
    let size_bytes = if text.is_empty() { Ok(2 * 1024 * 1024) } else { text.parse() };
    match size_bytes {
        Ok(size_bytes) if (1..=MOST).contains(&size_bytes) => Ok(Turn(Twist::HugeLine(size_bytes))),
        _ => Err(format!("write a number of bytes between 1 and {MOST}")),
    }
}

fn optional_ms(text: &str) -> Result<Option<Duration>, String> {
    if text.is_empty() { Ok(None) } else { milliseconds(text).map(Some) }
}

/// Milliseconds, at most a day.
///
/// # Errors
/// A sentence that says what could be written instead.
pub fn milliseconds(text: &str) -> Result<Duration, String> {
    let ms = text.parse().ok().filter(|ms| *ms <= 86_400_000).map(Duration::from_millis);
    ms.ok_or_else(|| "write milliseconds between 0 and 86400000".to_owned())
}

/// A span such as `7s`, `1.5s` or `250ms`.
fn span(text: &str) -> Result<Duration, String> {
    let wrong = || "write a wait such as 7s, 1.5s or 250ms".to_owned();
    if let Some(ms) = text.strip_suffix("ms") {
        return milliseconds(ms).map_err(|_| wrong());
    }
    let seconds = text.strip_suffix('s').and_then(|seconds| seconds.parse::<f64>().ok());
    let seconds = seconds.filter(|seconds| (0.0..=1e9).contains(seconds)).ok_or_else(wrong)?;
    Duration::try_from_secs_f64(seconds).map_err(|_| wrong())
}
