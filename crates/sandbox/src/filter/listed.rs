//! Which system calls a cell has, and with which arguments. Pure.
//!
//! What is not here is refused. Left out with a reason worth saying: `socket` and all that names an address (a network
//! namespace holds neither vsock nor netlink back, and Landlock no socket in a folder), System V and POSIX queues
//! (they outlive a call), `inotify`, `io_setup` (their quotas are shared with the host), `splice`, `vmsplice`, `tee`,
//! `io_uring`, `bpf`, `perf_event_open`, `userfaultfd`, `keyctl` (much of the kernel for few programs), `setxattr`,
//! `setuid` and relatives.

use std::collections::BTreeMap;

#[cfg(target_arch = "x86_64")]
use libc::{
    SYS_access, SYS_alarm, SYS_arch_prctl, SYS_chmod, SYS_chown, SYS_creat, SYS_dup2, SYS_epoll_create, SYS_epoll_wait,
    SYS_eventfd, SYS_fork, SYS_futimesat, SYS_getdents, SYS_getpgrp, SYS_getrlimit, SYS_inotify_init, SYS_lchown,
    SYS_link, SYS_lstat, SYS_mkdir, SYS_mknod, SYS_open, SYS_pause, SYS_pipe, SYS_poll, SYS_readlink, SYS_rename,
    SYS_renameat, SYS_rmdir, SYS_select, SYS_setrlimit, SYS_signalfd, SYS_stat, SYS_symlink, SYS_time, SYS_unlink,
    SYS_utime, SYS_utimes, SYS_vfork,
};
use libc::{
    SYS_brk, SYS_capget, SYS_chdir, SYS_clock_getres, SYS_clock_gettime, SYS_clock_nanosleep, SYS_clone, SYS_clone3,
    SYS_close, SYS_close_range, SYS_copy_file_range, SYS_dup, SYS_dup3, SYS_epoll_create1, SYS_epoll_ctl,
    SYS_epoll_pwait, SYS_epoll_pwait2, SYS_eventfd2, SYS_execve, SYS_execveat, SYS_exit, SYS_exit_group, SYS_faccessat,
    SYS_faccessat2, SYS_fadvise64, SYS_fallocate, SYS_fchdir, SYS_fchmod, SYS_fchmodat, SYS_fchown, SYS_fchownat,
    SYS_fcntl, SYS_fdatasync, SYS_fgetxattr, SYS_flistxattr, SYS_flock, SYS_fstat, SYS_fstatfs, SYS_fsync,
    SYS_ftruncate, SYS_futex, SYS_futex_waitv, SYS_get_mempolicy, SYS_get_robust_list, SYS_getcpu, SYS_getcwd,
    SYS_getdents64, SYS_getegid, SYS_geteuid, SYS_getgid, SYS_getgroups, SYS_getitimer, SYS_getpeername, SYS_getpgid,
    SYS_getpid, SYS_getppid, SYS_getpriority, SYS_getrandom, SYS_getresgid, SYS_getresuid, SYS_getrusage, SYS_getsid,
    SYS_getsockname, SYS_getsockopt, SYS_gettid, SYS_gettimeofday, SYS_getuid, SYS_getxattr, SYS_inotify_init1,
    SYS_ioctl, SYS_ioprio_get, SYS_kill, SYS_lgetxattr, SYS_linkat, SYS_listxattr, SYS_llistxattr, SYS_lseek,
    SYS_madvise, SYS_membarrier, SYS_memfd_create, SYS_mincore, SYS_mkdirat, SYS_mknodat, SYS_mlock, SYS_mlock2,
    SYS_mlockall, SYS_mmap, SYS_mprotect, SYS_mremap, SYS_mseal, SYS_msync, SYS_munlock, SYS_munlockall, SYS_munmap,
    SYS_nanosleep, SYS_newfstatat, SYS_openat, SYS_openat2, SYS_personality, SYS_pidfd_open, SYS_pidfd_send_signal,
    SYS_pipe2, SYS_pkey_alloc, SYS_pkey_free, SYS_pkey_mprotect, SYS_ppoll, SYS_prctl, SYS_pread64, SYS_preadv,
    SYS_preadv2, SYS_prlimit64, SYS_pselect6, SYS_pwrite64, SYS_pwritev, SYS_pwritev2, SYS_read, SYS_readahead,
    SYS_readlinkat, SYS_readv, SYS_recvfrom, SYS_recvmmsg, SYS_recvmsg, SYS_renameat2, SYS_restart_syscall, SYS_rseq,
    SYS_rt_sigaction, SYS_rt_sigpending, SYS_rt_sigprocmask, SYS_rt_sigqueueinfo, SYS_rt_sigreturn, SYS_rt_sigsuspend,
    SYS_rt_sigtimedwait, SYS_rt_tgsigqueueinfo, SYS_sched_get_priority_max, SYS_sched_get_priority_min,
    SYS_sched_getaffinity, SYS_sched_getattr, SYS_sched_getparam, SYS_sched_getscheduler, SYS_sched_rr_get_interval,
    SYS_sched_setaffinity, SYS_sched_setattr, SYS_sched_setparam, SYS_sched_setscheduler, SYS_sched_yield,
    SYS_sendfile, SYS_sendmmsg, SYS_sendmsg, SYS_sendto, SYS_set_robust_list, SYS_set_tid_address, SYS_setitimer,
    SYS_setpgid, SYS_setpriority, SYS_setsid, SYS_setsockopt, SYS_shutdown, SYS_sigaltstack, SYS_signalfd4,
    SYS_socketpair, SYS_statfs, SYS_statx, SYS_symlinkat, SYS_sync, SYS_syncfs, SYS_sysinfo, SYS_tgkill,
    SYS_timer_create, SYS_timer_delete, SYS_timer_getoverrun, SYS_timer_gettime, SYS_timer_settime, SYS_timerfd_create,
    SYS_timerfd_gettime, SYS_timerfd_settime, SYS_times, SYS_tkill, SYS_truncate, SYS_umask, SYS_uname, SYS_unlinkat,
    SYS_utimensat, SYS_wait4, SYS_waitid, SYS_write, SYS_writev,
};
use rustix::io::Errno;

use super::rule::{Answer, Clause, Half, Rule, Test};

/// What bounds a cell's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Memory {
    /// The kernel, by a control group.
    Counted,
    /// Limits of each process and a watch, which do not see files without a name.
    Watched,
}

/// Allowed, whatever the arguments.
const ALLOWED: &[i64] = &[
    // Files.
    SYS_read,
    SYS_write,
    SYS_close,
    SYS_fstat,
    SYS_lseek,
    SYS_pread64,
    SYS_pwrite64,
    SYS_readv,
    SYS_writev,
    SYS_preadv,
    SYS_pwritev,
    SYS_preadv2,
    SYS_pwritev2,
    SYS_openat,
    SYS_openat2,
    SYS_newfstatat,
    SYS_statx,
    SYS_statfs,
    SYS_fstatfs,
    SYS_getdents64,
    SYS_faccessat,
    SYS_faccessat2,
    SYS_readlinkat,
    SYS_getcwd,
    SYS_chdir,
    SYS_fchdir,
    SYS_mkdirat,
    SYS_mknodat,
    SYS_linkat,
    SYS_symlinkat,
    SYS_unlinkat,
    SYS_renameat2,
    SYS_fchmod,
    SYS_fchmodat,
    SYS_FCHMODAT2,
    SYS_fchown,
    SYS_fchownat,
    SYS_truncate,
    SYS_ftruncate,
    SYS_fallocate,
    SYS_fsync,
    SYS_fdatasync,
    SYS_flock,
    SYS_utimensat,
    SYS_umask,
    SYS_copy_file_range,
    SYS_sendfile,
    SYS_fadvise64,
    SYS_readahead,
    SYS_dup,
    SYS_dup3,
    SYS_pipe2,
    SYS_close_range,
    SYS_getxattr,
    SYS_lgetxattr,
    SYS_fgetxattr,
    SYS_listxattr,
    SYS_llistxattr,
    SYS_flistxattr,
    // Memory.
    SYS_brk,
    SYS_mmap,
    SYS_munmap,
    SYS_mprotect,
    SYS_mremap,
    SYS_madvise,
    SYS_msync,
    SYS_mincore,
    SYS_mlock,
    SYS_mlock2,
    SYS_munlock,
    SYS_mlockall,
    SYS_munlockall,
    SYS_mseal,
    SYS_membarrier,
    SYS_get_mempolicy,
    SYS_pkey_alloc,
    SYS_pkey_free,
    SYS_pkey_mprotect,
    // Processes and threads.
    SYS_execve,
    SYS_execveat,
    SYS_exit,
    SYS_exit_group,
    SYS_wait4,
    SYS_waitid,
    SYS_kill,
    SYS_tkill,
    SYS_tgkill,
    SYS_pidfd_open,
    SYS_pidfd_send_signal,
    SYS_getpid,
    SYS_getppid,
    SYS_gettid,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_getresuid,
    SYS_getresgid,
    SYS_getgroups,
    SYS_getpgid,
    SYS_setpgid,
    SYS_getsid,
    SYS_setsid,
    SYS_set_tid_address,
    SYS_set_robust_list,
    SYS_get_robust_list,
    SYS_rseq,
    SYS_futex,
    SYS_futex_waitv,
    SYS_sched_yield,
    SYS_sched_getaffinity,
    SYS_sched_getattr,
    SYS_sched_getparam,
    SYS_sched_getscheduler,
    SYS_sched_get_priority_max,
    SYS_sched_get_priority_min,
    SYS_sched_rr_get_interval,
    SYS_getpriority,
    SYS_ioprio_get,
    SYS_getrusage,
    SYS_times,
    SYS_getcpu,
    SYS_capget,
    // Signals and time.
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_rt_sigpending,
    SYS_rt_sigsuspend,
    SYS_rt_sigtimedwait,
    SYS_rt_sigqueueinfo,
    SYS_rt_tgsigqueueinfo,
    SYS_sigaltstack,
    SYS_signalfd4,
    SYS_restart_syscall,
    SYS_nanosleep,
    SYS_clock_nanosleep,
    SYS_clock_gettime,
    SYS_clock_getres,
    SYS_gettimeofday,
    SYS_getitimer,
    SYS_setitimer,
    SYS_timer_create,
    SYS_timer_settime,
    SYS_timer_gettime,
    SYS_timer_getoverrun,
    SYS_timer_delete,
    SYS_timerfd_create,
    SYS_timerfd_settime,
    SYS_timerfd_gettime,
    // Waiting, and pairs of sockets.
    SYS_ppoll,
    SYS_pselect6,
    SYS_epoll_create1,
    SYS_epoll_ctl,
    SYS_epoll_pwait,
    SYS_epoll_pwait2,
    SYS_eventfd2,
    SYS_sendto,
    SYS_sendmsg,
    SYS_sendmmsg,
    SYS_recvfrom,
    SYS_recvmsg,
    SYS_recvmmsg,
    SYS_shutdown,
    SYS_getsockname,
    SYS_getpeername,
    SYS_getsockopt,
    // The machine.
    SYS_uname,
    SYS_sysinfo,
    SYS_getrandom,
];

/// The same as some of those, in their older forms.
#[cfg(target_arch = "x86_64")]
const ALLOWED_OLD: &[i64] = &[
    SYS_open,
    SYS_creat,
    SYS_stat,
    SYS_lstat,
    SYS_access,
    SYS_readlink,
    SYS_getdents,
    SYS_mkdir,
    SYS_rmdir,
    SYS_mknod,
    SYS_link,
    SYS_symlink,
    SYS_unlink,
    SYS_rename,
    SYS_renameat,
    SYS_chmod,
    SYS_chown,
    SYS_lchown,
    SYS_utime,
    SYS_utimes,
    SYS_futimesat,
    SYS_dup2,
    SYS_pipe,
    SYS_poll,
    SYS_select,
    SYS_epoll_create,
    SYS_epoll_wait,
    SYS_eventfd,
    SYS_signalfd,
    SYS_fork,
    SYS_vfork,
    SYS_getpgrp,
    SYS_getrlimit,
    SYS_pause,
    SYS_alarm,
    SYS_time,
    SYS_arch_prctl,
];
#[cfg(target_arch = "aarch64")]
const ALLOWED_OLD: &[i64] = &[];

/// The same number on every architecture; the C library's list has it for some only.
const SYS_FCHMODAT2: i64 = 452;

/// Namespaces, children of somebody else, traced children (clone(2)).
const CLONE_DENIED: i32 = libc::CLONE_NEWNS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET
    | libc::CLONE_PARENT
    | libc::CLONE_PTRACE;

/// What may be set on, or asked of, a process (prctl(2)). `SET_VMA` names mappings.
const PROCESS_OPTIONS: &[i32] = &[
    libc::PR_SET_NAME,
    libc::PR_GET_NAME,
    libc::PR_SET_PDEATHSIG,
    libc::PR_GET_PDEATHSIG,
    libc::PR_GET_DUMPABLE,
    libc::PR_SET_DUMPABLE,
    libc::PR_SET_NO_NEW_PRIVS,
    libc::PR_GET_NO_NEW_PRIVS,
    libc::PR_CAPBSET_READ,
    libc::PR_GET_SECCOMP,
    libc::PR_GET_KEEPCAPS,
    libc::PR_GET_SECUREBITS,
    libc::PR_SET_TIMERSLACK,
    libc::PR_GET_TIMERSLACK,
    libc::PR_SET_CHILD_SUBREAPER,
    libc::PR_GET_CHILD_SUBREAPER,
    libc::PR_SET_THP_DISABLE,
    libc::PR_GET_THP_DISABLE,
    libc::PR_GET_TID_ADDRESS,
    libc::PR_SET_VMA,
];

/// What may be set on one of a pair of sockets: sizes, times and credentials, but no filter program.
const SOCKET_OPTIONS: &[i32] =
    &[libc::SO_SNDBUF, libc::SO_RCVBUF, libc::SO_PASSCRED, libc::SO_RCVTIMEO, libc::SO_SNDTIMEO, libc::SO_RCVLOWAT];

const PERM: Answer = Answer::errno(Errno::PERM);

/// The rule for each listed call.
pub(super) fn rules(memory: Memory) -> BTreeMap<u32, Rule> {
    let mut rules = BTreeMap::new();
    for number in ALLOWED.iter().chain(ALLOWED_OLD) {
        rules.insert(call(*number), Rule::Always(Answer::ALLOW));
    }
    for (number, rule) in by_arguments() {
        rules.insert(call(number), rule);
    }
    let memfd = if memory == Memory::Counted { Answer::ALLOW } else { PERM };
    rules.insert(call(SYS_memfd_create), Rule::Always(memfd));
    // Programs take these for an old kernel and do without: clone3 has its flags in memory, where no filter sees them.
    for number in [SYS_clone3, SYS_inotify_init1] {
        rules.insert(call(number), Rule::Always(Answer::errno(Errno::NOSYS)));
    }
    // They would write the whole machine's dirty pages; a cell's files have no disk.
    for number in [SYS_sync, SYS_syncfs] {
        rules.insert(call(number), Rule::Always(Answer::PRETEND));
    }
    #[cfg(target_arch = "x86_64")]
    {
        rules.insert(call(SYS_inotify_init), Rule::Always(Answer::errno(Errno::NOSYS)));
        rules.insert(call(SYS_setrlimit), unless(vec![Test::is(0, libc::RLIMIT_CORE)], Answer::PRETEND));
    }
    rules
}

fn by_arguments() -> Vec<(i64, Rule)> {
    let first_process = || unless(vec![Test::is(0, 1)], PERM);
    vec![
        (SYS_clone, unless(vec![Test::any_of(0, CLONE_DENIED.cast_unsigned())], PERM)),
        // A pair of datagram sockets could send to any address; a raw one is one of those.
        (
            SYS_socketpair,
            only(&[
                vec![Test::is(0, value(libc::AF_UNIX)), Test::masked(1, 0xF, value(libc::SOCK_STREAM))],
                vec![Test::is(0, value(libc::AF_UNIX)), Test::masked(1, 0xF, value(libc::SOCK_SEQPACKET))],
            ]),
        ),
        (SYS_setsockopt, only(&one_of(2, SOCKET_OPTIONS))),
        // Typing for somebody else.
        (SYS_ioctl, Rule::First(vec![denied(Test::is(1, 0x5412)), denied(Test::is(1, 0x541C))], Answer::ALLOW)),
        // The room of pipes is a quota of the user, on the host too.
        (SYS_fcntl, unless(vec![Test::is(1, value(libc::F_SETPIPE_SZ))], PERM)),
        (SYS_prctl, only(&one_of(0, PROCESS_OPTIONS))),
        (SYS_personality, only(&[vec![Test::is(0, 0)], vec![Test::is(0, u32::MAX)]])),
        (SYS_prlimit64, limits()),
        // The first process of a cell has the same user: its priority and its processors are not theirs to set.
        (SYS_sched_setaffinity, first_process()),
        (SYS_sched_setattr, first_process()),
        (SYS_sched_setparam, first_process()),
        (SYS_sched_setscheduler, first_process()),
        (
            SYS_setpriority,
            Rule::First(vec![denied(Test::is(1, 1)), denied(Test::is(0, libc::PRIO_USER))], Answer::ALLOW),
        ),
    ]
}

/// Limits of the caller only. The limit of core files stays as it is, and success is reported: with another one, the
/// kernel would hand a crashed program to the host's handler.
fn limits() -> Rule {
    let core_is_set = |half| {
        let set = Test { half, mask: u32::MAX, value: 0, equal: false };
        Clause { tests: vec![Test::is(1, libc::RLIMIT_CORE), set], answer: Answer::PRETEND }
    };
    Rule::First(vec![denied(Test::is_not(0, 0)), core_is_set(Half::Low(2)), core_is_set(Half::High(2))], Answer::ALLOW)
}

fn call(number: i64) -> u32 {
    u32::try_from(number).expect("numbers of system calls are small")
}

fn value(constant: i32) -> u32 {
    constant.cast_unsigned()
}

fn denied(test: Test) -> Clause {
    Clause { tests: vec![test], answer: PERM }
}

fn unless(tests: Vec<Test>, answer: Answer) -> Rule {
    Rule::First(vec![Clause { tests, answer }], Answer::ALLOW)
}

fn only(allowed: &[Vec<Test>]) -> Rule {
    let clause = |tests: &Vec<Test>| Clause { tests: tests.clone(), answer: Answer::ALLOW };
    Rule::First(allowed.iter().map(clause).collect(), PERM)
}

fn one_of(argument: u32, values: &[i32]) -> Vec<Vec<Test>> {
    values.iter().map(|constant| vec![Test::is(argument, value(*constant))]).collect()
}
