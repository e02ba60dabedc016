//! What a process has cost so far, as Linux counts it.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

/// A process that ends with this.
pub struct Process(pub Child);

impl Process {
    /// This program once more, as a server: in an environment where `role` is `order`, it prints where it listens, on a line.
    ///
    /// # Panics
    /// If it does not.
    pub fn once_more(role: &str, order: impl AsRef<OsStr>) -> (Self, SocketAddr) {
        let mut child = Command::new(std::env::current_exe().expect("this program is a file"))
            .env(role, order)
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts once more");
        let out = child.stdout.take().expect("it is piped");
        let process = Self(child);
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line).expect("it says where it listens");
        (process, line.trim().parse().expect("an address"))
    }

    /// User and system time, seconds.
    pub fn cpu_s(&self) -> f64 {
        cpu_s(self.0.id())
    }

    /// Memory that is resident now, MiB.
    pub fn resident_mib(&self) -> f64 {
        status_mib(self.0.id(), "VmRSS:")
    }

    /// The most that was resident since [`Process::forget_peak`], MiB.
    pub fn peak_mib(&self) -> f64 {
        status_mib(self.0.id(), "VmHWM:")
    }

    /// Sets the peak to what is resident now.
    pub fn forget_peak(&self) {
        forget_peak(self.0.id());
    }

    /// Files, sockets and the like that are open.
    pub fn n_descriptors(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.0.id())).expect("the process is ours").count()
    }

    /// Processes that descend from it.
    pub fn n_descendants(&self) -> usize {
        let parents: Vec<(u32, u32)> =
            std::fs::read_dir("/proc").expect("this is Linux").filter_map(with_parent).collect();
        let mut found = vec![self.0.id()];
        let mut i = 0;
        while let Some(parent) = found.get(i).copied() {
            found.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(pid, _)| pid));
            i += 1;
        }
        found.len() - 1
    }
}

/// The process of this folder of `/proc`, and its parent; nothing for another folder, or if it has ended.
fn with_parent(folder: std::io::Result<std::fs::DirEntry>) -> Option<(u32, u32)> {
    let pid = folder.ok()?.file_name().to_str()?.parse().ok()?;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    Some((pid, rest.split_whitespace().nth(1)?.parse().ok()?))
}

/// User and system time of this process, seconds.
pub fn own_cpu_s() -> f64 {
    cpu_s(std::process::id())
}

/// Memory of this process that is resident now, MiB.
pub fn own_resident_mib() -> f64 {
    status_mib(std::process::id(), "VmRSS:")
}

/// The most that was resident since [`forget_own_peak`], MiB.
pub fn own_peak_mib() -> f64 {
    status_mib(std::process::id(), "VmHWM:")
}

/// Sets the peak of this process to what is resident now.
pub fn forget_own_peak() {
    forget_peak(std::process::id());
}

/// proc(5), `clear_refs`.
fn forget_peak(pid: u32) {
    std::fs::write(format!("/proc/{pid}/clear_refs"), "5").expect("the process is ours");
}

fn status_mib(pid: u32, field: &str) -> f64 {
    let status = read(pid, "status");
    let line = status.lines().find_map(|line| line.strip_prefix(field)).expect("Linux says what is resident");
    line.split_whitespace().next().and_then(|kib| kib.parse::<f64>().ok()).expect("in KiB") / 1024.0
}

/// proc(5), stat: fields 14 and 15, in hundredths.
fn cpu_s(pid: u32) -> f64 {
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = read(pid, "stat");
    // The second field is the program's name in brackets, and may hold spaces.
    let (_, rest) = stat.rsplit_once(')').expect("stat has the name in brackets");
    let ticks = rest.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<f64>().expect("ticks"));
    ticks.sum::<f64>() / TICKS_A_SECOND
}

fn read(pid: u32, file: &str) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/{file}")).expect("the process runs")
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
