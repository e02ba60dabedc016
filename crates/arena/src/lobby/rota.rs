//! Whose turn it is among those who wait: one of each owner, then again. Pure.

use std::collections::VecDeque;

/// Things that wait, each with an owner. Those of one owner keep their order.
#[derive(Debug)]
pub(super) struct Rota<O, T> {
    /// The next to be served first. No queue is empty.
    queues: VecDeque<(O, VecDeque<T>)>,
}

impl<O, T> Default for Rota<O, T> {
    fn default() -> Self {
        Self { queues: VecDeque::new() }
    }
}

impl<O: PartialEq, T> Rota<O, T> {
    /// Lets `thing` wait behind all others of its owner.
    pub(super) fn add(&mut self, owner: O, thing: T) {
        match self.queues.iter_mut().find(|(known, _)| *known == owner) {
            Some((_, queue)) => queue.push_back(thing),
            None => self.queues.push_back((owner, VecDeque::from([thing]))),
        }
    }

    /// The next, with its owner going to the end of the row.
    pub(super) fn next(&mut self) -> Option<T> {
        let (owner, mut queue) = self.queues.pop_front()?;
        let thing = queue.pop_front();
        if !queue.is_empty() {
            self.queues.push_back((owner, queue));
        }
        thing
    }

    /// Takes out what `is_meant`, whoever owns it.
    pub(super) fn remove(&mut self, is_meant: impl Fn(&T) -> bool) {
        for (_, queue) in &mut self.queues {
            queue.retain(|thing| !is_meant(thing));
        }
        self.queues.retain(|(_, queue)| !queue.is_empty());
    }

    /// Whether something that `is_meant` waits.
    pub(super) fn has(&self, is_meant: impl Fn(&T) -> bool) -> bool {
        self.queues.iter().any(|(_, queue)| queue.iter().any(&is_meant))
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.queues.iter().map(|(_, queue)| queue.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rota(things: &[(&'static str, u32)]) -> Rota<&'static str, u32> {
        let mut rota = Rota::default();
        for (owner, thing) in things {
            rota.add(*owner, *thing);
        }
        rota
    }

    fn all(mut rota: Rota<&'static str, u32>) -> Vec<u32> {
        std::iter::from_fn(|| rota.next()).collect()
    }

    #[test]
    fn owners_take_turns_and_each_keeps_its_order() {
        assert_eq!(all(rota(&[("a", 1), ("a", 2), ("a", 3), ("b", 4), ("c", 5), ("c", 6)])), [1, 4, 5, 2, 6, 3]);
        assert_eq!(all(rota(&[])), [0; 0]);
    }

    #[test]
    fn who_comes_later_waits_for_one_of_each_and_not_for_all() {
        let mut rota = rota(&[("a", 1), ("a", 2), ("a", 3)]);
        assert_eq!(rota.next(), Some(1));
        rota.add("b", 4);
        assert_eq!(rota.len(), 3);
        assert_eq!(all(rota), [2, 4, 3]);
    }

    #[test]
    fn what_is_taken_out_is_waited_for_by_nobody() {
        let mut rota = rota(&[("a", 1), ("b", 2), ("a", 3)]);
        rota.remove(|thing| *thing == 2);
        assert_eq!(all(rota), [1, 3]);
    }
}
