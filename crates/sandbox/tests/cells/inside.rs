//! Opening a cell for a test, with this program in it.

use std::ffi::OsString;
use std::sync::Arc;

use arena_sandbox::workspace::Permission;
use arena_sandbox::{Cell, CellSpec, End, Exec, Native, Options, Outcome, RelPath, Sandbox};

use crate::half::Test;

/// A sandbox, an open cell, and what waits for both.
pub(crate) struct Bench {
    pub(crate) native: Native,
    pub(crate) cell: Box<dyn Cell>,
}

/// A test that waits.
pub(crate) fn test<F: Future<Output = ()>>(body: impl Fn() -> F + Send + Sync + 'static) -> Test {
    Arc::new(move || {
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(body());
    })
}

/// Where this program is in a cell.
pub(crate) const PROBE: &str = "/work/probe";

/// Room for this program, which a debug build makes large.
pub(crate) fn roomy() -> CellSpec {
    CellSpec { work_bytes: 256 << 20, ..CellSpec::default() }
}

pub(crate) async fn sandbox() -> Native {
    match Native::start(Options::default()).await {
        Ok(native) => native,
        Err(error) => panic!("there is no sandbox on this machine, so it cannot be tested: {error}"),
    }
}

impl Bench {
    pub(crate) async fn new(spec: CellSpec) -> Self {
        let native = sandbox().await;
        let cell = native.open(spec).await.unwrap();
        Self { native, cell }
    }

    /// With this program in the cell.
    pub(crate) async fn with_probe() -> Self {
        Self::with_probe_in(roomy()).await
    }

    pub(crate) async fn with_probe_in(spec: CellSpec) -> Self {
        let bench = Self::new(spec).await;
        bench.put_probe();
        bench
    }

    pub(crate) fn put_probe(&self) {
        let program = std::fs::read("/proc/self/exe").unwrap();
        self.cell.files().write(&path("probe"), &program, Permission::Executable).unwrap();
    }

    pub(crate) async fn run(&mut self, call: Exec) -> Outcome {
        self.cell.exec(call).await.unwrap()
    }

    /// Runs a line of shell and gives what it wrote.
    pub(crate) async fn shell(&mut self, line: &str) -> String {
        let outcome = self.run(shell(line)).await;
        let (stdout, stderr) = (text(&outcome.stdout), text(&outcome.stderr));
        assert_eq!(outcome.end, End::Exited(0), "{line}\n{stdout}{stderr}");
        stdout
    }

    pub(crate) async fn probe(&mut self, words: &[&str]) -> Outcome {
        self.run(probe(words)).await
    }

    pub(crate) async fn close(self) {
        self.cell.close().await;
        self.native.close().await;
    }
}

pub(crate) fn shell(line: &str) -> Exec {
    Exec::new(["sh", "-c", line])
}

pub(crate) fn probe(words: &[&str]) -> Exec {
    Exec::new([PROBE, crate::probe::WORD].into_iter().chain(words.iter().copied()).map(OsString::from))
}

pub(crate) fn path(text: &str) -> RelPath {
    RelPath::parse(text).unwrap()
}

pub(crate) fn text(capture: &arena_sandbox::Capture) -> String {
    String::from_utf8_lossy(&capture.bytes()).into_owned()
}

/// What a cell is for: ordinary programs run in it.
pub(crate) fn tests() -> Vec<(String, Test)> {
    crate::named(
        "programs",
        &[
            ("a_shell_and_its_tools_run", test(tools)),
            ("python_with_threads_and_processes_runs_if_it_is_installed", test(python)),
            ("a_cell_says_who_and_where_it_is", test(identity)),
        ],
    )
}

async fn tools() {
    let mut bench = Bench::new(CellSpec::default()).await;
    let line = "printf 'b\\na\\n' > f && sort f | tr a-z A-Z | tee g | wc -l && awk 'END { print $1 }' g && grep -c A g && \
        mkdir -p d/e && mv f d/e/ && ln -s e d/l && cat d/l/f | head -1 && find . -name f && tar cf t.tar d && tar tf t.tar | wc -l && \
        mkfifo p && (echo through > p &) && cat p && df /work > /dev/null && ps > /dev/null && date +%Y > /dev/null && sync";
    assert_eq!(bench.shell(line).await, "2\nB\n1\nb\n./d/e/f\n4\nthrough\n");
    bench.close().await;
}

async fn python() {
    if !std::path::Path::new("/usr/bin/python3").exists() {
        return;
    }
    let mut bench = Bench::new(CellSpec::default()).await;
    let program = "
import asyncio, json, multiprocessing, sqlite3, subprocess, tempfile, threading
threads = [threading.Thread(target=json.dumps, args=({},)) for _ in range(4)]
[t.start() for t in threads]; [t.join() for t in threads]
async def main():
    p = await asyncio.create_subprocess_exec('echo', 'sub', stdout=-1)
    return (await p.communicate())[0].decode().strip()
print(asyncio.run(main()), subprocess.run(['expr', '1', '+', '2'], capture_output=True, text=True).stdout.strip())
db = sqlite3.connect('x.db'); db.execute('create table t(a)'); db.execute('insert into t values(7)'); db.commit()
print(db.execute('select a from t').fetchone(), open(tempfile.mkstemp()[1]).read() == '')
q = multiprocessing.Queue(); p = multiprocessing.Process(target=q.put, args=('far',)); p.start(); print(q.get()); p.join()
";
    let outcome = bench.run(Exec::new(["/usr/bin/python3", "-c", program])).await;
    assert_eq!(text(&outcome.stdout), "sub 3\n(7,) True\nfar\n", "{}", text(&outcome.stderr));
    bench.close().await;
}

async fn identity() {
    let mut bench = Bench::new(CellSpec::default()).await;
    let said = bench.shell("id -un; id -u; hostname; pwd; echo $HOME $PATH; env | wc -l; umask").await;
    assert_eq!(said, "agent\n1000\ncell\n/work\n/work /usr/local/bin:/usr/bin:/bin\n4\n0022\n");
    bench.close().await;
}
