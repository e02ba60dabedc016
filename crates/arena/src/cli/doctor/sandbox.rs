//! The sandbox: tried out, as the first tool that needs it would.

use arena_sandbox::{Cgroups, Native, Options, Sandbox as _};
use serde::Serialize;

use crate::causes::in_one_line;

/// What this machine gives to commands of agents.
#[derive(Serialize)]
pub(super) struct SandboxFound {
    /// How isolated they are; nothing if they cannot be run.
    level: Option<&'static str>,
    /// Why they cannot be run, with what would help; nothing if they can.
    problem: Option<String>,
    /// The version of the kernel's Landlock.
    landlock_abi: Option<u32>,
    /// What bounds memory and processes of a cell.
    cgroups: Option<&'static str>,
    /// The host's user as whom commands run.
    uid: Option<u32>,
    /// What holds.
    enforced: Vec<&'static str>,
    /// What does not.
    not_enforced: Vec<&'static str>,
}

/// Opens a cell, runs a program in it, and ends both.
pub(super) async fn tried() -> SandboxFound {
    match Native::start(Options::default()).await {
        Ok(native) => {
            native.close().await;
            let report = native.report();
            SandboxFound {
                level: Some(report.level.as_str()),
                problem: None,
                landlock_abi: Some(report.landlock_abi),
                cgroups: Some(match report.cgroups {
                    Cgroups::V2 => "v2",
                    Cgroups::V1 => "v1",
                    Cgroups::None => "none",
                }),
                uid: Some(report.uid),
                enforced: report.enforced.clone(),
                not_enforced: report.not_enforced.clone(),
            }
        }
        Err(error) => SandboxFound {
            level: None,
            problem: Some(in_one_line(&error)),
            landlock_abi: None,
            cgroups: None,
            uid: None,
            enforced: vec![],
            not_enforced: vec![],
        },
    }
}

/// For people, in a line.
pub(super) fn text(found: &SandboxFound) -> String {
    match found {
        SandboxFound {
            level: Some(level), landlock_abi: Some(abi), cgroups: Some(cgroups), uid: Some(uid), ..
        } => {
            format!("{level} (control groups: {cgroups}, Landlock {abi}, commands run as user {uid})")
        }
        SandboxFound { problem, .. } => {
            format!(
                "none, scenarios with commands and files cannot be played: {}",
                problem.as_deref().unwrap_or_default()
            )
        }
    }
}
