//! What a command must not be able to do. Each case is tried in a cell, where it has to be denied, and outside, where it
//! has to succeed.

use std::net::TcpListener;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use arena_sandbox::End;
use rustix::io::FdFlags;

use crate::half::{Half, Test};
use crate::inside::{Bench, test, text};
use crate::probe::{self, Control, Probe};

pub(crate) fn tests() -> Vec<(String, Test)> {
    let probes = probe::all().into_iter().map(Arc::new);
    let denied = |probe: Arc<Probe>| (format!("escapes::{}", probe.name), test(move || is_denied(probe.clone())));
    probes.map(denied).collect()
}

async fn is_denied(probe: Arc<Probe>) {
    let host = Host::new();
    let mut bench = Bench::with_probe().await;
    let words = host.words("1");
    let outcome = bench.probe(&[&[probe.name], words.each_ref().map(String::as_str).as_slice()].concat()).await;
    let said = text(&outcome.stdout) + &text(&outcome.stderr);
    match outcome.end {
        // The filter ends who comes by another architecture's door.
        End::Exited(probe::DENIED) | End::Signaled(libc::SIGSYS) => {}
        end => panic!("{} in a cell: {end:?}: {said}", probe.name),
    }
    bench.close().await;
    host.control(&probe);
}

/// What the host has, for a probe to reach.
struct Host {
    tcp: TcpListener,
    _path_socket: UnixListener,
    _abstract_socket: UnixListener,
    markers: Vec<PathBuf>,
    _inherited: std::fs::File,
}

const SECRET: &str = "ARENA_TEST_SECRET";

impl Host {
    fn new() -> Self {
        let pid = std::process::id();
        let markers: Vec<_> =
            ["/tmp", "/dev/shm"].iter().map(|folder| PathBuf::from(format!("{folder}/arena-marker-{pid}"))).collect();
        for marker in &markers {
            std::fs::write(marker, "seen").unwrap();
        }
        let socket = PathBuf::from(format!("/tmp/arena-socket-{pid}"));
        let _ = std::fs::remove_file(&socket);
        let inherited = std::fs::File::open(&markers[0]).unwrap();
        // As a careless host leaves it: every program that it starts inherits this file.
        rustix::io::fcntl_setfd(&inherited, FdFlags::empty()).unwrap();
        let name = SocketAddr::from_abstract_name(format!("arena-socket-{pid}")).unwrap();
        Self {
            tcp: TcpListener::bind("127.0.0.1:0").unwrap(),
            _path_socket: UnixListener::bind(&socket).unwrap(),
            _abstract_socket: UnixListener::bind_addr(&name).unwrap(),
            markers: [markers, vec![socket]].concat(),
            _inherited: inherited,
        }
    }

    fn words(&self, process: &str) -> [String; 3] {
        let port = self.tcp.local_addr().unwrap().port();
        [process.into(), std::process::id().to_string(), port.to_string()]
    }

    /// The same outside, with a bystander in the place of the cell's first process.
    fn control(&self, probe: &Probe) {
        let mut bystander =
            Command::new("/usr/bin/sleep").arg("60").env(SECRET, "kept").current_dir("/").spawn().unwrap();
        let words = self.words(&bystander.id().to_string());
        let mut command = Command::new("/proc/self/exe");
        let output = command.args([probe::WORD, probe.name]).args(words).env(SECRET, "kept").output().unwrap();
        bystander.kill().unwrap();
        bystander.wait().unwrap();
        // One of the acts leaves its child to us.
        while rustix::process::wait(rustix::process::WaitOptions::empty()).is_ok() {}
        let got = output.status.code() == Some(probe::GOT.into());
        let said = String::from_utf8_lossy(&output.stdout);
        if probe.control.is_expected(Half::now()) {
            assert!(got, "{} outside, where it has to succeed: {:?}: {said}", probe.name, output.status);
        }
        if let (Control::Varies(reason), false) = (probe.control, got) {
            println!("{} has no control here: it depends on {reason}", probe.name);
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        for marker in &self.markers {
            let _ = std::fs::remove_file(marker);
        }
    }
}
