//! Other processes, and what a process is allowed to be.

use rustix::process::{Pid, Resource, Rlimit, getrlimit, setrlimit, test_kill_process};

use super::{Aim, Control, Got, Probe, why};
use crate::raw::call;

pub(super) fn probes() -> Vec<Probe> {
    use Control::{Anyone, Root, Varies};
    vec![
        Probe::new("sees_the_harness", Anyone, |aim| {
            std::fs::read_to_string(format!("/proc/{}/comm", aim.harness)).map_err(why).and_then(|name| {
                if name.starts_with("cells") || name.starts_with("exe") {
                    Ok(name)
                } else {
                    Err("it is another".into())
                }
            })
        }),
        Probe::new("signals_the_harness", Anyone, |aim| {
            test_kill_process(Pid::from_raw(aim.harness).unwrap()).map(|()| "reached".into()).map_err(why)
        }),
        Probe::new("attaches_to_another_process", Anyone, |aim| {
            // PTRACE_SEIZE: it does not stop its target.
            call(libc::SYS_ptrace, [0x4206, id(aim), 0, 0, 0, 0]).map(|_| "attached".into()).map_err(why)
        }),
        Probe::new("asks_to_be_traced", Anyone, |_| {
            call(libc::SYS_ptrace, [0, 0, 0, 0, 0, 0]).map(|_| "asked".into()).map_err(why)
        }),
        Probe::new("sets_limits_of_another_process", Anyone, |aim| {
            let limit = getrlimit(Resource::Nofile);
            let limit = [limit.current.unwrap_or(1024), limit.maximum.unwrap_or(1024)];
            let nofile = libc::RLIMIT_NOFILE as usize;
            call(libc::SYS_prlimit64, [id(aim), nofile, limit.as_ptr().addr(), 0, 0, 0])
                .map(|_| "set".into())
                .map_err(why)
        }),
        Probe::new("makes_another_process_nice", Anyone, |aim| {
            // 0 is what it is.
            call(libc::SYS_setpriority, [0, id(aim), 0, 0, 0, 0]).map(|_| "set".into()).map_err(why)
        }),
        Probe::new("makes_all_its_users_processes_nice", Anyone, |_| {
            call(libc::SYS_setpriority, [2, 0, 0, 0, 0, 0]).map(|_| "set".into()).map_err(why)
        }),
        Probe::new("binds_another_process_to_processors", Anyone, |aim| {
            let all = [usize::MAX; 16];
            call(libc::SYS_sched_setaffinity, [id(aim), 128, all.as_ptr().addr(), 0, 0, 0])
                .map(|_| "set".into())
                .map_err(why)
        }),
        Probe::new("takes_a_descriptor_of_another_process", Anyone, |aim| {
            let handle = call(libc::SYS_pidfd_open, [id(aim), 0, 0, 0, 0, 0]).map_err(why)?;
            call(libc::SYS_pidfd_getfd, [usize::try_from(handle).unwrap(), 0, 0, 0, 0, 0])
                .map(|_| "taken".into())
                .map_err(why)
        }),
        Probe::new("becomes_root", Root, |_| call(libc::SYS_setuid, [0; 6]).map(|_| "became".into()).map_err(why)),
        Probe::new("changes_its_groups", Root, |_| {
            call(libc::SYS_setgroups, [0; 6]).map(|_| "changed".into()).map_err(why)
        }),
        Probe::new("has_capabilities_in_reach", Anyone, |_| {
            let status = std::fs::read_to_string("/proc/self/status").map_err(why)?;
            let set = status.lines().find_map(|line| line.strip_prefix("CapBnd:")).unwrap_or("0").trim();
            if set.trim_matches('0').is_empty() { Err("it has none".into()) } else { Ok(set.into()) }
        }),
        Probe::new("may_gain_privileges", Anyone, |_| flag("NoNewPrivs:", "1")),
        Probe::new("makes_any_system_call", Anyone, |_| flag("Seccomp:", "2")),
        Probe::new("raises_its_limit_of_open_files", Varies("capabilities that root in a container may lack"), |_| {
            let more = getrlimit(Resource::Nofile).maximum.map(|most| most + 1);
            setrlimit(Resource::Nofile, Rlimit { current: more, maximum: more }).map(|()| "raised".into()).map_err(why)
        }),
        Probe::new("asks_for_real_time", Root, |_| {
            call(libc::SYS_sched_setscheduler, [0, 1, (&raw const ONE).addr(), 0, 0, 0])
                .map(|_| "set".into())
                .map_err(why)
        }),
        Probe::new("takes_more_than_its_share", Root, |_| {
            call(libc::SYS_setpriority, [0, 0, usize::MAX - 4, 0, 0, 0]).map(|_| "set".into()).map_err(why)
        }),
        Probe::new("hands_a_crash_to_the_hosts_handler", Anyone, |_| {
            // With a limit of 0 the kernel still calls a handler; with 1 it does not.
            setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }).map_err(why)?;
            if getrlimit(Resource::Core).maximum == Some(0) {
                Ok("limit is 0".into())
            } else {
                Err("the limit stays".into())
            }
        }),
        Probe::new("knows_the_hosts_name", Anyone, |_| {
            let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
            if name == "cell" { Err("it is the cell's".into()) } else { Ok(name) }
        }),
    ]
}

/// `struct sched_param` of the lowest real-time priority.
static ONE: i32 = 1;

fn id(aim: &Aim) -> usize {
    usize::try_from(aim.process).unwrap()
}

/// Got it, unless the flag has this value.
fn flag(name: &str, restricted: &str) -> Got {
    let status = std::fs::read_to_string("/proc/self/status").map_err(why)?;
    let value = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim();
    if value == restricted { Err(value.into()) } else { Ok(value.into()) }
}
