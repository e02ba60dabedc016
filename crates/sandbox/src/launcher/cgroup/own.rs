//! Which control groups this process is in, and where they are mounted. Reads `/proc`.

use std::io;
use std::path::{Path, PathBuf};

/// Our own groups.
pub(super) struct Own {
    /// What is mounted: the kind, its controllers, the group that the mount shows, and where.
    mounts: Vec<Mount>,
    /// Our group for each set of controllers; empty for version 2.
    groups: Vec<(String, PathBuf)>,
}

struct Mount {
    v2: bool,
    controllers: String,
    shows: PathBuf,
    at: PathBuf,
}

impl Own {
    pub(super) fn read() -> io::Result<Self> {
        let (mounts, groups) =
            (std::fs::read_to_string("/proc/self/mountinfo")?, std::fs::read_to_string("/proc/self/cgroup")?);
        Ok(Self::parse(&mounts, &groups))
    }

    fn parse(mounts: &str, groups: &str) -> Self {
        let groups = groups.lines().filter_map(|line| {
            let (controllers, path) = line.split_once(':')?.1.split_once(':')?;
            Some((controllers.to_owned(), path.into()))
        });
        Self { mounts: mounts.lines().filter_map(Mount::parse).collect(), groups: groups.collect() }
    }

    /// The folder of our group of version 2.
    pub(super) fn v2(&self) -> Option<PathBuf> {
        let (_, group) = self.groups.iter().find(|(controllers, _)| controllers.is_empty())?;
        self.mounts.iter().filter(|mount| mount.v2).find_map(|mount| mount.folder(group))
    }

    /// The folder of our group of this controller of version 1.
    pub(super) fn v1(&self, controller: &str) -> Option<PathBuf> {
        let has = |controllers: &str| controllers.split(',').any(|one| one == controller);
        let (_, group) = self.groups.iter().find(|(controllers, _)| has(controllers))?;
        let mut mounts = self.mounts.iter().filter(|mount| !mount.v2 && has(&mount.controllers));
        mounts.find_map(|mount| mount.folder(group))
    }
}

impl Mount {
    /// Reads a line of mountinfo (proc(5)): the fourth field is what is shown, the fifth where; after " - " come kind,
    /// source and options, which name the controllers.
    fn parse(line: &str) -> Option<Self> {
        let (left, right) = line.split_once(" - ")?;
        let (mut left, mut right) = (left.split(' ').skip(3), right.split(' '));
        let v2 = match right.next()? {
            "cgroup2" => true,
            "cgroup" => false,
            _ => return None,
        };
        let controllers = right.nth(1).unwrap_or_default().to_owned();
        Some(Self { v2, controllers, shows: left.next()?.into(), at: left.next()?.into() })
    }

    fn folder(&self, group: &Path) -> Option<PathBuf> {
        Some(self.at.join(group.strip_prefix(&self.shows).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const V1: &str = "\
34 31 0:31 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:3 - cgroup cgroup rw,cpu,cpuacct
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
";

    fn check(mounts: &str, groups: &str, v2: Option<&str>, memory: Option<&str>, cpu: Option<&str>) {
        let own = Own::parse(mounts, groups);
        let found = [own.v2(), own.v1("memory"), own.v1("cpu")];
        assert_eq!(found, [v2, memory, cpu].map(|path| path.map(PathBuf::from)), "{mounts}{groups}");
    }

    #[test]
    fn our_groups_are_found() {
        check(
            V1,
            "4:memory:/a/b\n2:cpu,cpuacct:/\n0::/\n",
            Some("/sys/fs/cgroup/unified"),
            Some("/sys/fs/cgroup/memory/a/b"),
            Some("/sys/fs/cgroup/cpu,cpuacct"),
        );
        let v2 = "29 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";
        check(
            v2,
            "0::/user.slice/user-1000.slice/x\n",
            Some("/sys/fs/cgroup/user.slice/user-1000.slice/x"),
            None,
            None,
        );
        // A container shows a part of the tree.
        let part = "29 23 0:26 /docker/1 /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n";
        check(part, "4:memory:/docker/1\n", None, Some("/sys/fs/cgroup/memory"), None);
        check(part, "4:memory:/elsewhere\n", None, None, None);
        check("", "", None, None, None);
    }
}
