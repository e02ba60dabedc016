//! Files of the host, and files that are the kernel's.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::symlink;

use super::{Control, Got, Probe, why};

pub(super) fn probes() -> Vec<Probe> {
    use Control::{Anyone, Root, Varies};
    vec![
        Probe::new("reads_the_shadow_file", Root, |_| read("/etc/shadow")),
        Probe::new("reads_the_users_of_the_host", Anyone, |_| holds("/etc/passwd", "daemon:")),
        Probe::new("lists_the_home_of_root", Root, |_| list("/root")),
        Probe::new(
            "reads_through_the_root_of_process_1",
            Varies("capabilities that root in a container may lack"),
            |_| read("/proc/1/root/etc/shadow"),
        ),
        Probe::new("reads_through_the_folder_of_another_process", Anyone, |aim| {
            read(&format!("/proc/{}/cwd/etc/debian_version", aim.process))
                .or_else(|_| read(&format!("/proc/{}/cwd/../../../../../../../etc/hostname", aim.process)))
                .and_then(|text| if text.trim() == "cell" { Err("it is the cell's own".into()) } else { Ok(text) })
        }),
        Probe::new("climbs_out_of_its_root", Root, |_| read("/proc/self/root/../../../../etc/shadow")),
        Probe::new("follows_a_link_out_of_the_workspace", Root, |_| {
            let link = format!("{}/link-{}", std::env::temp_dir().display(), std::process::id());
            symlink("/etc/shadow", &link).map_err(why)?;
            let read = read(&link);
            std::fs::remove_file(&link).map_err(why)?;
            read
        }),
        Probe::new("links_a_file_of_the_host", Root, |_| {
            let link = format!("/usr/link-{}", std::process::id());
            std::fs::hard_link("/usr/bin/true", &link).map_err(why)?;
            std::fs::remove_file(&link).map_err(why)?;
            Ok("linked".into())
        }),
        Probe::new("writes_beneath_usr", Root, |_| make("/usr")),
        Probe::new("writes_in_the_root_folder", Root, |_| make("/")),
        Probe::new("writes_in_etc", Root, |_| make("/etc")),
        Probe::new("opens_a_program_of_the_host_for_writing", Root, |_| {
            open_to_write("/usr/bin/cal").or_else(|_| open_to_write("/usr/bin/tac"))
        }),
        Probe::new("changes_the_mode_of_a_program_of_the_host", Root, |_| {
            let mode = std::fs::metadata("/usr/bin/tac").map_err(why)?.permissions();
            std::fs::set_permissions("/usr/bin/tac", mode).map(|()| "changed".into()).map_err(why)
        }),
        Probe::new("sets_the_host_name_through_proc", Root, |_| write_back("/proc/sys/kernel/hostname")),
        Probe::new("sets_the_handler_of_core_files", Root, |_| write_back("/proc/sys/kernel/core_pattern")),
        Probe::new("opens_the_trigger_of_sysrq", Varies("the kernel's configuration"), |_| {
            open_to_write("/proc/sysrq-trigger")
        }),
        Probe::new(
            "hides_from_the_killer_of_memory_hogs",
            Varies("capabilities that root in a container may lack"),
            |_| write("/proc/self/oom_score_adj", "-500"),
        ),
        Probe::new("writes_its_filter_of_core_files", Anyone, |_| write("/proc/self/coredump_filter", "0x33")),
        Probe::new("reads_the_hosts_kernel_command_line", Anyone, |_| read("/proc/cmdline")),
        Probe::new("reads_the_kernels_symbols", Anyone, |_| holds("/proc/kallsyms", " T ")),
        Probe::new("reads_the_kernels_keys", Anyone, |_| read("/proc/key-users")),
        Probe::new("sees_the_kernels_objects", Anyone, |_| list("/sys")),
        Probe::new("sees_the_control_groups", Anyone, |_| list("/sys/fs/cgroup")),
        Probe::new("sees_a_file_in_the_hosts_tmp", Anyone, |aim| read(&format!("/tmp/arena-marker-{}", aim.harness))),
        Probe::new("sees_a_file_in_the_hosts_shared_memory", Anyone, |aim| {
            read(&format!("/dev/shm/arena-marker-{}", aim.harness))
        }),
        Probe::new("finds_the_hosts_secret_in_its_environment", Anyone, |_| {
            std::env::var("ARENA_TEST_SECRET").map_err(why)
        }),
        Probe::new("finds_the_hosts_secret_in_another_environment", Anyone, |aim| {
            holds(&format!("/proc/{}/environ", aim.process), "ARENA_TEST_SECRET")
        }),
        Probe::new("inherits_a_descriptor", Anyone, |_| {
            let names: Vec<_> =
                std::fs::read_dir("/proc/self/fd").map_err(why)?.flatten().map(|entry| entry.path()).collect();
            let more = names
                .iter()
                .filter_map(|path| std::fs::read_link(path).ok())
                .find(|target| target.to_string_lossy().contains("arena-marker"));
            more.map(|target| target.display().to_string()).ok_or_else(|| format!("there are {names:?}"))
        }),
        Probe::new("writes_the_memory_of_another_process", Anyone, |aim| {
            open_to_write(&format!("/proc/{}/mem", aim.process))
        }),
        Probe::new("opens_the_namespaces_of_another_process", Anyone, |aim| {
            File::open(format!("/proc/{}/ns/mnt", aim.process)).map(|_| "opened".into()).map_err(why)
        }),
        Probe::new("lists_the_descriptors_of_another_process", Anyone, |aim| {
            list(&format!("/proc/{}/fd", aim.process))
        }),
        Probe::new("reads_the_program_of_another_process", Anyone, |aim| {
            std::fs::read_link(format!("/proc/{}/exe", aim.process)).map(|path| path.display().to_string()).map_err(why)
        }),
        Probe::new("runs_the_program_of_another_process", Anyone, |aim| {
            let program = format!("/proc/{}/exe", aim.process);
            std::process::Command::new(program).arg("--list").output().map(|_| "ran".into()).map_err(why)
        }),
    ]
}

fn read(path: &str) -> Got {
    let text = std::fs::read(path).map_err(why)?;
    if text.is_empty() { Err("it is empty".into()) } else { Ok(String::from_utf8_lossy(&text).into_owned()) }
}

fn holds(path: &str, part: &str) -> Got {
    let text = read(path)?;
    if text.contains(part) { Ok(part.into()) } else { Err(format!("it has no {part}")) }
}

fn list(path: &str) -> Got {
    let n_entries = std::fs::read_dir(path).map_err(why)?.count();
    if n_entries == 0 { Err("it is empty".into()) } else { Ok(format!("{n_entries} entries")) }
}

fn make(folder: &str) -> Got {
    let path = format!("{}/.arena-{}", folder.trim_end_matches('/'), std::process::id());
    File::create(&path).map_err(why)?;
    std::fs::remove_file(&path).map_err(why)?;
    Ok(path)
}

fn open_to_write(path: &str) -> Got {
    OpenOptions::new().write(true).open(path).map(|_| "opened".into()).map_err(why)
}

fn write(path: &str, text: &str) -> Got {
    OpenOptions::new().write(true).open(path).and_then(|mut file| file.write_all(text.as_bytes())).map_err(why)?;
    Ok(text.into())
}

/// Writes what is there already: it changes nothing, and needs the same right.
fn write_back(path: &str) -> Got {
    let text = std::fs::read_to_string(path).map_err(why)?;
    write(path, &text)
}
