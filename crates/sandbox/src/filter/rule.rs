//! What is answered to a system call, and the instructions that do it. Pure.

use rustix::io::Errno;

use crate::syscall::Instruction;

// Instructions of the kernel's packet filter (linux/bpf_common.h).
const LOAD_WORD: u16 = 0x20;
const AND: u16 = 0x54;
const JUMP: u16 = 0x05;
const JUMP_IF_EQUAL: u16 = 0x15;
const JUMP_IF_AT_LEAST: u16 = 0x35;
const RETURN: u16 = 0x06;

/// Where `struct seccomp_data` has the arguments.
const ARGUMENTS_AT: u32 = 16;

/// What the kernel does with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer(u32);

impl Answer {
    /// `SECCOMP_RET_ALLOW`.
    pub(super) const ALLOW: Self = Self(0x7FFF_0000);
    /// `SECCOMP_RET_KILL_PROCESS`.
    pub(super) const KILL: Self = Self(0x8000_0000);
    /// Nothing, and success is reported.
    pub(super) const PRETEND: Self = Self(0x0005_0000);

    /// `SECCOMP_RET_ERRNO`.
    pub(super) const fn errno(errno: Errno) -> Self {
        Self(0x0005_0000 | errno.raw_os_error().cast_unsigned())
    }

    pub(super) const fn instruction(self) -> Instruction {
        Instruction { code: RETURN, if_true: 0, if_false: 0, value: self.0 }
    }
}

/// Half of an argument, by its place.
#[derive(Clone, Copy, Debug)]
pub(super) enum Half {
    Low(u32),
    High(u32),
}

/// A condition on half an argument.
#[derive(Clone, Copy, Debug)]
pub(super) struct Test {
    pub(super) half: Half,
    pub(super) mask: u32,
    pub(super) value: u32,
    /// Whether the masked half has to be `value`, or anything else.
    pub(super) equal: bool,
}

/// The answer to a call whose arguments fulfil all tests.
#[derive(Clone, Debug)]
pub(super) struct Clause {
    pub(super) tests: Vec<Test>,
    pub(super) answer: Answer,
}

/// How a call is answered.
#[derive(Clone, Debug)]
pub(super) enum Rule {
    Always(Answer),
    /// By the first clause that fits, or else so.
    First(Vec<Clause>, Answer),
}

impl Test {
    pub(super) const fn is(argument: u32, value: u32) -> Self {
        Self { half: Half::Low(argument), mask: u32::MAX, value, equal: true }
    }

    pub(super) const fn is_not(argument: u32, value: u32) -> Self {
        Self { equal: false, ..Self::is(argument, value) }
    }

    pub(super) const fn masked(argument: u32, mask: u32, value: u32) -> Self {
        Self { mask, ..Self::is(argument, value) }
    }

    /// Any of these bits is set.
    pub(super) const fn any_of(argument: u32, bits: u32) -> Self {
        Self { equal: false, ..Self::masked(argument, bits, 0) }
    }
}

impl Rule {
    pub(super) fn instructions(&self) -> Vec<Instruction> {
        match self {
            Self::Always(answer) => vec![answer.instruction()],
            Self::First(clauses, otherwise) => {
                let clauses = clauses.iter().flat_map(Clause::instructions);
                clauses.chain([otherwise.instruction()]).collect()
            }
        }
    }
}

impl Clause {
    fn instructions(&self) -> Vec<Instruction> {
        let mut backwards = vec![self.answer.instruction()];
        for test in self.tests.iter().rev() {
            let past = u8::try_from(backwards.len()).expect("a clause has a few tests");
            let (if_true, if_false) = if test.equal { (0, past) } else { (past, 0) };
            backwards.push(jump_if_equal(test.value, if_true, if_false));
            if test.mask != u32::MAX {
                backwards.push(Instruction { code: AND, if_true: 0, if_false: 0, value: test.mask });
            }
            backwards.push(load(match test.half {
                Half::Low(argument) => ARGUMENTS_AT + 8 * argument,
                Half::High(argument) => ARGUMENTS_AT + 8 * argument + 4,
            }));
        }
        backwards.reverse();
        backwards
    }
}

pub(super) const fn load(at: u32) -> Instruction {
    Instruction { code: LOAD_WORD, if_true: 0, if_false: 0, value: at }
}

pub(super) const fn jump(past: u32) -> Instruction {
    Instruction { code: JUMP, if_true: 0, if_false: 0, value: past }
}

pub(super) const fn jump_if_equal(value: u32, if_true: u8, if_false: u8) -> Instruction {
    Instruction { code: JUMP_IF_EQUAL, if_true, if_false, value }
}

pub(super) const fn jump_if_at_least(value: u32, if_true: u8, if_false: u8) -> Instruction {
    Instruction { code: JUMP_IF_AT_LEAST, if_true, if_false, value }
}
