//! What the measurements share: the server under load as a process of its own, and a client that costs little.

pub mod appends;
pub mod bare;
pub mod database;
pub mod delays;
pub mod filled;
pub mod http;
pub mod load;
pub mod mock;
pub mod process;
pub mod said;
pub mod served;
pub mod watching;

/// The figure in the middle; of two, the smaller.
///
/// # Panics
/// If there are none.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[(figures.len() - 1) / 2]
}

/// As it is printed: to three digits after the point.
pub fn rounded(figure: f64) -> f64 {
    (figure * 1e3).round() / 1e3
}
