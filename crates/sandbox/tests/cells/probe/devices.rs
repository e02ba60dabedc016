//! Devices that a cell has no business with.

use super::{Control, Got, Probe, why};

pub(super) fn probes() -> Vec<Probe> {
    use Control::RootIfThere;
    vec![
        Probe::new("opens_the_machines_memory", RootIfThere("/dev/mem"), |_| open("/dev/mem")),
        Probe::new("opens_the_kernels_log", RootIfThere("/dev/kmsg"), |_| open("/dev/kmsg")),
        Probe::new("opens_the_disk", Control::Varies("capabilities that root in a container may lack"), |_| {
            open("/dev/vda")
        }),
        Probe::new("opens_virtualization", RootIfThere("/dev/kvm"), |_| open("/dev/kvm")),
        Probe::new("opens_file_systems_in_user_space", RootIfThere("/dev/fuse"), |_| open("/dev/fuse")),
        Probe::new("opens_network_tunnels", RootIfThere("/dev/net/tun"), |_| open("/dev/net/tun")),
        Probe::new("opens_loop_devices", RootIfThere("/dev/loop-control"), |_| open("/dev/loop-control")),
        Probe::new("opens_page_faults", RootIfThere("/dev/userfaultfd"), |_| open("/dev/userfaultfd")),
        Probe::new("opens_a_terminal", RootIfThere("/dev/ptmx"), |_| open("/dev/ptmx")),
        Probe::new("makes_a_device", Control::Root, |_| {
            let path = std::env::temp_dir().join(format!("arena-device-{}", std::process::id()));
            // The null device, by its number: harmless where it succeeds.
            let (mode, device) = (rustix::fs::Mode::RWXU, rustix::fs::makedev(1, 3));
            rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::CharacterDevice, mode, device)
                .map_err(why)?;
            std::fs::remove_file(path).map_err(why)?;
            Ok("made".into())
        }),
    ]
}

fn open(path: &str) -> Got {
    std::fs::File::open(path).map(|_| "opened".into()).map_err(why)
}
