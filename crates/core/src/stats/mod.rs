//! Figures with their uncertainty. Pure arithmetic; every interval is one of 95 %.

mod clusters;
mod mean;
mod pairs;
mod proportion;
mod student;

pub use clusters::{Unclustered, clustered};
pub use mean::Mean;
pub use pairs::{McNemar, Method, Pairs};
pub use proportion::Proportion;

/// The 97.5 % point of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;
