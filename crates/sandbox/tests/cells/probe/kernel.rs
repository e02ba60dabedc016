//! Namespaces, mounts, sockets and the doors of other architectures.

use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::{Aim, Control, Got, Probe, why};
use crate::raw::call;
#[cfg(target_arch = "x86_64")]
use crate::raw::getpid_as_32_bit;

pub(super) fn probes() -> Vec<Probe> {
    use Control::{Anyone, Root};
    let mut probes = vec![
        Probe::new("connects_to_a_service_of_the_host", Anyone, |aim| connect("127.0.0.1", aim)),
        Probe::new("connects_to_a_socket_in_a_folder", Anyone, |aim| {
            let path = format!("/tmp/arena-socket-{}", aim.harness);
            std::os::unix::net::UnixStream::connect(path).map(|_| "connected".into()).map_err(why)
        }),
        Probe::new("connects_to_an_abstract_socket", Anyone, |aim| {
            use std::os::linux::net::SocketAddrExt;
            let name = format!("arena-socket-{}", aim.harness);
            let address = std::os::unix::net::SocketAddr::from_abstract_name(name).map_err(why)?;
            std::os::unix::net::UnixStream::connect_addr(&address).map(|_| "connected".into()).map_err(why)
        }),
        Probe::new("makes_a_user_namespace", Anyone, |_| {
            did(libc::SYS_unshare, [flags(libc::CLONE_NEWUSER), 0, 0, 0, 0, 0])
        }),
        Probe::new("is_born_in_a_user_namespace", Anyone, |_| born(libc::CLONE_NEWUSER)),
        Probe::new("is_born_as_a_child_of_init", Anyone, |_| born(libc::CLONE_PARENT)),
        Probe::new("joins_the_namespaces_of_another_process", Root, |aim| {
            let path = format!("/proc/{}/ns/uts\0", aim.process);
            let file = call(libc::SYS_open, [path.as_ptr().addr(), 0, 0, 0, 0, 0]).map_err(why)?;
            did(libc::SYS_setns, [usize::try_from(file).unwrap(), 0, 0, 0, 0, 0])
        }),
        Probe::new("mounts_a_file_system", Root, |_| {
            did(libc::SYS_unshare, [flags(libc::CLONE_NEWNS), 0, 0, 0, 0, 0]).ok();
            private();
            let (kind, place) = (c"tmpfs".as_ptr().addr(), c"/mnt".as_ptr().addr());
            did(libc::SYS_mount, [kind, place, kind, 0, 0, 0])
        }),
        Probe::new("unmounts_the_programs", Root, |_| {
            did(libc::SYS_unshare, [flags(libc::CLONE_NEWNS), 0, 0, 0, 0, 0]).ok();
            private();
            did(libc::SYS_umount2, [c"/dev/shm".as_ptr().addr(), 2, 0, 0, 0, 0])
        }),
        Probe::new("changes_its_root", Root, |_| did(libc::SYS_chroot, [c"/tmp".as_ptr().addr(), 0, 0, 0, 0, 0])),
        Probe::new("sets_the_host_name", Root, |_| {
            did(libc::SYS_unshare, [flags(libc::CLONE_NEWUTS), 0, 0, 0, 0, 0]).ok();
            did(libc::SYS_sethostname, [c"x".as_ptr().addr(), 1, 0, 0, 0, 0])
        }),
        // Datagrams of a pair go to any address that a message names.
        Probe::new("makes_a_pair_of_datagram_sockets", Anyone, |_| pair(libc::SOCK_DGRAM)),
        Probe::new("makes_a_pair_of_raw_sockets", Anyone, |_| pair(libc::SOCK_RAW)),
        Probe::new("calls_by_the_door_of_x32", Anyone, |_| {
            // Where the kernel has it not, the answer is an error, and the process goes on.
            Ok(format!("{:?}", call(libc::SYS_getpid | 0x4000_0000, [0; 6])))
        }),
        Probe::new("makes_a_pipe_larger", Anyone, |_| {
            let (reader, _writer) = rustix::pipe::pipe().map_err(why)?;
            rustix::pipe::fcntl_setpipe_size(&reader, 256 << 10).map(|size| size.to_string()).map_err(why)
        }),
    ];
    #[cfg(target_arch = "x86_64")]
    probes.push(Probe::new("calls_by_the_door_of_32_bit_programs", Anyone, |_| match getpid_as_32_bit() {
        pid if pid > 0 => Ok(pid.to_string()),
        error => Err(error.to_string()),
    }));
    for (name, family, control) in FAMILIES {
        probes.push(Probe { name, control: *control, act: *family });
    }
    probes
}

type Act = fn(&Aim) -> Got;

const FAMILIES: &[(&str, Act, Control)] = &[
    ("makes_an_internet_socket", |_| socket(libc::AF_INET, libc::SOCK_STREAM), Control::Anyone),
    ("makes_an_internet_socket_of_version_6", |_| socket(libc::AF_INET6, libc::SOCK_DGRAM), Control::Anyone),
    ("makes_a_raw_internet_socket", |_| socket(libc::AF_INET, libc::SOCK_RAW), Control::Root),
    ("makes_a_unix_socket", |_| socket(libc::AF_UNIX, libc::SOCK_STREAM), Control::Anyone),
    ("makes_a_netlink_socket", |_| socket(libc::AF_NETLINK, libc::SOCK_RAW), Control::Anyone),
    ("makes_a_packet_socket", |_| socket(libc::AF_PACKET, libc::SOCK_RAW), Control::Root),
    ("makes_a_socket_to_the_hypervisor", |_| socket(libc::AF_VSOCK, libc::SOCK_STREAM), Control::Anyone),
    (
        "makes_a_socket_of_the_kernels_ciphers",
        |_| socket(libc::AF_ALG, libc::SOCK_SEQPACKET),
        Control::Varies("the kernel's configuration"),
    ),
    (
        "makes_a_bluetooth_socket",
        |_| socket(libc::AF_BLUETOOTH, libc::SOCK_RAW),
        Control::Varies("the kernel's configuration"),
    ),
];

fn socket(family: i32, kind: i32) -> Got {
    // A netlink socket's kind takes any protocol 0; a raw internet socket wants one.
    let protocol = usize::from(family == libc::AF_INET && kind == libc::SOCK_RAW);
    did(libc::SYS_socket, [flags(family), flags(kind), protocol, 0, 0, 0])
}

fn pair(kind: i32) -> Got {
    let ends = [0_i32; 2];
    did(libc::SYS_socketpair, [flags(libc::AF_UNIX), flags(kind), 0, ends.as_ptr().addr(), 0, 0])
}

fn connect(host: &str, aim: &Aim) -> Got {
    let address: SocketAddr = format!("{host}:{}", aim.port).parse().map_err(why)?;
    TcpStream::connect_timeout(&address, Duration::from_secs(2)).map(|_| "connected".into()).map_err(why)
}

fn born(kind: i32) -> Got {
    match call(libc::SYS_clone, [flags(kind | libc::SIGCHLD), 0, 0, 0, 0, 0]).map_err(why)? {
        0 => std::process::exit(0),
        pid => Ok(pid.to_string()),
    }
}

/// Keeps what a control mounts to itself.
fn private() {
    let none = c"none".as_ptr().addr();
    let how = usize::try_from(libc::MS_REC | libc::MS_PRIVATE).unwrap();
    let _ = call(libc::SYS_mount, [none, c"/".as_ptr().addr(), 0, how, 0, 0]);
}

fn did(number: i64, arguments: [usize; 6]) -> Got {
    call(number, arguments).map(|result| result.to_string()).map_err(why)
}

fn flags(value: i32) -> usize {
    usize::try_from(value).unwrap()
}
