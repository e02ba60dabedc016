//! Every step of a cell's set-up made to fail: there is no cell then, and the step is named.

use arena_sandbox::{Cgroups, Error, Native, Options, Refusal, Sandbox, Step};

use crate::deaths::descendants;
use crate::half::{Half, Test};
use crate::inside::{sandbox, test};
use crate::named;

pub(crate) fn tests() -> Vec<(String, Test)> {
    named(
        "faults",
        &[
            ("a_step_that_fails_means_no_cell", test(every_step)),
            ("root_in_a_cell_is_refused", test(root)),
            ("a_missing_control_group_is_refused_where_it_is_required", test(cgroup)),
        ],
    )
}

async fn every_step() {
    let cgroups = with_cgroups().await;
    for &step in Step::ALL {
        let taken = match step {
            // It comes before any cell.
            Step::Launcher => false,
            Step::Cgroup | Step::Enter => cgroups,
            Step::User => Half::now() == Half::Root,
            _ => true,
        };
        let options = Options { fault: Some(step), ..Options::default() };
        match (Native::start(options).await, taken) {
            (Err(Error::Unavailable { step: named, errno, remedy }), true) => {
                assert_eq!((named, errno), (step, libc::EIO));
                assert!(!remedy.is_empty());
            }
            (Ok(native), false) => native.close().await,
            (started, _) => panic!("{step:?}: {:?}", started.map(|native| native.report().clone())),
        }
    }
    assert_eq!(descendants(std::process::id()), Vec::<u32>::new());
}

async fn with_cgroups() -> bool {
    let native = sandbox().await;
    let cgroups = native.report().cgroups != Cgroups::None;
    native.close().await;
    cgroups
}

async fn root() {
    for uids in [0..1, 0..100_000, 5..5] {
        let started = Native::start(Options { uids, ..Options::default() }).await;
        assert!(matches!(started, Err(Error::Refused(Refusal::Spec(_)))));
    }
    let native = sandbox().await;
    assert_eq!(native.report().uid, crate::half::NOBODY);
    native.close().await;
}

async fn cgroup() {
    let cgroups = with_cgroups().await;
    let started = Native::start(Options { require_cgroup: true, ..Options::default() }).await;
    match started {
        Ok(native) => {
            assert!(cgroups);
            native.close().await;
        }
        Err(Error::Refused(Refusal::NoCgroup)) => assert!(!cgroups),
        Err(error) => panic!("{error}"),
    }
}
