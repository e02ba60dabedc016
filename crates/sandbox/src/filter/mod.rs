//! The filter of system calls of a cell: what is listed is allowed, some of it by its arguments. Built once, before any
//! cell; pure.
//!
//! The kernel runs the filter for each number when it is loaded, to remember which calls are allowed whatever their
//! arguments. So its length counts when a cell is opened: a search tree takes 9 steps where a list takes hundreds.

mod listed;
mod rule;
mod tree;

pub(crate) use listed::Memory;

use rustix::io::Errno;

use crate::syscall::Instruction;
use rule::{Answer, Rule};

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
compile_error!("there is no list of system calls for this architecture");

/// `AUDIT_ARCH_X86_64`, `AUDIT_ARCH_AARCH64` (linux/audit.h).
const ARCHITECTURE: u32 = if cfg!(target_arch = "x86_64") { 0xC000_003E } else { 0xC000_00B7 };
/// From here on, numbers belong to the x32 interface, or to nobody.
const FIRST_FOREIGN: u32 = 0x4000_0000;
/// Where `struct seccomp_data` has the architecture and the number.
const ARCHITECTURE_AT: u32 = 4;
const NUMBER_AT: u32 = 0;

/// The filter for a cell.
pub(crate) fn program(memory: Memory) -> Vec<Instruction> {
    let mut program = vec![
        rule::load(ARCHITECTURE_AT),
        rule::jump_if_equal(ARCHITECTURE, 1, 0),
        Answer::KILL.instruction(),
        rule::load(NUMBER_AT),
        rule::jump_if_at_least(FIRST_FOREIGN, 0, 1),
        Answer::KILL.instruction(),
    ];
    let unlisted = Rule::Always(Answer::errno(Errno::PERM));
    // Programs take "not there" for an old kernel and do without.
    let unknown = Rule::Always(Answer::errno(Errno::NOSYS));
    program.extend(tree::search(&listed::rules(memory), &unlisted, &unknown));
    program
}
