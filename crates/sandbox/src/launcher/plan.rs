//! What is the same for every cell of a launcher, made before the first.

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::io::Errno;

use super::cgroup::Place;
use crate::filter::{self, Memory};
use crate::report::Cgroups;
use crate::step::{At, Failure, Step};
use crate::syscall::{self, Instruction, Pointers};
use crate::wire;

/// What is the same for every cell.
pub(crate) struct Plan {
    pub(crate) system: Vec<SystemFolder>,
    pub(crate) landlock_abi: u32,
    pub(crate) filter: Vec<Instruction>,
    pub(super) place: Option<Place>,
}

/// A folder of the host with programs and libraries, as it is in a cell.
pub(crate) enum SystemFolder {
    /// A link, as on most systems `/bin` is one to `usr/bin`.
    Link {
        name: CString,
        target: CString,
    },
    Folder {
        name: CString,
        source: CString,
    },
}

/// The room that a cell's first process works in. A cell takes it over from the launcher, untouched.
pub(crate) struct Desk {
    pub(crate) request: Box<[u8]>,
    pub(crate) pointers: Pointers,
    pub(crate) stack: Box<[u8]>,
}

/// Arguments and variables of one command.
const N_TEXTS: usize = 32 * 1024;
/// What a command has between its birth and its program.
const STACK_BYTES: usize = 64 * 1024;

const SYSTEM: &[&str] = &["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64"];

impl Plan {
    pub(super) fn make() -> Result<Self, Failure> {
        let landlock_abi = syscall::landlock_abi().at(Step::Landlock)?;
        let system = SYSTEM.iter().filter_map(|path| system_folder(Path::new(path)).transpose());
        let system = system.collect::<Result<_, _>>().at(Step::System)?;
        let place = Place::find();
        let memory = if place.is_some() { Memory::Counted } else { Memory::Watched };
        Ok(Self { system, landlock_abi, filter: filter::program(memory), place })
    }

    pub(super) fn cgroups(&self) -> Cgroups {
        self.place.as_ref().map_or(Cgroups::None, Place::version)
    }

    pub(super) fn end(&self) {
        if let Some(place) = &self.place {
            place.remove();
        }
    }
}

impl Desk {
    pub(super) fn new() -> Self {
        Self {
            request: vec![0; wire::MAX_BYTES].into_boxed_slice(),
            pointers: Pointers::with_room_for(N_TEXTS),
            stack: vec![0; STACK_BYTES].into_boxed_slice(),
        }
    }
}

fn system_folder(path: &Path) -> Result<Option<SystemFolder>, Errno> {
    let text = |path: &Path| CString::new(path.as_os_str().as_bytes()).map_err(|_| Errno::INVAL);
    let Ok(metadata) = path.symlink_metadata() else { return Ok(None) };
    let name = text(path.strip_prefix("/").unwrap_or(path))?;
    if let Ok(target) = path.read_link() {
        return Ok(Some(SystemFolder::Link { name, target: text(&target)? }));
    }
    Ok(if metadata.is_dir() { Some(SystemFolder::Folder { name, source: text(path)? }) } else { None })
}
