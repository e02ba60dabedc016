//! What the launcher and a cell's first process tell the host. Each answer has the same size.

use std::time::Duration;

use rustix::io::Errno;

use crate::report::Cgroups;
use crate::step::{Failure, Step};

/// Words of 8 bytes in an answer.
const N_WORDS: usize = 6;

/// One answer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    /// The launcher is there.
    Ready { landlock_abi: u32, cgroups: Cgroups },
    /// The cell's memory is counted; a descriptor comes with it that tells of its use.
    Counted,
    /// The cell has a workspace; its folder comes with it.
    Workspace,
    /// The cell is there.
    Opened,
    /// A step failed, there is no cell.
    Failed(Failure),
    /// The command did not start: its folder could not be entered.
    NoFolder(Errno),
    /// The command did not start.
    NotStarted(Errno),
    /// The command and everything it started is gone.
    Ended { how: How, wall: Duration, cpu: Duration, max_rss_bytes: u64 },
}

/// How a command ended, as its cell knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    Exited(u8),
    Signaled(i32),
    TimedOut,
    /// The host asked for it.
    Stopped,
    /// The watch found too much memory in use.
    OutOfMemory,
}

impl Answer {
    pub(crate) const N_BYTES: usize = N_WORDS * 8;

    pub(crate) fn to_bytes(self) -> [u8; Self::N_BYTES] {
        let words = match self {
            Self::Ready { landlock_abi, cgroups } => [0, landlock_abi.into(), cgroups as u64, 0, 0, 0],
            Self::Counted => [1, 0, 0, 0, 0, 0],
            Self::Workspace => [7, 0, 0, 0, 0, 0],
            Self::Opened => [2, 0, 0, 0, 0, 0],
            Self::Failed(Failure { step, errno }) => [3, step.number(), number(errno), 0, 0, 0],
            Self::NoFolder(errno) => [4, number(errno), 0, 0, 0, 0],
            Self::NotStarted(errno) => [5, number(errno), 0, 0, 0, 0],
            Self::Ended { how, wall, cpu, max_rss_bytes } => {
                let (kind, code) = match how {
                    How::Exited(code) => (0, code.into()),
                    How::Signaled(signal) => (1, signal.unsigned_abs().into()),
                    How::TimedOut => (2, 0),
                    How::Stopped => (3, 0),
                    How::OutOfMemory => (4, 0),
                };
                [6, kind, code, nanoseconds(wall), nanoseconds(cpu), max_rss_bytes]
            }
        };
        let mut bytes = [0; Self::N_BYTES];
        for (place, word) in bytes.chunks_exact_mut(8).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }

    /// Reads an answer; `None` if it is none.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; Self::N_BYTES] = bytes.try_into().ok()?;
        let mut words = [0; N_WORDS];
        for (word, place) in words.iter_mut().zip(bytes.chunks_exact(8)) {
            *word = u64::from_le_bytes(place.try_into().ok()?);
        }
        Some(match words {
            [0, abi, cgroups, ..] => {
                let cgroups = [Cgroups::V2, Cgroups::V1, Cgroups::None].get(usize::try_from(cgroups).ok()?).copied()?;
                Self::Ready { landlock_abi: u32::try_from(abi).ok()?, cgroups }
            }
            [1, ..] => Self::Counted,
            [2, ..] => Self::Opened,
            [7, ..] => Self::Workspace,
            [3, step, errno, ..] => Self::Failed(Failure { step: Step::from_number(step)?, errno: error(errno)? }),
            [4, errno, ..] => Self::NoFolder(error(errno)?),
            [5, errno, ..] => Self::NotStarted(error(errno)?),
            [6, kind, code, wall, cpu, max_rss_bytes] => {
                let how = match kind {
                    0 => How::Exited(u8::try_from(code).ok()?),
                    1 => How::Signaled(i32::try_from(code).ok()?),
                    2 => How::TimedOut,
                    3 => How::Stopped,
                    4 => How::OutOfMemory,
                    _ => return None,
                };
                Self::Ended { how, wall: Duration::from_nanos(wall), cpu: Duration::from_nanos(cpu), max_rss_bytes }
            }
            _ => return None,
        })
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

fn number(errno: Errno) -> u64 {
    errno.raw_os_error().unsigned_abs().into()
}

/// Linux's highest error number (include/linux/err.h).
const MAX_ERRNO: i32 = 4095;

fn error(number: u64) -> Option<Errno> {
    let number = i32::try_from(number).ok()?;
    (1..=MAX_ERRNO).contains(&number).then(|| Errno::from_raw_os_error(number))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_bytes_are_an_answer_or_none(bytes in prop::collection::vec(0..8_u8, Answer::N_BYTES)) {
            if let Some(answer) = Answer::from_bytes(&bytes) {
                prop_assert!(Answer::from_bytes(&answer.to_bytes()).is_some(), "{answer:?}");
            }
        }
    }
}
