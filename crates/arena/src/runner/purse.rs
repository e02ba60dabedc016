//! What all matches of a process may use together, beside what each of them may. Counted from what is durable.

use std::sync::{Mutex, PoisonError};

use arena_core::budget::{Budget, Spent};

/// A budget that matches share. It begins anew with the process.
#[derive(Debug, Default)]
pub(super) struct Purse {
    budget: Budget,
    spent: Mutex<Spent>,
}

impl Purse {
    /// With so much in it.
    pub(super) fn new(budget: Budget) -> Self {
        Self { budget, spent: Mutex::default() }
    }

    /// Takes out what a match used since it paid last.
    pub(super) fn pay(&self, used: &Spent) {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        *spent = spent.plus(used);
    }

    /// What was taken out of it.
    pub(super) fn spent(&self) -> Spent {
        *self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What of it is used up, if anything: `calls`, `tokens` or `cost`.
    pub(super) fn exhausted(&self) -> Option<&'static str> {
        self.budget.exhausted_by(&self.spent(), 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matches_use_adds_up_until_nothing_is_left() {
        let purse = Purse::new(Budget { calls: Some(3), cost_microusd: Some(1), ..Budget::default() });
        assert_eq!(purse.exhausted(), None);
        purse.pay(&Spent { calls: 2, priced_nanousd: 999, ..Spent::default() });
        assert_eq!(purse.exhausted(), None);
        purse.pay(&Spent { priced_nanousd: 1, ..Spent::default() });
        assert_eq!(purse.exhausted(), Some("cost"));
        purse.pay(&Spent { calls: 1, ..Spent::default() });
        assert_eq!(purse.exhausted(), Some("calls"));
        // A cost that is not known may be any.
        let purse = Purse::new(Budget { cost_microusd: Some(1_000), ..Budget::default() });
        purse.pay(&Spent { unpriced_calls: 1, ..Spent::default() });
        assert_eq!(purse.exhausted(), Some("cost"));
        assert_eq!(Purse::default().exhausted(), None);
    }
}
