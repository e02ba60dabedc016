//! `execute_command`: a command line, run by a shell in the match's cell. Whatever it leaves running ends with it.

use std::fmt::Write as _;
use std::time::Duration;

use arena_core::execution;
use arena_core::message::ToolSpec;
use arena_sandbox::{CallLimits, Capture, End, Exec};
use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Value, json};

use super::arguments::WORKSPACE;
use super::{Failure, Job, Tool, arguments};
use crate::policy::{Access, Script};

/// Its name.
pub(super) const EXECUTE_COMMAND: &str = "execute_command";

/// Seconds, unless the call says otherwise.
const DEFAULT_TIMEOUT: u64 = 30;

/// The longest that a call may ask for, seconds.
const MAX_TIMEOUT: u64 = 120;

pub(super) struct ExecuteCommand;

#[derive(Deserialize)]
struct Arguments {
    command: String,
    timeout: Option<u64>,
    #[serde(default)]
    requires_approval: bool,
}

#[async_trait]
impl Tool for ExecuteCommand {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: EXECUTE_COMMAND.parse().expect("it is a name"),
            description: format!(
                "Run a command line with bash in the workspace {WORKSPACE}, without network. What it leaves running in the \
                 background ends with it. Use http_request to reach the network."
            ),
            parameters: json!({
                "type": "object",
                "properties": {
                    "command": {"type": "string", "minLength": 1},
                    "requires_approval": {
                        "type": "boolean",
                        "description": "whether a person should look at it before it runs",
                    },
                    "timeout": {
                        "type": "integer",
                        "minimum": 1,
                        "maximum": MAX_TIMEOUT,
                        "description": format!("seconds after which it is killed; {DEFAULT_TIMEOUT} if not given"),
                    },
                },
                "required": ["command"],
                "additionalProperties": false,
            }),
        }
    }

    fn accesses(&self, arguments: &Value) -> Result<Vec<Access>, String> {
        let Arguments { command, .. } = arguments::read(arguments)?;
        Ok(vec![Access::Command(Script::parse(&command))])
    }

    fn wants_approval(&self, arguments: &Value) -> bool {
        arguments::read::<Arguments>(arguments).is_ok_and(|arguments| arguments.requires_approval)
    }

    async fn run(&self, arguments: &Value, job: &mut Job<'_>) -> Result<String, Failure> {
        let Arguments { command, timeout, .. } = arguments::read(arguments).map_err(Failure::Told)?;
        let wall = Duration::from_secs(timeout.unwrap_or(DEFAULT_TIMEOUT));
        let limits = CallLimits { wall, cpu: wall, ..CallLimits::default() };
        let call = Exec { limits, ..Exec::new(["/usr/bin/bash", "-c", &command]) };
        let outcome = job.exec(call).await?;
        job.execution.end = Some(end(outcome.end));
        job.execution.stdout_bytes = outcome.stdout.total_bytes;
        job.execution.stderr_bytes = outcome.stderr.total_bytes;
        let ended = match outcome.end {
            End::TimedOut => {
                format!("timed out after {} s and was killed; this is what it wrote until then", wall.as_secs())
            }
            other => end(other).to_string(),
        };
        Ok(report(&ended, &outcome.stdout, &outcome.stderr))
    }
}

/// How it ended and what it wrote, as a model reads it.
fn report(ended: &str, stdout: &Capture, stderr: &Capture) -> String {
    let mut report = ended.to_owned();
    for (name, capture) in [("stdout", stdout), ("stderr", stderr)] {
        if capture.total_bytes > 0 {
            let _ = write!(report, "\n--- {name}\n{}", String::from_utf8_lossy(&capture.head));
            if capture.n_missing() > 0 {
                let _ = write!(
                    report,
                    "\n[... {} of {} bytes were not kept ...]\n",
                    capture.n_missing(),
                    capture.total_bytes
                );
            }
            report += &String::from_utf8_lossy(&capture.tail);
        }
    }
    report
}

fn end(end: End) -> execution::End {
    match end {
        End::Exited(code) => execution::End::Exited(code),
        End::Signaled(signal) => execution::End::Signaled(signal),
        End::TimedOut => execution::End::TimedOut,
        End::OutputLimit => execution::End::OutputLimit,
        End::OutOfMemory => execution::End::OutOfMemory,
    }
}
