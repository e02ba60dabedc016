//! Files from the host, while a command in the cell does its worst.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use arena_sandbox::workspace::{Error, Kind, Permission, Walk};
use arena_sandbox::{CellSpec, RelPath};

use crate::half::Test;
use crate::inside::{Bench, path, shell, test};
use crate::named;

pub(crate) fn tests() -> Vec<(String, Test)> {
    named(
        "files",
        &[
            ("a_file_is_written_whole_and_read_in_parts", test(write_and_read)),
            ("no_link_is_followed", test(links)),
            ("links_and_modes_are_made_as_they_were", test(laid_out)),
            ("what_is_no_file_is_not_opened", test(others)),
            ("a_full_workspace_says_so_and_keeps_the_old_file", test(full)),
            ("a_huge_hole_is_read_in_parts", test(hole)),
            ("names_of_any_bytes_are_found", test(names)),
            ("a_walk_is_bounded_and_goes_level_by_level", test(walk)),
            ("a_folder_that_is_swapped_for_a_link_leads_nowhere", test(swaps)),
            ("folders_without_rights_and_deep_ones_are_no_harm", test(hostile_folders)),
            ("host_and_commands_share_their_files", test(shared)),
        ],
    )
}

async fn write_and_read() {
    let bench = Bench::new(CellSpec::default()).await;
    let files = bench.cell.files();
    files.write(&path("a/b/c.txt"), b"0123456789", Permission::Kept).unwrap();
    let contents = files.read(&path("a/b/c.txt"), 2, 3).unwrap();
    assert_eq!((contents.bytes.as_slice(), contents.file_bytes), (b"234".as_slice(), 10));
    assert_eq!(files.read(&path("a/b/c.txt"), 99, 3).unwrap().bytes, b"");
    assert!(matches!(files.read_all(&path("a/b/c.txt"), 9), Err(Error::TooLarge { size_bytes: 10, .. })));
    files.write(&path("a/b/c.txt"), b"#!/bin/sh", Permission::Executable).unwrap();
    files.write(&path("a/b/c.txt"), b"shorter", Permission::Kept).unwrap();
    let metadata = files.metadata(&path("a/b/c.txt")).unwrap();
    assert_eq!((metadata.kind, metadata.size_bytes, metadata.mode), (Kind::File, 7, 0o755));
    files.rename(&path("a/b/c.txt"), &path("a/d")).unwrap();
    assert_eq!(files.read_all(&path("a/d"), 100).unwrap(), b"shorter");
    assert!(matches!(files.read_all(&path("a/b/c.txt"), 9), Err(Error::NotFound { .. })));
    files.remove(&path("a/b")).unwrap();
    assert!(matches!(files.remove(&path("a")), Err(Error::NotAFile { .. })));
    assert!(matches!(files.write(&path("a"), b"", Permission::Kept), Err(Error::NotAFile { .. })));
    assert!(matches!(files.write(&path("a/d/e"), b"", Permission::Kept), Err(Error::NotAFile { .. })));
    assert!(matches!(files.write(&RelPath::root(), b"", Permission::Kept), Err(Error::NotAFile { .. })));
    let found = files.walk(&RelPath::root(), Walk::default()).unwrap();
    assert_eq!(found.entries.iter().map(|entry| entry.path.to_string()).collect::<Vec<_>>(), ["a", "a/d"]);
    bench.close().await;
}

async fn links() {
    let mut bench = Bench::new(CellSpec::default()).await;
    bench.shell("ln -s /etc/passwd out; ln -s .. up; mkdir d; ln -s d in; ln -s /proc/self/root magic; ln -s self self; echo x > d/f").await;
    let files = bench.cell.files();
    for name in ["out", "up/etc/passwd", "in/f", "magic/etc/passwd", "self", "in"] {
        let (read, written) = (files.read(&path(name), 0, 10), files.write(&path(name), b"x", Permission::Kept));
        assert!(matches!(read, Err(Error::OutsideWorkspace { .. })), "{name}: {read:?}");
        assert!(matches!(written, Err(Error::OutsideWorkspace { .. })), "{name}: {written:?}");
    }
    assert!(matches!(files.walk(&path("in"), Walk::default()), Err(Error::OutsideWorkspace { .. })));
    assert!(matches!(files.rename(&path("d/f"), &path("up/f")), Err(Error::OutsideWorkspace { .. })));
    assert!(matches!(files.remove(&path("in/f")), Err(Error::OutsideWorkspace { .. })));
    assert!(matches!(files.make_folder(&path("in/g")), Err(Error::OutsideWorkspace { .. })));
    assert_eq!(files.metadata(&path("out")).unwrap().kind, Kind::Link);
    files.remove(&path("out")).unwrap();
    let found = files.walk(&RelPath::root(), Walk::default()).unwrap();
    assert_eq!(found.entries.iter().filter(|entry| entry.metadata.kind == Kind::Link).count(), 4);
    bench.close().await;
    // The same links are followed by who opens them by their path.
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("out")).unwrap();
    assert!(std::fs::read(folder.path().join("out")).is_ok());
}

async fn laid_out() {
    let mut bench = Bench::new(CellSpec::default()).await;
    let files = bench.cell.files().clone();
    files.link(&path("d/out"), OsStr::new("../../etc/passwd")).unwrap();
    assert_eq!(files.read_link(&path("d/out")).unwrap(), "../../etc/passwd");
    assert!(matches!(files.read_link(&path("d")), Err(Error::Io { .. })));
    assert!(matches!(files.link(&path("d/out"), OsStr::new("x")), Err(Error::Io { .. })));
    assert!(matches!(files.link(&path("d/out/x"), OsStr::new("x")), Err(Error::OutsideWorkspace { .. })));
    assert!(files.set_mode(&path("d/out"), 0o777).is_err());
    files.write(&path("f"), b"x", Permission::Exactly(0o640)).unwrap();
    let written = files.metadata(&path("f")).unwrap();
    assert_eq!(written.mode, 0o640);
    // Not even its owner may look, until it is given the right.
    bench.shell("chmod 000 f d; ln f g").await;
    assert!(matches!(files.read(&path("f"), 0, 1), Err(Error::Forbidden { .. })));
    assert_eq!(files.walk(&RelPath::root(), Walk::default()).unwrap().unread, [path("d")]);
    files.set_mode(&path("d"), 0o7700).unwrap();
    assert_eq!(files.metadata(&path("d")).unwrap().mode, 0o700);
    files.set_mode(&path("f"), 0o400).unwrap();
    let again = files.metadata(&path("g")).unwrap();
    assert_eq!((again.mode, again.inode), (0o400, written.inode));
    assert!(again.changed_at > written.changed_at);
    bench.close().await;
}

async fn others() {
    let mut bench = Bench::new(CellSpec::default()).await;
    bench.shell("mkfifo pipe; mkdir folder").await;
    for name in ["pipe", "folder", "pipe/x"] {
        let read = bench.cell.files().read(&path(name), 0, 10);
        assert!(matches!(read, Err(Error::NotAFile { .. })), "{name}: {read:?}");
    }
    assert_eq!(bench.cell.files().metadata(&path("pipe")).unwrap().kind, Kind::Other);
    bench.close().await;
}

async fn full() {
    let mut bench = Bench::new(CellSpec::default()).await;
    let files = bench.cell.files().clone();
    files.write(&path("kept"), b"old", Permission::Kept).unwrap();
    bench.shell("cat /dev/zero > big 2>/dev/null; cat /dev/zero > big2 2>/dev/null; true").await;
    let written = files.write(&path("kept"), &vec![1; 1 << 20], Permission::Kept);
    assert!(matches!(written, Err(Error::NoSpace { .. })), "{written:?}");
    assert_eq!(files.read_all(&path("kept"), 10).unwrap(), b"old");
    let found = files.walk(&RelPath::root(), Walk::default()).unwrap();
    assert_eq!(found.entries.len(), 3, "nothing half-written stays: {found:?}");
    bench.close().await;
}

async fn hole() {
    let mut bench = Bench::new(CellSpec::default()).await;
    bench.shell("truncate -s 60M hole; printf end >> hole").await;
    let contents = bench.cell.files().read(&path("hole"), 60 << 20, 1 << 30).unwrap();
    assert_eq!((contents.bytes.as_slice(), contents.file_bytes), (b"end".as_slice(), (60 << 20) + 3));
    bench.close().await;
}

async fn names() {
    let mut bench = Bench::new(CellSpec::default()).await;
    bench.shell("touch \"$(printf 'line\\nbreak')\" \"$(printf '\\377\\376')\" \"$(printf '\\033[31mred')\" ...").await;
    let found = bench.cell.files().walk(&RelPath::root(), Walk::default()).unwrap();
    let names: Vec<_> = found.entries.iter().map(|entry| entry.path.as_os_str().as_bytes().to_vec()).collect();
    let expected: [&[u8]; 4] = [b"\x1b[31mred", b"...", b"line\nbreak", b"\xff\xfe"];
    assert_eq!(names, expected);
    for name in expected {
        bench.cell.files().read(&RelPath::parse(OsStr::from_bytes(name)).unwrap(), 0, 1).unwrap();
    }
    bench.close().await;
}

async fn walk() {
    let mut bench = Bench::new(CellSpec::default()).await;
    bench.shell("for d in a b c; do mkdir $d; for e in 1 2 3; do mkdir $d/$e; touch $d/$e/f; done; done").await;
    let walk = |n_entries, depth| bench.cell.files().walk(&RelPath::root(), Walk { n_entries, depth }).unwrap();
    let paths = |found: &arena_sandbox::workspace::Found| {
        found.entries.iter().map(|entry| entry.path.to_string()).collect::<Vec<_>>()
    };
    let five = walk(5, 9);
    assert_eq!((paths(&five), five.more), (["a", "b", "c", "a/1", "a/2"].map(String::from).to_vec(), true));
    let two = walk(99, 2);
    assert_eq!((two.entries.len(), two.more), (12, true));
    let all = walk(99, 3);
    assert_eq!((all.entries.len(), all.more), (21, false));
    bench.close().await;
}

async fn swaps() {
    let mut bench = Bench::new(CellSpec::default()).await;
    let files = bench.cell.files().clone();
    let swapping = tokio::spawn(async move {
        let line = "end=$(( $(date +%s) + 3 )); while [ $(date +%s) -lt $end ]; do for i in 1 2 3 4 5 6 7 8 9; do \
            rm -rf d; ln -snT /etc d; rm -rf d; mkdir d; echo inside > d/passwd; done; done 2>/dev/null; true";
        bench.shell(line).await;
        bench
    });
    let (mut n_read, mut n_refused) = (0, 0);
    while !swapping.is_finished() {
        match files.read_all(&path("d/passwd"), 10_000) {
            Ok(bytes) => {
                assert!(bytes.is_empty() || bytes == b"inside\n", "{}", bytes.escape_ascii());
                n_read += 1;
            }
            Err(Error::OutsideWorkspace { .. } | Error::NotFound { .. } | Error::NotAFile { .. }) => n_refused += 1,
            Err(error) => panic!("{error:?}"),
        }
        let written = files.write(&path("d/new"), b"host", Permission::Kept);
        assert!(!matches!(written, Err(Error::Io { .. } | Error::Forbidden { .. })), "{written:?}");
        for entry in files.walk(&RelPath::root(), Walk::default()).unwrap().entries {
            assert!(!entry.path.to_string().contains("shadow"), "{entry:?}");
        }
        tokio::task::yield_now().await;
    }
    assert!(n_read > 0, "{n_read} read, {n_refused} refused");
    assert!(!std::path::Path::new("/etc/new").exists());
    swapping.await.unwrap().close().await;
}

async fn hostile_folders() {
    let mut bench = Bench::with_probe().await;
    let files = bench.cell.files().clone();
    bench.shell("mkdir shut && touch shut/f && chmod 000 shut; touch locked; chmod 000 locked").await;
    assert_eq!(bench.probe(&["digs", "300"]).await.end, arena_sandbox::End::Exited(0));
    let found = files.walk(&RelPath::root(), Walk { n_entries: 10_000, depth: 1_000 }).unwrap();
    // The closed folder, and the one whose path is longer than the kernel takes.
    assert_eq!(
        found.unread.len(),
        2,
        "{:?}",
        found.unread.iter().map(|path| path.as_os_str().len()).collect::<Vec<_>>()
    );
    assert!(matches!(files.read(&path("locked"), 0, 1), Err(Error::Forbidden { .. })));
    bench.close().await;
}

async fn shared() {
    let mut bench = Bench::new(CellSpec::default()).await;
    bench.cell.files().write(&path("d/from-host"), b"one\n", Permission::Kept).unwrap();
    assert_eq!(
        bench.shell("cat d/from-host; echo two >> d/from-host; stat -c '%u %g %a' d d/from-host").await,
        "one\n1000 1000 755\n1000 1000 644\n"
    );
    assert_eq!(bench.cell.files().read_all(&path("d/from-host"), 100).unwrap(), b"one\ntwo\n");
    let files = bench.cell.files().clone();
    assert_eq!(bench.run(shell("rm -r d")).await.end, arena_sandbox::End::Exited(0));
    bench.close().await;
    // The handle outlives the cell.
    assert!(files.walk(&RelPath::root(), Walk::default()).unwrap().entries.is_empty());
}
