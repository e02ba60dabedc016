//! System calls that a cell must not make at all. They are made with senseless arguments: outside, the kernel says that
//! they are senseless; in a cell, the filter answers first.

use rustix::io::Errno;

use super::{Aim, Control, Got, Probe};
use crate::raw::call;

/// An address that is nobody's.
const BAD: usize = 8;

pub(super) fn probes() -> Vec<Probe> {
    CALLS.iter().map(|(name, control, act)| Probe::new(name, *control, *act)).collect()
}

/// Got, if the kernel itself answered: with success, or with what it has to say about the arguments.
fn reached(number: i64, arguments: [usize; 6]) -> Got {
    match call(number, arguments) {
        Err(errno @ (Errno::PERM | Errno::NOSYS | Errno::ACCESS)) => Err(errno.to_string()),
        answer => Ok(format!("{answer:?}")),
    }
}

type Act = fn(&Aim) -> Got;

use Control::{Anyone, Root, Varies};

const CALLS: &[(&str, Control, Act)] = &[
    ("calls_clone3", Anyone, |_| reached(libc::SYS_clone3, [BAD, 88, 0, 0, 0, 0])),
    ("calls_pivot_root", Root, |_| reached(libc::SYS_pivot_root, [BAD, BAD, 0, 0, 0, 0])),
    ("calls_open_tree", Anyone, |_| reached(libc::SYS_open_tree, [usize::MAX, BAD, 0, 0, 0, 0])),
    ("calls_move_mount", Root, |_| reached(libc::SYS_move_mount, [usize::MAX, BAD, usize::MAX, BAD, 0, 0])),
    ("calls_fsopen", Root, |_| reached(libc::SYS_fsopen, [BAD, 0, 0, 0, 0, 0])),
    ("calls_mount_setattr", Root, |_| reached(libc::SYS_mount_setattr, [usize::MAX, BAD, 0, BAD, 32, 0])),
    ("calls_io_uring_setup", Anyone, |_| reached(libc::SYS_io_uring_setup, [1, BAD, 0, 0, 0, 0])),
    ("calls_bpf", Root, |_| reached(libc::SYS_bpf, [9999, BAD, 8, 0, 0, 0])),
    ("calls_perf_event_open", Anyone, |_| reached(libc::SYS_perf_event_open, [BAD, 0, 0, 0, 0, 0])),
    ("calls_userfaultfd", Root, |_| reached(libc::SYS_userfaultfd, [usize::MAX, 0, 0, 0, 0, 0])),
    ("calls_add_key", Anyone, |_| reached(libc::SYS_add_key, [BAD, BAD, 0, 0, 0, 0])),
    ("calls_request_key", Anyone, |_| reached(libc::SYS_request_key, [BAD, BAD, 0, 0, 0, 0])),
    ("calls_keyctl", Anyone, |_| reached(libc::SYS_keyctl, [0, usize::MAX - 2, 0, 0, 0, 0])),
    ("calls_process_vm_readv", Anyone, |_| reached(libc::SYS_process_vm_readv, [1, BAD, 1, BAD, 1, 0])),
    ("calls_process_vm_writev", Anyone, |_| reached(libc::SYS_process_vm_writev, [1, BAD, 1, BAD, 1, 0])),
    ("calls_process_madvise", Anyone, |_| reached(libc::SYS_process_madvise, [usize::MAX, BAD, 1, 0, 0, 0])),
    ("calls_kcmp", Anyone, |aim| {
        let own = usize::try_from(std::process::id()).unwrap();
        reached(libc::SYS_kcmp, [own, usize::try_from(aim.process).unwrap(), 99, 0, 0, 0])
    }),
    ("calls_kexec_load", Varies("kexec in the kernel"), |_| {
        reached(libc::SYS_kexec_load, [0, 99, BAD, usize::MAX, 0, 0])
    }),
    ("calls_init_module", Varies("modules in the kernel"), |_| reached(libc::SYS_init_module, [BAD, 0, BAD, 0, 0, 0])),
    ("calls_delete_module", Varies("modules in the kernel"), |_| {
        reached(libc::SYS_delete_module, [BAD, 0, 0, 0, 0, 0])
    }),
    ("calls_reboot", Root, |_| reached(libc::SYS_reboot, [0, 0, 0, 0, 0, 0])),
    ("calls_swapon", Root, |_| reached(libc::SYS_swapon, [BAD, 0, 0, 0, 0, 0])),
    ("calls_acct", Varies("accounting in the kernel"), |_| reached(libc::SYS_acct, [BAD, 0, 0, 0, 0, 0])),
    ("calls_quotactl", Varies("quotas in the kernel"), |_| reached(libc::SYS_quotactl, [0, BAD, 0, 0, 0, 0])),
    ("calls_syslog", Root, |_| reached(libc::SYS_syslog, [10, 0, 0, 0, 0, 0])),
    ("calls_settimeofday", Anyone, |_| reached(libc::SYS_settimeofday, [BAD, 0, 0, 0, 0, 0])),
    ("calls_clock_settime", Anyone, |_| reached(libc::SYS_clock_settime, [0, BAD, 0, 0, 0, 0])),
    ("calls_adjtimex", Anyone, |_| reached(libc::SYS_adjtimex, [BAD, 0, 0, 0, 0, 0])),
    ("calls_fanotify_init", Root, |_| reached(libc::SYS_fanotify_init, [usize::MAX, 0, 0, 0, 0, 0])),
    ("calls_name_to_handle_at", Anyone, |_| reached(libc::SYS_name_to_handle_at, [usize::MAX, BAD, BAD, BAD, 0, 0])),
    ("calls_open_by_handle_at", Root, |_| reached(libc::SYS_open_by_handle_at, [usize::MAX, BAD, 0, 0, 0, 0])),
    ("calls_inotify_init", Anyone, |_| reached(libc::SYS_inotify_init1, [0; 6])),
    ("calls_io_setup", Anyone, |_| reached(libc::SYS_io_setup, [0, BAD, 0, 0, 0, 0])),
    ("calls_mq_open", Anyone, |_| reached(libc::SYS_mq_open, [BAD, 0, 0, 0, 0, 0])),
    ("calls_shmget", Anyone, |_| reached(libc::SYS_shmget, [0, 0, 0o1000, 0, 0, 0])),
    ("calls_semget", Anyone, |_| reached(libc::SYS_semget, [0, usize::MAX, 0o1000, 0, 0, 0])),
    ("calls_msgget", Anyone, |_| reached(libc::SYS_msgget, [77, 0, 0, 0, 0, 0])),
    ("calls_splice", Anyone, |_| reached(libc::SYS_splice, [usize::MAX, 0, usize::MAX, 0, 1, 0])),
    ("calls_vmsplice", Anyone, |_| reached(libc::SYS_vmsplice, [usize::MAX, BAD, 1, 0, 0, 0])),
    ("calls_setxattr", Anyone, |_| reached(libc::SYS_setxattr, [BAD, BAD, BAD, 1, 0, 0])),
    ("calls_move_pages", Anyone, |_| reached(libc::SYS_move_pages, [0, 1, BAD, BAD, BAD, 99])),
    ("calls_mbind", Varies("memory nodes in the kernel"), |_| reached(libc::SYS_mbind, [BAD, 1, 99, BAD, 1, 0])),
    ("calls_seccomp_to_watch_a_process", Anyone, |_| reached(libc::SYS_seccomp, [1, 8, BAD, 0, 0, 0])),
    ("calls_landlock", Anyone, |_| reached(libc::SYS_landlock_create_ruleset, [BAD, 0, 0, 0, 0, 0])),
    ("calls_capset", Anyone, |_| reached(libc::SYS_capset, [BAD, BAD, 0, 0, 0, 0])),
    ("calls_memfd_secret", Anyone, |_| reached(libc::SYS_memfd_secret, [usize::MAX, 0, 0, 0, 0, 0])),
    ("calls_bind", Anyone, |_| reached(libc::SYS_bind, [usize::MAX, BAD, 2, 0, 0, 0])),
    ("calls_connect", Anyone, |_| reached(libc::SYS_connect, [usize::MAX, BAD, 2, 0, 0, 0])),
    ("calls_listen", Anyone, |_| reached(libc::SYS_listen, [usize::MAX, 1, 0, 0, 0, 0])),
    ("attaches_a_filter_to_a_socket", Anyone, |_| reached(libc::SYS_setsockopt, [usize::MAX, 1, 26, BAD, 16, 0])),
    ("types_into_its_terminal", Anyone, |_| reached(libc::SYS_ioctl, [0, 0x5412, BAD, 0, 0, 0])),
    ("types_into_its_console", Anyone, |_| reached(libc::SYS_ioctl, [0, 0x541C, BAD, 0, 0, 0])),
    ("lays_out_its_memory_without_chance", Anyone, |_| reached(libc::SYS_personality, [0x004_0000, 0, 0, 0, 0, 0])),
    ("edits_its_memory_map", Varies("CAP_SYS_RESOURCE, which root in a container may lack"), |_| {
        reached(libc::SYS_prctl, [35, 1, BAD, 0, 0, 0])
    }),
    ("sets_a_filter_of_its_own", Anyone, |_| reached(libc::SYS_prctl, [22, 2, BAD, 0, 0, 0])),
    ("keeps_its_capabilities", Anyone, |_| reached(libc::SYS_prctl, [8, 0, 0, 0, 0, 0])),
    #[cfg(target_arch = "x86_64")]
    ("calls_modify_ldt", Varies("segments in the kernel"), |_| reached(libc::SYS_modify_ldt, [0, BAD, 0, 0, 0, 0])),
    #[cfg(target_arch = "x86_64")]
    ("calls_iopl", Varies("input and output by ports in the kernel"), |_| reached(libc::SYS_iopl, [99, 0, 0, 0, 0, 0])),
    #[cfg(target_arch = "x86_64")]
    ("calls_ioperm", Varies("input and output by ports in the kernel"), |_| {
        reached(libc::SYS_ioperm, [usize::MAX, 1, 0, 0, 0, 0])
    }),
];
