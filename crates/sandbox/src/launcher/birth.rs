//! The birth of a cell: a fork that enters its control groups and gives up root, and from it the first process of new
//! namespaces.

use std::os::fd::{AsFd, OwnedFd};

use rustix::process::{Gid, Uid};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};

use super::blueprint::Blueprint;
use super::cgroup::{Group, Place};
use super::plan::{Desk, Plan};
use super::ward::Ward;
use crate::inside;
use crate::step::{At, Failure, Step};
use crate::syscall::{self, Forked, Namespaces};
use crate::wire::{self, Answer};

/// Opens a cell. Whatever happens is told over `socket`.
pub(super) fn bear(plan: &Plan, blueprint: &Blueprint, desk: &mut Desk, ward: &mut Ward, socket: OwnedFd) {
    let group = match plan.place.as_ref().map(|place| group(place, blueprint, &socket)).transpose() {
        Ok(group) => group,
        Err(failure) => return inside::report(socket.as_fd(), failure),
    };
    match syscall::fork_into(Namespaces::Ours, group.as_ref().and_then(Group::born_in)).at(Step::Fork) {
        Ok(Forked::Parent(midwife)) => {
            let pid = ward.after(midwife);
            ward.take(blueprint.number, pid, socket, group.map(Group::into_remains));
        }
        // A fork has nothing to clean up: it would clean up what is the launcher's.
        Ok(Forked::Child) => {
            syscall::exit_at_once(assist(plan, blueprint, desk, ward, &socket, group.as_ref()));
        }
        Err(failure) => {
            inside::report(socket.as_fd(), failure);
            if let Some(group) = group {
                group.into_remains().remove();
            }
        }
    }
}

/// Makes the cell's control groups and tells the host how to see what happens in them.
fn group(place: &Place, blueprint: &Blueprint, socket: &OwnedFd) -> Result<Group, Failure> {
    let group = place.group(blueprint.number, blueprint.memory_bytes, blueprint.n_processes).at(Step::Cgroup)?;
    match wire::send(socket, &Answer::Counted.to_bytes(), &[group.events()]).at(Step::Cgroup) {
        Ok(()) => Ok(group),
        Err(failure) => {
            group.into_remains().remove();
            Err(failure)
        }
    }
}

/// In the fork: one more fork, and the first process of the cell is there. Both end here.
fn assist(
    plan: &Plan,
    blueprint: &Blueprint,
    desk: &mut Desk,
    ward: &Ward,
    socket: &OwnedFd,
    group: Option<&Group>,
) -> bool {
    match separate(blueprint, group) {
        Ok(Forked::Parent(pid)) => {
            ward.born(pid);
            true
        }
        Ok(Forked::Child) => {
            inside::live(plan, blueprint, desk, socket);
            true
        }
        Err(failure) => {
            inside::report(socket.as_fd(), failure);
            false
        }
    }
}

fn separate(blueprint: &Blueprint, group: Option<&Group>) -> Result<Forked, Failure> {
    if let Some(group) = group {
        group.enter().at(Step::Enter)?;
    }
    syscall::accept_all().at(Step::Fork)?;
    if let Some(user) = blueprint.become_user {
        let (user, group) = (Uid::from_raw(user), Gid::from_raw(user));
        set_thread_groups(&[]).at(Step::User)?;
        set_thread_res_gid(group, group, group).at(Step::User)?;
        set_thread_res_uid(user, user, user).at(Step::User)?;
    }
    if rustix::process::geteuid().is_root() || rustix::process::getuid().is_root() {
        return Err(Failure { step: Step::User, errno: rustix::io::Errno::PERM });
    }
    syscall::fork_into(Namespaces::New, None).at(Step::Namespaces)
}
