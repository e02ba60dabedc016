//! The chart: each figure against what it was at the smallest size, both axes in powers. Pure.

use std::fmt::Write as _;

use crate::size::Size;

const WIDTH: f64 = 1_000.0;
const HEIGHT: f64 = 540.0;
/// What the lines are drawn in.
const LEFT: f64 = 70.0;
const RIGHT: f64 = 620.0;
const TOP: f64 = 80.0;
const BOTTOM: f64 = 480.0;

/// From half to two hundred times.
const LOWEST: f64 = 0.5;
const HIGHEST: f64 = 200.0;
const TICKS: [f64; 8] = [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0];

/// Between two names.
const LINE: f64 = 22.0;

/// Told apart by those who see no red or green as well (Okabe and Ito, 2008), and by dashes.
const COLOURS: [&str; 6] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#000000"];
const DASHES: [&str; 2] = ["none", "6 4"];

/// An SVG of all sizes.
pub(crate) fn svg(sizes: &[Size]) -> String {
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"14\" \
         role=\"img\"><title>What a thing costs, by how much is stored</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"{LEFT}\" y=\"30\" font-size=\"18\" font-weight=\"bold\">What a thing costs, by how much is stored</text>\n\
         <text x=\"{LEFT}\" y=\"52\" fill=\"#555\">times what it costs at the smallest size; the grey line grows as what is stored does</text>\n"
    );
    axes(&mut out, sizes);
    let Some(smallest) = sizes.first() else { return out + "</svg>\n" };
    let grown: Vec<f64> = sizes.iter().map(|size| ratio(as_f64(size.n_matches), as_f64(smallest.n_matches))).collect();
    line(&mut out, &grown, "#bbb", "none");
    let mut ends = Vec::new();
    for (i, (name, first)) in smallest.figures.iter().enumerate() {
        let of: Vec<f64> = sizes.iter().map(|size| ratio(size.figures[i].1, *first)).collect();
        let (colour, dashes) = (COLOURS[i % COLOURS.len()], DASHES[i / COLOURS.len() % DASHES.len()]);
        line(&mut out, &of, colour, dashes);
        let last = sizes.last().map_or(*first, |size| size.figures[i].1);
        ends.push((y(of.last().copied().unwrap_or(1.0)), format!("{name}: {first:.1} → {last:.1}"), colour));
    }
    names(&mut out, ends);
    out + "</svg>\n"
}

fn axes(out: &mut String, sizes: &[Size]) {
    for tick in TICKS {
        let y = y(tick);
        let _ = writeln!(
            out,
            "<line x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"#eee\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\" fill=\"#555\">{tick}×</text>",
            LEFT - 8.0,
            y + 5.0
        );
    }
    for (n, size) in sizes.iter().enumerate() {
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#555\">{} matches</text>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#555\">{} events</text>",
            x(n, sizes.len()),
            BOTTOM + 22.0,
            size.n_matches,
            x(n, sizes.len()),
            BOTTOM + 40.0,
            size.n_events
        );
    }
}

fn line(out: &mut String, of: &[f64], colour: &str, dashes: &str) {
    let points: Vec<String> =
        of.iter().enumerate().map(|(n, ratio)| format!("{:.1},{:.1}", x(n, of.len()), y(*ratio))).collect();
    let _ = writeln!(
        out,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" stroke-dasharray=\"{dashes}\"/>",
        points.join(" ")
    );
}

/// The names beside the ends of their lines, moved apart where they would overlap.
fn names(out: &mut String, mut ends: Vec<(f64, String, &str)>) {
    ends.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut free = TOP;
    let mut places = Vec::new();
    for (at, ..) in &ends {
        let place = at.max(free);
        free = place + LINE;
        places.push(place);
    }
    // What went below the chart moves up again.
    let mut below = BOTTOM;
    for place in places.iter_mut().rev() {
        *place = place.min(below);
        below = *place - LINE;
    }
    for ((at, name, colour), place) in ends.iter().zip(places) {
        let _ = writeln!(
            out,
            "<line x1=\"{RIGHT}\" y1=\"{at:.1}\" x2=\"{:.1}\" y2=\"{place:.1}\" stroke=\"{colour}\" stroke-width=\"0.5\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" fill=\"{colour}\">{name}</text>",
            RIGHT + 22.0,
            RIGHT + 26.0,
            place + 5.0
        );
    }
}

fn ratio(figure: f64, first: f64) -> f64 {
    if first > 0.0 { figure / first } else { 1.0 }
}

fn x(n: usize, n_all: usize) -> f64 {
    let steps = as_f64(n_all.saturating_sub(1).max(1));
    LEFT + 30.0 + (RIGHT - LEFT - 30.0) * as_f64(n) / steps
}

#[expect(clippy::cast_precision_loss, reason = "far less than 2^52 of anything")]
fn as_f64(n: usize) -> f64 {
    n as f64
}

fn y(ratio: f64) -> f64 {
    let share = (ratio.clamp(LOWEST, HIGHEST) / LOWEST).ln() / (HIGHEST / LOWEST).ln();
    BOTTOM - (BOTTOM - TOP) * share
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_has_a_line_and_a_name_that_overlaps_no_other() {
        let size = |n_matches: usize, cost: f64| Size {
            n_matches,
            n_events: n_matches * 10,
            figures: vec![("a", cost), ("b", cost), ("c, CPU µs", 3.0 / cost)],
        };
        let svg = svg(&[size(10, 1.0), size(100, 1.0), size(1_000, 2.0)]);
        assert_eq!(svg.matches("<polyline").count(), 4);
        assert!(svg.contains(">c, CPU µs: 3.0 → 1.5</text>"), "{svg}");
        let places: Vec<f64> = svg
            .lines()
            .filter(|line| line.contains("stroke-width=\"0.5\""))
            .map(|line| line.split("y2=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap())
            .collect();
        assert_eq!(places.len(), 3);
        assert!(places.windows(2).all(|two| two[1] - two[0] >= LINE - 0.1), "{places:?}");
        assert!(places.iter().all(|place| (TOP..=BOTTOM).contains(place)), "{places:?}");
    }
}
