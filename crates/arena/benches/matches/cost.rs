//! What a piece of work cost this process: wall, CPU, memory, as Linux counts them.

use std::time::Instant;

pub(crate) struct Cost {
    pub(crate) wall_s: f64,
    pub(crate) cpu_s: f64,
    /// By how much the peak of the resident memory rose above what was resident before.
    grown_kib: u64,
}

impl Cost {
    pub(crate) fn of(work: impl FnOnce()) -> Self {
        // Resets the peak to what is resident now (proc(5), clear_refs).
        std::fs::write("/proc/self/clear_refs", "5").unwrap();
        let (before_kib, cpu_before_s, begun) = (status_kib("VmRSS:"), cpu_s(), Instant::now());
        work();
        let (wall_s, cpu_s) = (begun.elapsed().as_secs_f64(), cpu_s() - cpu_before_s);
        Self { wall_s, cpu_s, grown_kib: status_kib("VmHWM:").saturating_sub(before_kib) }
    }

    #[expect(clippy::cast_precision_loss, reason = "figures are shown to three digits")]
    pub(crate) fn line(&self, n_calls: usize, n_matches: usize) -> String {
        format!(
            "wall {:.2} s  CPU {:.2} s ({:.3} ms a call)  memory {:.0} KiB a match",
            self.wall_s,
            self.cpu_s,
            self.cpu_s * 1000.0 / n_calls as f64,
            self.grown_kib as f64 / n_matches as f64
        )
    }

    #[expect(clippy::cast_precision_loss, reason = "figures are shown to three digits")]
    pub(crate) fn a_second(&self, n: u64) -> f64 {
        n as f64 / self.wall_s
    }
}

/// User and system time of this process, in hundredths of a second precise (proc(5), stat: fields 14 and 15).
fn cpu_s() -> f64 {
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    // The second field is the program's name in brackets, and may hold spaces.
    let (_, rest) = stat.rsplit_once(')').unwrap();
    rest.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / TICKS_A_SECOND
}

fn status_kib(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}
