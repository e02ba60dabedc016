//! How a real tool ran, beside what the Target was told of it: for audit, reports and whoever wants the whole output.

use serde::{Deserialize, Serialize};

use crate::attempt::is_zero;

/// What running a real tool took and met.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Execution {
    /// From its start to its end, milliseconds.
    pub duration_ms: u64,
    /// The level of the sandbox that a command ran in, such as `full`; `None` if no command ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isolation: Option<String>,
    /// How the command ended, if one ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
    /// All that the command wrote to its standard output, bytes.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub stdout_bytes: u64,
    /// All that it wrote to its standard error, bytes.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub stderr_bytes: u64,
    /// The output before it was cut, by the hash of its content, if it was cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact: Option<String>,
    /// What went through the egress gate, each exchange as the gate recorded it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchanges: Vec<Exchange>,
}

/// One request at the gate, or one hop of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// In upper case.
    pub method: String,
    /// The URL as it was read.
    pub url: String,
    /// The headers that the tool gave, one a line, as far as they are kept.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub headers: String,
    /// The body that the tool gave, as text, as far as it is kept.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// How long the body is, bytes.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub body_bytes: u64,
    /// Whom it was sent to: an address, or `simulated`; nothing if it was not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<String>,
    /// What was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How much of the answer's body was read, bytes.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub read_bytes: u64,
    /// Why it brought nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// From beginning to end, milliseconds.
    pub duration_ms: u64,
}

impl Exchange {
    /// All that the tool gave to be sent.
    pub fn sent(&self) -> String {
        format!("{}\n{}\n{}", self.url, self.headers, self.body)
    }
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// By itself, with this code.
    Exited(u8),
    /// By this signal.
    Signaled(i32),
    /// It was killed: its time was over.
    TimedOut,
    /// It was killed: it wrote more than is read of anybody.
    OutputLimit,
    /// It was killed: its memory was used up.
    OutOfMemory,
}

impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exited(code) => write!(f, "exit code {code}"),
            Self::Signaled(signal) => write!(f, "signal {signal}"),
            Self::TimedOut => f.write_str("timed out"),
            Self::OutputLimit => f.write_str("wrote too much"),
            Self::OutOfMemory => f.write_str("out of memory"),
        }
    }
}
