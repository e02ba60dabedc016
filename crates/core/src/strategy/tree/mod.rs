//! A search as it is played on one objective: attempts that were sent, and what is to be asked before the next is.
//!
//! ```text
//!          ┌────────── off the goal: drop it ─────────┐
//!          ▼                                          │
//! ──▶ propose ──▶ check the topic (if it prunes) ─────┴──▶ send ──▶ [a round] ──▶ assess ──▶ propose ──▶ ...
//! ```
//!
//! The first level's attempts build on none. When each of a level's parents has all its branches, the best of the level are
//! the parents of the next; after the last level another tree is begun, which knows the best attempt of the one before.
//!
//! A question is put twice at most. What then cannot be read is taken as it is: a proposal as the message itself, an
//! assessment as the lowest score, a check as passed. In one round no more proposals are dropped than there are branches.

mod answer;
mod question;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;

use super::memory::{remembered, remembered_seen};
use super::{Question, Search};
use crate::engine::Seen;
use answer::Proposal;

/// The search on one objective.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    search: Search,
    goal: String,
    /// The attempts of this tree, in the order in which they were sent.
    nodes: Vec<Node>,
    level: Level,
    /// The best of the tree before this one: a new tree that knew nothing of it would be the same tree.
    best_before: Option<Node>,
    stage: Stage,
}

/// An attempt of the tree that is being grown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeId(usize);

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move<'a> {
    /// The model says how near to the goal the last attempt came.
    Assess,
    /// The model writes an attempt.
    Propose {
        /// What it builds on.
        parent: Option<NodeId>,
        /// How many that build on the same were sent already.
        branch: usize,
    },
    /// The model says whether a proposal still goes for the goal.
    CheckTopic {
        /// The proposal.
        candidate: &'a str,
    },
    /// This is sent to the target. It stands until [`Tree::came_back`]: what was lost with a void round is sent again.
    Send {
        /// The message.
        text: &'a str,
    },
}

/// An attempt that was sent, assessed.
#[derive(Clone, Debug, PartialEq)]
struct Node {
    parent: Option<NodeId>,
    proposal: Proposal,
    seen: Seen,
    /// 1 (nothing gained) to 10 (the goal is reached).
    score: u8,
}

#[derive(Clone, Debug, PartialEq)]
struct Level {
    /// From 1.
    number: usize,
    /// What its attempts build on; `None` for the first level's.
    parents: Vec<Option<NodeId>>,
    /// Its first node.
    first: usize,
}

/// What is waited for. `again`: the question is put the second time.
#[derive(Clone, Debug, PartialEq)]
enum Stage {
    Proposing { pruned: Vec<String>, again: bool },
    Checking { proposal: Proposal, pruned: Vec<String>, again: bool },
    Sending { proposal: Proposal },
    Assessing { proposal: Proposal, seen: Seen, again: bool },
}

impl Stage {
    /// Before the next attempt.
    const OPEN: Self = Self::Proposing { pruned: Vec::new(), again: false };
}

impl Level {
    fn root() -> Self {
        Self { number: 1, parents: vec![None], first: 0 }
    }
}

impl Tree {
    /// A search for a message that reaches `goal`, not begun.
    pub fn new(search: Search, goal: &str) -> Self {
        let goal = goal.to_owned();
        Self { search, goal, nodes: Vec::new(), level: Level::root(), best_before: None, stage: Stage::OPEN }
    }

    /// What comes next.
    pub fn next(&self) -> Move<'_> {
        match &self.stage {
            Stage::Proposing { .. } => {
                let (parent, branch) = self.place();
                Move::Propose { parent, branch }
            }
            Stage::Checking { proposal, .. } => Move::CheckTopic { candidate: &proposal.prompt },
            Stage::Sending { proposal } => Move::Send { text: &proposal.prompt },
            Stage::Assessing { .. } => Move::Assess,
        }
    }

    /// What the model is asked for the next move; `None` if that is to send.
    pub fn question(&self) -> Option<Question> {
        match &self.stage {
            Stage::Proposing { pruned, again } => Some(question::propose(self, pruned, *again)),
            Stage::Checking { proposal, again, .. } => Some(question::check(&self.goal, &proposal.prompt, *again)),
            Stage::Sending { .. } => None,
            Stage::Assessing { proposal, seen, again } => {
                Some(question::assess(&self.goal, &proposal.prompt, seen, *again))
            }
        }
    }

    /// Takes the model's answer to [`question`](Self::question). Where none was asked it says nothing.
    pub fn heard(&mut self, answer: &str) {
        self.stage = match std::mem::replace(&mut self.stage, Stage::OPEN) {
            Stage::Proposing { pruned, again } => match answer::proposal(answer) {
                None if !again => Stage::Proposing { pruned, again: true },
                read => self.proposed(read.unwrap_or_else(|| Proposal::raw(answer, &self.goal)), pruned),
            },
            Stage::Checking { proposal, mut pruned, again } => match answer::on_topic(answer) {
                None if !again => Stage::Checking { proposal, pruned, again: true },
                None | Some(true) => Stage::Sending { proposal },
                Some(false) => {
                    pruned.push(remembered(&proposal.prompt));
                    Stage::Proposing { pruned, again: false }
                }
            },
            Stage::Sending { proposal } => Stage::Sending { proposal },
            Stage::Assessing { proposal, seen, again } => match answer::score(answer) {
                None if !again => Stage::Assessing { proposal, seen, again: true },
                score => self.assessed(proposal, seen, score.unwrap_or(1)),
            },
        };
    }

    /// Takes what came of the message that was sent. Where none was sent it says nothing.
    pub fn came_back(&mut self, seen: Seen) {
        self.stage = match std::mem::replace(&mut self.stage, Stage::OPEN) {
            Stage::Sending { proposal } => match remembered_seen(seen) {
                seen @ Seen::Texts(_) => Stage::Assessing { proposal: proposal.remembered(), seen, again: false },
                // There is nothing to assess.
                seen @ (Seen::Withheld | Seen::Nothing) => self.assessed(proposal.remembered(), seen, 1),
            },
            other @ (Stage::Proposing { .. } | Stage::Checking { .. } | Stage::Assessing { .. }) => other,
        };
    }

    fn proposed(&self, proposal: Proposal, pruned: Vec<String>) -> Stage {
        if self.search.prunes && pruned.len() < self.search.branches {
            Stage::Checking { proposal, pruned, again: false }
        } else {
            Stage::Sending { proposal }
        }
    }

    fn assessed(&mut self, proposal: Proposal, seen: Seen, score: u8) -> Stage {
        let (parent, _) = self.place();
        self.nodes.push(Node { parent, proposal, seen, score });
        let n_sent = self.nodes.len() - self.level.first;
        if n_sent == self.level.parents.len() * self.search.branches {
            self.climb();
        }
        Stage::OPEN
    }

    /// Goes on to the next level, or to the next tree.
    fn climb(&mut self) {
        if self.level.number >= self.search.depth {
            let best = self.best_of(0).first().map(|id| self.nodes[id.0].clone());
            self.best_before = best;
            self.nodes.clear();
            self.level = Level::root();
            return;
        }
        let parents = self.best_of(self.level.first).into_iter().take(self.search.width).map(Some).collect();
        self.level = Level { number: self.level.number + 1, parents, first: self.nodes.len() };
    }

    /// The nodes from `first` on, the best first; of equal ones, that which was sent first.
    fn best_of(&self, first: usize) -> Vec<NodeId> {
        let mut ids: Vec<NodeId> = (first..self.nodes.len()).map(NodeId).collect();
        ids.sort_by_key(|id| Reverse(self.nodes[id.0].score));
        ids
    }

    /// What the next attempt builds on, and how many before it build on the same.
    fn place(&self) -> (Option<NodeId>, usize) {
        let n_sent = self.nodes.len() - self.level.first;
        // A level that is full was left, so there is a parent.
        (self.level.parents[n_sent / self.search.branches], n_sent % self.search.branches)
    }

    /// The latest attempts of the line that ends with `id`, oldest first.
    fn line(&self, id: Option<NodeId>) -> Vec<&Node> {
        /// PAIR's paper keeps three turns of the conversation as well.
        const MAX_REMEMBERED: usize = 3;
        let node = |id: NodeId| &self.nodes[id.0];
        let mut line: Vec<&Node> =
            std::iter::successors(id.map(node), |child| child.parent.map(node)).take(MAX_REMEMBERED).collect();
        line.reverse();
        line
    }
}
