//! The cells that live: their first processes, and what has to be done when one ends.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, kill_process, wait, waitpid};

use super::cgroup::Remains;
use crate::syscall::{self, SharedNumber};

/// The cells of a launcher.
pub(super) struct Ward {
    cells: Vec<Cell>,
    /// Where the fork that bears a cell leaves the number of its first process.
    newborn: SharedNumber,
    exits: OwnedFd,
}

struct Cell {
    number: u64,
    pid: Pid,
    /// Our copy of the cell's end: the host sees the end of the stream when nothing is left of the cell.
    _socket: OwnedFd,
    groups: Option<Remains>,
}

impl Ward {
    pub(super) fn new() -> Result<Self, Errno> {
        Ok(Self { cells: Vec::new(), newborn: SharedNumber::new()?, exits: syscall::child_exits()? })
    }

    /// Readable when a first process may have ended.
    pub(super) fn exits(&self) -> BorrowedFd<'_> {
        self.exits.as_fd()
    }

    /// In the fork: the cell's first process has this number.
    pub(super) fn born(&self, pid: Pid) {
        self.newborn.set(pid.as_raw_nonzero().get());
    }

    /// Waits for the fork and gives the number of the first process, if it came to that.
    pub(super) fn after(&self, fork: Pid) -> Option<Pid> {
        while let Err(Errno::INTR) = waitpid(Some(fork), WaitOptions::empty()) {}
        let pid = Pid::from_raw(self.newborn.get());
        self.newborn.set(0);
        pid
    }

    /// Keeps a cell. One without a process is over.
    pub(super) fn take(&mut self, number: u64, pid: Option<Pid>, socket: OwnedFd, groups: Option<Remains>) {
        match pid {
            Some(pid) => self.cells.push(Cell { number, pid, _socket: socket, groups }),
            None => groups.iter().for_each(Remains::remove),
        }
    }

    /// Kills a cell. It is buried when it has ended.
    pub(super) fn end(&self, number: u64) {
        if let Some(cell) = self.cells.iter().find(|cell| cell.number == number) {
            cell.kill();
        }
    }

    /// Clears away what ended.
    pub(super) fn bury(&mut self) {
        let mut note = [0_u8; 128];
        // What it says is found out anew below.
        let _ = rustix::io::read(&self.exits, &mut note);
        while let Ok(Some((pid, _))) = wait(WaitOptions::NOHANG) {
            self.forget(pid);
        }
    }

    /// Kills all cells and waits until nothing is left of them.
    pub(super) fn end_all(&mut self) {
        self.cells.iter().for_each(Cell::kill);
        loop {
            match wait(WaitOptions::empty()) {
                Ok(Some((pid, _))) => self.forget(pid),
                Ok(None) | Err(Errno::INTR) => {}
                Err(_) => return,
            }
        }
    }

    fn forget(&mut self, pid: Pid) {
        if let Some(at) = self.cells.iter().position(|cell| cell.pid == pid) {
            let cell = self.cells.swap_remove(at);
            cell.groups.iter().for_each(Remains::remove);
        }
    }
}

impl Cell {
    fn kill(&self) {
        // It is our child and not waited for: the number is still its own, even if it has ended.
        let _ = kill_process(self.pid, Signal::KILL);
    }
}
