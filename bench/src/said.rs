//! What was said on the command line.

use std::fmt::Display;
use std::str::FromStr;

/// One `--name value`.
pub struct Said {
    /// With its dashes.
    pub name: String,
    value: String,
}

/// All of them, in their order.
///
/// # Panics
/// If the last has no value.
pub fn all() -> impl Iterator<Item = Said> {
    let mut words = std::env::args().skip(1);
    std::iter::from_fn(move || {
        let name = words.next()?;
        let value = words.next().unwrap_or_else(|| panic!("{name} wants a value"));
        Some(Said { name, value })
    })
}

impl Said {
    /// The value.
    ///
    /// # Panics
    /// If it is none of this type.
    pub fn value<T: FromStr<Err: Display>>(&self) -> T {
        self.value.parse().unwrap_or_else(|error| panic!("{} {}: {error}", self.name, self.value))
    }

    /// The values between commas.
    ///
    /// # Panics
    /// If one is none of this type.
    pub fn values<T: FromStr<Err: Display>>(&self) -> Vec<T> {
        let one = |value: &str| Self { name: self.name.clone(), value: value.to_owned() }.value();
        self.value.split(',').map(one).collect()
    }

    /// # Panics
    /// Always: there is no such name.
    pub fn is_unknown(&self) -> ! {
        panic!("{}: see bench/README.md", self.name)
    }
}
