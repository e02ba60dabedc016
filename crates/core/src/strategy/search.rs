//! The settings of a search: how wide, how bushy, how deep.

/// A tree of attacks with pruning (TAP, Mehrotra et al. 2023); with one branch and no pruning it is PAIR (Chao et al. 2023).
///
/// It comes from [`DraftStrategy::checked`](super::DraftStrategy::checked) alone, so that none of its numbers is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Search {
    /// So many of a level's attempts are gone on from: the best.
    pub(super) width: usize,
    /// So many attempts build on each.
    pub(super) branches: usize,
    /// So many levels has a tree; then another is begun.
    pub(super) depth: usize,
    /// Whether a proposal that has lost the goal is dropped before it is sent.
    pub(super) prunes: bool,
}

impl Search {
    /// TAP's. The paper has width 10, branches 4 and depth 10: more rounds than most matches.
    pub(super) const TAP: Self = Self { width: 3, branches: 2, depth: 4, prunes: true };

    /// PAIR's. The paper advises streams of 3 attempts, and many of them.
    pub(super) const PAIR: Self = Self { width: 1, branches: 1, depth: 3, prunes: false };

    /// The most questions between two messages: each may be put twice, and as many proposals as there are branches may be
    /// dropped in a round.
    pub fn max_questions(&self) -> usize {
        let assessing = 1;
        let proposing = 1;
        let pruning = if self.prunes { 2 * self.branches } else { 0 };
        2 * (assessing + pruning + proposing)
    }
}
