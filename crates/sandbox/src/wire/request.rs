//! What the host asks of the launcher and of a cell.

use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

use crate::call::Exec;
use crate::error::Refusal;
use crate::spec::{CellSpec, Writable};

/// The longest request, bytes. A datagram has to fit into a socket's send buffer (208 KiB unless configured).
pub(crate) const MAX_BYTES: usize = 160 * 1024;

/// Names in a cell's folders are at most this long, bytes (`NAME_MAX`, limits.h).
const NAME_MAX: usize = 255;

/// A request, read in place.
pub(crate) enum Request<'a> {
    Open(Open<'a>),
    /// The host is done with the cell of this number.
    Close(u64),
    Run(Run<'a>),
    /// Whatever runs shall end.
    Stop,
}

/// A cell to open. Its socket comes with it.
pub(crate) struct Open<'a> {
    pub(crate) number: u64,
    /// The host's user for the cell's processes.
    pub(crate) uid: u32,
    pub(crate) work_bytes: u64,
    pub(crate) work_inodes: u64,
    pub(crate) tmp_bytes: u64,
    pub(crate) memory_bytes: u64,
    pub(crate) n_processes: u64,
    pub(crate) n_files: u64,
    /// The step that is to fail, for tests.
    #[cfg_attr(not(feature = "faults"), expect(dead_code, reason = "there are no faults"))]
    pub(crate) fault: u64,
    pub(crate) writable: Writables<'a>,
}

/// Where commands may write, as paths inside the cell.
pub(crate) enum Writables<'a> {
    All,
    /// Texts behind each other, each with its end.
    Beneath(&'a [u8]),
}

/// A command. Its standard output, error and perhaps input come with it, in this order.
pub(crate) struct Run<'a> {
    pub(crate) wall: Duration,
    pub(crate) cpu_s: u64,
    pub(crate) file_bytes: u64,
    pub(crate) cwd: &'a CStr,
    /// The value of `PATH`, or nothing.
    pub(crate) search: &'a [u8],
    /// Texts behind each other, each with its end.
    pub(crate) argv: &'a [u8],
    pub(crate) env: &'a [u8],
}

const OPEN: u64 = 1;
const CLOSE: u64 = 2;
const RUN: u64 = 3;
const STOP: u64 = 4;
const ALL: u64 = 1;
const BENEATH: u64 = 0;

impl<'a> Request<'a> {
    /// Reads a request; `None` if it is none.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        Some(match reader.number()? {
            OPEN => Self::Open(Open {
                number: reader.number()?,
                uid: u32::try_from(reader.number()?).ok()?,
                work_bytes: reader.number()?,
                work_inodes: reader.number()?,
                tmp_bytes: reader.number()?,
                memory_bytes: reader.number()?,
                n_processes: reader.number()?,
                n_files: reader.number()?,
                fault: reader.number()?,
                writable: match reader.number()? {
                    ALL => Writables::All,
                    BENEATH => Writables::Beneath(reader.rest()),
                    _ => return None,
                },
            }),
            CLOSE => Self::Close(reader.number()?),
            RUN => Self::Run(Run {
                wall: Duration::from_millis(reader.number()?),
                cpu_s: reader.number()?,
                file_bytes: reader.number()?,
                cwd: CStr::from_bytes_with_nul(reader.block()?).ok()?,
                search: reader.block()?,
                argv: reader.block()?,
                env: reader.block()?,
            }),
            STOP => Self::Stop,
            _ => return None,
        })
    }

    pub(crate) fn open(number: u64, uid: u32, spec: &CellSpec, fault: u64) -> Result<Vec<u8>, Refusal> {
        let CellSpec { work_bytes, work_inodes, tmp_bytes, memory_bytes, n_processes, n_files, writable } = spec;
        let (all, folders) = match writable {
            Writable::All => (ALL, [].as_slice()),
            Writable::Nothing => (BENEATH, [].as_slice()),
            Writable::Beneath(folders) => (BENEATH, folders.as_slice()),
        };
        let numbers =
            [OPEN, number, uid.into(), *work_bytes, *work_inodes, *tmp_bytes, *memory_bytes, *n_processes, *n_files];
        let mut bytes = numbers.into_iter().chain([fault, all]).flat_map(u64::to_le_bytes).collect::<Vec<_>>();
        for folder in folders {
            if folder.parts().any(|part| part.len() > NAME_MAX) {
                return Err(Refusal::Spec("a writable folder with a name of more than 255 bytes"));
            }
            bytes.extend_from_slice(folder.inside().as_bytes_with_nul());
        }
        fitting(bytes)
    }

    pub(crate) fn close(number: u64) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&CLOSE.to_le_bytes());
        bytes[8..].copy_from_slice(&number.to_le_bytes());
        bytes
    }

    pub(crate) fn stop() -> [u8; 8] {
        STOP.to_le_bytes()
    }

    pub(crate) fn run(call: &Exec) -> Result<Vec<u8>, Refusal> {
        if call.argv.first().is_none_or(|program| program.is_empty()) {
            return Err(Refusal::EmptyCommand);
        }
        let wall_ms = u64::try_from(call.limits.wall.as_millis()).unwrap_or(u64::MAX);
        let cpu_s = call.limits.cpu.as_secs() + u64::from(call.limits.cpu.subsec_nanos() > 0);
        let mut bytes = Vec::new();
        for number in [RUN, wall_ms, cpu_s.max(1), call.limits.file_bytes] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        block(&mut bytes, call.cwd.inside().as_bytes_with_nul());
        let search = call.env.iter().find(|(name, _)| name == "PATH").map_or(OsStr::new(""), |(_, value)| value);
        block(&mut bytes, search.as_bytes());
        let mut argv = Vec::new();
        for argument in &call.argv {
            text(&mut argv, &[argument])?;
        }
        block(&mut bytes, &argv);
        let mut env = Vec::new();
        for (name, value) in &call.env {
            if name.is_empty() || name.as_bytes().contains(&b'=') {
                return Err(Refusal::VariableName);
            }
            text(&mut env, &[name, OsStr::new("="), value])?;
        }
        block(&mut bytes, &env);
        fitting(bytes)
    }
}

fn fitting(bytes: Vec<u8>) -> Result<Vec<u8>, Refusal> {
    if bytes.len() > MAX_BYTES {
        return Err(Refusal::TooLong { n_bytes: bytes.len(), limit: MAX_BYTES });
    }
    Ok(bytes)
}

/// Appends one text with its end.
fn text(bytes: &mut Vec<u8>, pieces: &[&OsStr]) -> Result<(), Refusal> {
    for piece in pieces {
        if piece.as_bytes().contains(&0) {
            return Err(Refusal::Nul);
        }
        bytes.extend_from_slice(piece.as_bytes());
    }
    bytes.push(0);
    Ok(())
}

/// Appends bytes with their length before them.
fn block(bytes: &mut Vec<u8>, block: &[u8]) {
    bytes.extend_from_slice(&(block.len() as u64).to_le_bytes());
    bytes.extend_from_slice(block);
}

/// What is left of a request.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn number(&mut self) -> Option<u64> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u64::from_le_bytes(*number))
    }

    fn block(&mut self) -> Option<&'a [u8]> {
        let n_bytes = usize::try_from(self.number()?).ok()?;
        let (block, rest) = self.0.split_at_checked(n_bytes)?;
        self.0 = rest;
        Some(block)
    }

    fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(call: &Exec, expected: Refusal) {
        assert_eq!(Request::run(call), Err(expected), "{call:?}");
    }

    #[test]
    fn a_call_that_no_kernel_would_take_is_refused() {
        check(&Exec::new([""; 0]), Refusal::EmptyCommand);
        check(&Exec::new([""]), Refusal::EmptyCommand);
        check(&Exec::new(["echo", "a\0b"]), Refusal::Nul);
        let variable = |name: &str| Exec { env: vec![(name.into(), "value".into())], ..Exec::new(["true"]) };
        check(&variable(""), Refusal::VariableName);
        check(&variable("a=b"), Refusal::VariableName);
        check(&variable("a\0b"), Refusal::Nul);
        let long = Request::run(&Exec::new(["echo", &"x".repeat(MAX_BYTES)]));
        assert!(matches!(long, Err(Refusal::TooLong { .. })), "{long:?}");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(kind in 0..6_u64, rest in prop::collection::vec(any::<u8>(), 0..200)) {
            let bytes = [kind.to_le_bytes().as_slice(), &rest].concat();
            let _ = Request::read(&bytes);
        }

        #[test]
        fn a_call_arrives_as_it_was_sent(
            argv in prop::collection::vec("[^\0]{1,20}", 1..5),
            env in prop::collection::vec(("[A-Z]{1,5}", "[^\0]{0,20}"), 0..5),
        ) {
            let env = env.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
            let call = Exec { env, ..Exec::new(&argv) };
            let bytes = Request::run(&call).unwrap();
            let Some(Request::Run(run)) = Request::read(&bytes) else { panic!("not a call") };
            let texts: Vec<_> = run.argv.split_inclusive(|byte| *byte == 0).map(|text| &text[..text.len() - 1]).collect();
            prop_assert_eq!(texts, argv.iter().map(String::as_bytes).collect::<Vec<_>>());
            prop_assert_eq!(run.cwd, c"/work");
        }
    }
}
