//! Chance from the operating system, for what must be new: ids of matches and seeds that nobody chose.

use arena_core::id::MatchId;
use arena_core::seed::Seed;
use jiff::Timestamp;

/// The operating system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random bytes: {0}")]
pub struct NoChance(getrandom::Error);

/// A new match id for this moment.
///
/// # Errors
/// [`NoChance`] if the operating system has no random bytes.
pub fn match_id(at: Timestamp) -> Result<MatchId, NoChance> {
    Ok(MatchId::from_parts(at, bits()?))
}

/// A seed of 128 bits.
///
/// # Errors
/// [`NoChance`] if the operating system has no random bytes.
pub fn seed() -> Result<Seed, NoChance> {
    Ok(Seed::from_chance(bits()?))
}

/// 128 bits.
///
/// # Errors
/// [`NoChance`] if the operating system has no random bytes.
pub fn bits() -> Result<u128, NoChance> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(NoChance)?;
    Ok(u128::from_be_bytes(bytes))
}
