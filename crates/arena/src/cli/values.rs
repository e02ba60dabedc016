//! Values on the command line: each from its text, or with what could be written instead.

use std::time::Duration;

use arena_core::id::Seat;
use arena_core::model::{ModelSpec, NotAModel};
use arena_core::scenario::Severity;
use arena_core::spec::Mode;
use arena_core::view::Audience;
use jiff::SignedDuration;
use serde_json::{Map, Value};

use super::reports::ReportFile;
use crate::access::Scope;
use crate::lineup::SeatModel;
use crate::report::{Format, Location};

/// What makes the gate fail.
#[derive(Clone, Copy, Debug)]
pub(super) enum FailOn {
    Breach,
    Severity(Severity),
    Never,
}

pub(super) fn seat_model(text: &str) -> Result<SeatModel, String> {
    let (seat, model) = match text.split_once('=') {
        None => (None, text),
        Some((word, model)) => {
            let seat = Seat::ALL.into_iter().chain([Seat::Judge]).find(|seat| seat.word() == word);
            (Some(seat.ok_or_else(|| format!("there is no seat {word:?}: write red, blue or target"))?), model)
        }
    };
    let model = model.parse().map_err(|error: NotAModel| error.to_string())?;
    Ok(SeatModel { seat, model })
}

pub(super) fn model_of_provider(text: &str) -> Result<ModelSpec, String> {
    match text.parse() {
        Ok(model @ ModelSpec::Of { .. }) => Ok(model),
        Ok(ModelSpec::Mock { .. } | ModelSpec::Chain(_) | ModelSpec::Script) => Err("write PROVIDER:MODEL".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

pub(super) fn json_object(text: &str) -> Result<Map<String, Value>, String> {
    serde_json::from_str(text).map_err(|error| format!("write a JSON object such as {{\"path\": \"/srv\"}}: {error}"))
}

pub(super) fn scope(text: &str) -> Result<Scope, String> {
    let found = Scope::ALL.into_iter().find(|scope| scope.word() == text);
    found.ok_or_else(|| format!("write one of: {}", Scope::ALL.map(Scope::word).join(", ")))
}

/// A time that ends by itself: `90m`, `12h`, `30d`.
pub(super) fn time(text: &str) -> Result<Duration, String> {
    let unit = |unit: char| {
        let n: u64 = text.strip_suffix(unit)?.parse().ok().filter(|n| (1..=100_000).contains(n))?;
        Some(match unit {
            'm' => Duration::from_mins(n),
            'h' => Duration::from_hours(n),
            _ => Duration::from_hours(24 * n),
        })
    };
    ['m', 'h', 'd'].into_iter().find_map(unit).ok_or_else(|| "write minutes, hours or days: 90m, 12h, 30d".to_owned())
}

/// How long ago: `36h`, `90d`, `12w`. Neither minutes nor months: `m` could be taken for either, and what goes by it is gone.
pub(super) fn age(text: &str) -> Result<SignedDuration, String> {
    let of = |unit: char, hours: i64| {
        let n: i64 = text.strip_suffix(unit)?.parse().ok().filter(|n| (0..=100_000).contains(n))?;
        Some(SignedDuration::from_hours(n * hours))
    };
    of('h', 1)
        .or_else(|| of('d', 24))
        .or_else(|| of('w', 7 * 24))
        .ok_or_else(|| "write hours, days or weeks: 36h, 90d, 12w".to_owned())
}

pub(super) fn mode(text: &str) -> Result<Mode, String> {
    match text {
        "quick" => Ok(Mode::Quick),
        "standard" => Ok(Mode::Standard),
        "deep" => Ok(Mode::Deep),
        "continuous" => Ok(Mode::Continuous),
        _ => Err("write quick (5 rounds), standard (20), deep (50) or continuous".to_owned()),
    }
}

pub(super) fn fail_on(text: &str) -> Result<FailOn, String> {
    let severity = text
        .strip_prefix("severity>=")
        .and_then(|word| Severity::ALL.into_iter().find(|severity| severity.word() == word).map(FailOn::Severity));
    match (text, severity) {
        (_, Some(severity)) => Ok(severity),
        ("breach", None) => Ok(FailOn::Breach),
        ("never", None) => Ok(FailOn::Never),
        _ => Err("write breach, never, or severity>= and one of low, medium, high, critical".to_owned()),
    }
}

pub(super) fn audience(text: &str) -> Result<Audience, String> {
    let found = Audience::ALL.into_iter().find(|audience| audience.word() == text);
    found.ok_or_else(|| format!("write one of: {}", Audience::ALL.map(Audience::word).join(", ")))
}

pub(super) fn report_format(text: &str) -> Result<Format, String> {
    let found = Format::ALL.into_iter().find(|format| format.word() == text);
    found.ok_or_else(|| format!("write one of: {}", Format::ALL.map(Format::word).join(", ")))
}

pub(super) fn report_file(text: &str) -> Result<ReportFile, String> {
    let known = || Format::ALL.map(|format| format!(".{} ({})", format.ending(), format.word())).join(", ");
    match Format::of(text.as_ref()) {
        Some(format) => Ok(ReportFile { path: text.into(), format }),
        None => Err(format!("how the name ends says the format: {}", known())),
    }
}

pub(super) fn location(text: &str) -> Result<Location, String> {
    let (file, line) = match text.rsplit_once(':').map(|(file, line)| (file, line.parse())) {
        Some((file, Ok(line))) => (file, line),
        _ => (text, 1),
    };
    if file.is_empty() || line == 0 {
        return Err("write a file, or FILE:LINE with lines from 1".to_owned());
    }
    Ok(Location { file: file.to_owned(), line })
}

pub(super) fn status(text: &str) -> Result<String, String> {
    let known = ["pending", "running", "paused", "completed", "stopped", "failed"];
    if known.contains(&text) { Ok(text.to_owned()) } else { Err(format!("write one of: {}", known.join(", "))) }
}

pub(super) fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse().ok().filter(|seconds| (0.0..=86_400.0).contains(seconds));
    seconds.ok_or_else(|| "write seconds between 0 and 86400".to_owned())
}

pub(super) fn speed(text: &str) -> Result<f64, String> {
    let speed = text.parse().ok().filter(|speed| (0.001..=1_000_000.0).contains(speed));
    speed.ok_or_else(|| "write a number between 0.001 and 1000000".to_owned())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be between 0 and 10^12")]
pub(super) fn microusd(text: &str) -> Result<u64, String> {
    let usd: Option<f64> = text.parse().ok().filter(|usd| (0.000_001..=1e6).contains(usd));
    usd.map(|usd| (usd * 1e6).round() as u64).ok_or_else(|| "write US dollars between 0.000001 and 1000000".to_owned())
}
