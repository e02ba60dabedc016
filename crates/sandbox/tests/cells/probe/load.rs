//! Programs that use much, or behave badly. They print what they got; nothing of it is forbidden as such.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::time::Duration;

use crate::raw::{call, fork};

/// Runs the program of this name; gives its exit code.
pub(super) fn run(name: &str, words: &[String]) -> Option<i32> {
    let number = |at: usize| words.get(at).and_then(|word| word.parse().ok()).unwrap_or(0);
    match name {
        "forks" => println!("{}", forks(number(0))),
        "forks_and_ends_them" => drop(forks_and_ends_them(number(0))),
        "digs" => dig(number(0)),
        "allocates" => drop(allocate(number(0))),
        "allocates_in_children" => allocate_in_children(number(0), number(1)),
        "fills" => println!("{}", fill(Path::new(&words[0]), number(1))),
        "makes_files" => println!("{}", make_files(Path::new(&words[0]), number(1))),
        "opens_files" => println!("{}", open_files(number(0))),
        "keeps_memory_files" => println!("{}", keep_memory_files(number(0))),
        "spins" => loop {
            std::hint::spin_loop();
        },
        "storms" => storm(),
        "leaves_a_daemon" => leave_a_daemon(),
        "hides_its_output_in_a_socket" => hide_output(),
        "hoards_descriptors" => hoard(),
        "meddles_with_init" => meddle(),
        "drips" => drip(number(0)),
        "counts_input" => count_input(),
        "exits" => return Some(i32::try_from(number(0)).unwrap()),
        _ => return None,
    }
    Some(0)
}

/// The same for a process that has no cell to end them.
fn forks_and_ends_them(n_wanted: usize) -> usize {
    rustix::process::setsid().unwrap();
    let n_forked = forks(n_wanted);
    println!("{n_forked}");
    rustix::process::kill_current_process_group(rustix::process::Signal::KILL).unwrap();
    n_forked
}

/// A folder in a folder, until the path is longer than any that the kernel takes.
fn dig(depth: usize) {
    let name = "0".repeat(200);
    for _ in 0..depth {
        std::fs::create_dir(&name).unwrap();
        std::env::set_current_dir(&name).unwrap();
    }
}

/// Forks sleepers until it has so many or may not have more.
fn forks(n_wanted: usize) -> usize {
    let mut n_forked = 0;
    while n_forked < n_wanted {
        match fork() {
            Ok(None) => {
                std::thread::sleep(Duration::from_mins(10));
                std::process::exit(0);
            }
            Ok(Some(_)) => n_forked += 1,
            Err(_) => break,
        }
    }
    n_forked
}

const MIB: usize = 1 << 20;

fn allocate(n_mib: usize) -> Vec<Vec<u8>> {
    let mut kept = Vec::new();
    for _ in 0..n_mib {
        kept.push(vec![1_u8; MIB]);
    }
    println!("{}", kept.len());
    kept
}

fn allocate_in_children(n_children: usize, n_mib: usize) {
    let mut n_born = 0;
    for _ in 0..n_children {
        match fork() {
            Ok(None) => {
                let _kept = allocate(n_mib);
                std::thread::sleep(Duration::from_secs(3));
                std::process::exit(0);
            }
            Ok(Some(_)) => n_born += 1,
            Err(_) => break,
        }
    }
    let mut n_well = 0;
    for _ in 0..n_born {
        if let Ok(Some((_, status))) = rustix::process::wait(rustix::process::WaitOptions::empty()) {
            n_well += usize::from(status.exit_status() == Some(0));
        }
    }
    println!("{n_well}");
    std::process::exit(i32::from(n_well < n_children));
}

/// Writes files of 16 MiB until nothing more fits; how many MiB went in.
fn fill(folder: &Path, n_mib: usize) -> usize {
    let mut n_written = 0;
    for at in 0.. {
        let Ok(mut file) = File::create(folder.join(format!("fill-{at}"))) else { break };
        for _ in 0..16 {
            if n_written == n_mib || file.write_all(&vec![1; MIB]).is_err() {
                return n_written;
            }
            n_written += 1;
        }
    }
    n_written
}

fn make_files(folder: &Path, n_wanted: usize) -> usize {
    (0..n_wanted).take_while(|at| File::create(folder.join(format!("file-{at}"))).is_ok()).count()
}

fn open_files(n_wanted: usize) -> usize {
    let files: Vec<_> = (0..n_wanted).map_while(|_| File::open("/dev/null").ok()).collect();
    files.len()
}

/// Files without a name, which belong to no folder's size.
fn keep_memory_files(n_wanted: usize) -> usize {
    let mut kept = Vec::new();
    for _ in 0..n_wanted {
        let Ok(file) = rustix::fs::memfd_create(c"kept", rustix::fs::MemfdFlags::CLOEXEC) else { break };
        let mut file = File::from(file);
        for _ in 0..16 {
            if file.write_all(&vec![1; MIB]).is_err() {
                return kept.len();
            }
        }
        kept.push(file);
    }
    kept.len()
}

/// Processes that make others and go, each in a session of its own.
fn storm() {
    for _ in 0..8 {
        if let Ok(None) = fork() {
            loop {
                let _ = rustix::process::setsid();
                if let Ok(Some(_)) = fork() {
                    std::process::exit(0);
                }
            }
        }
    }
    std::thread::sleep(Duration::from_millis(200));
}

/// A process of its own session that ignores what it can, keeps our streams, and stays when we go.
fn leave_a_daemon() {
    if let Ok(None) = fork() {
        let _ = rustix::process::setsid();
        if let Ok(None) = fork() {
            let ignore = [libc::SIG_IGN, 0, 0, 0];
            for signal in 1..32_usize {
                let _ = call(libc::SYS_rt_sigaction, [signal, ignore.as_ptr().addr(), 0, 8, 0, 0]);
            }
            loop {
                std::thread::sleep(Duration::from_mins(10));
            }
        }
        std::process::exit(0);
    }
    println!("gone");
}

/// Sends our output, and the socket that it lies in, into that socket: a knot that only the kernel can untie.
fn hide_output() {
    use rustix::net::{AddressFamily, SendAncillaryBuffer, SendAncillaryMessage, SendFlags, SocketFlags, SocketType};
    println!("hidden");
    let (left, right) =
        rustix::net::socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::empty(), None).unwrap();
    for socket in [&left, &right] {
        let fds = [rustix::stdio::stdout(), std::os::fd::AsFd::as_fd(&left), std::os::fd::AsFd::as_fd(&right)];
        let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(3))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        assert!(control.push(SendAncillaryMessage::ScmRights(&fds)));
        rustix::net::sendmsg(socket, &[std::io::IoSlice::new(b"x")], &mut control, SendFlags::empty()).unwrap();
    }
}

/// Sends descriptors that nobody receives, as many as the kernel takes, and says how many.
fn hoard() {
    use rustix::net::{AddressFamily, SendAncillaryBuffer, SendAncillaryMessage, SendFlags, SocketFlags, SocketType};
    const N_AT_ONCE: usize = 200;
    let (left, _right) =
        rustix::net::socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::empty(), None).unwrap();
    let mut n_sent = 0;
    loop {
        let fds = [rustix::stdio::stdin(); N_AT_ONCE];
        let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(N_AT_ONCE))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        assert!(control.push(SendAncillaryMessage::ScmRights(&fds)));
        if rustix::net::sendmsg(&left, &[std::io::IoSlice::new(b"x")], &mut control, SendFlags::DONTWAIT).is_err() {
            break;
        }
        n_sent += N_AT_ONCE;
    }
    println!("{n_sent}");
    File::create("/work/hoarding").unwrap();
    while Path::new("/work/hoarding").exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Everything that could stop or starve the first process of the cell.
fn meddle() {
    let init = 1;
    for signal in 1..65 {
        let _ = call(libc::SYS_kill, [init, signal, 0, 0, 0, 0]);
        let info = [u64::try_from(signal).unwrap(), 0, u64::MAX << 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let _ = call(libc::SYS_rt_sigqueueinfo, [init, signal, info.as_ptr().addr(), 0, 0, 0]);
    }
    for resource in 0..16 {
        let none = [0_u64, 0];
        let _ = call(libc::SYS_prlimit64, [init, resource, none.as_ptr().addr(), 0, 0, 0]);
    }
    let _ = call(libc::SYS_setpriority, [0, init, 19, 0, 0, 0]);
    let _ = call(libc::SYS_setpriority, [1, init, 19, 0, 0, 0]);
    let _ = call(libc::SYS_setpriority, [2, 0, 19, 0, 0, 0]);
    let one = [1_u64; 16];
    let _ = call(libc::SYS_sched_setaffinity, [init, 8, one.as_ptr().addr(), 0, 0, 0]);
    let idle = [0_i32];
    let _ = call(libc::SYS_sched_setscheduler, [init, 5, idle.as_ptr().addr(), 0, 0, 0]);
    println!("meddled");
}

/// Single bytes to one stream and the other.
fn drip(n_bytes: usize) {
    for _ in 0..n_bytes {
        rustix::io::write(rustix::stdio::stdout(), b"o").unwrap();
        rustix::io::write(rustix::stdio::stderr(), b"e").unwrap();
    }
}

fn count_input() {
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes).unwrap();
    println!("{} {}", bytes.len(), bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>());
}
