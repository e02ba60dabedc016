//! Attacks that are written down, each in every form: which one a round plays.

use crate::converter::Converter;
use crate::seed::Seed;

/// Attacks and the forms in which they are sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Pack {
    /// Attacks of its own, beside the scenario's. Each has [`Pack::GOAL`] in it.
    pub attacks: Vec<String>,
    /// Chains of converters; an empty one leaves an attack as it is. At least one chain.
    pub chains: Vec<Vec<Converter>>,
}

/// What a round plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick<'a> {
    /// The attack.
    pub attack: Attack<'a>,
    /// What converts it.
    pub chain: &'a [Converter],
}

/// An attack, by where it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attack<'a> {
    /// In the scenario, by its place there.
    Scenario(usize),
    /// In the pack.
    Own(&'a str),
}

impl Pack {
    /// Stands for the objective's goal in an attack of a pack's own.
    pub const GOAL: &str = "{{goal}}";

    /// Whether some chain needs a model.
    pub fn translates(&self) -> bool {
        self.chains.iter().flatten().any(|converter| matches!(converter, Converter::Translate { .. }))
    }

    /// What the `nth` attack round on `objective` plays, from 0, beside `attacks`, the ids of the scenario's attacks on it.
    ///
    /// Each attack is played in each form once before any is played again, in an order that the seed decides and that is
    /// another each time. `None` if there is no attack at all.
    pub fn pick(&self, seed: &Seed, objective: &str, attacks: &[&str], nth: u32) -> Option<Pick<'_>> {
        let known = attacks.iter().enumerate().map(|(i, id)| (Attack::Scenario(i), ["scenario", *id]));
        let own = self.attacks.iter().map(|text| (Attack::Own(text), ["own", text.as_str()]));
        let all: Vec<(Attack<'_>, [&str; 2])> = known.chain(own).collect();
        let nth = nth as usize;
        let lap = nth.checked_div(all.len() * self.chains.len())?.to_string();
        let mut picks = Vec::new();
        for (attack, [origin, words]) in all {
            for chain in &self.chains {
                let converters: Vec<String> = chain.iter().map(ToString::to_string).collect();
                // What it is, not its place in a list: an attack that is added leaves the order of the others.
                let parts = [objective, &lap, origin, words, &converters.join(" ")];
                picks.push((seed.number("pack", &parts), Pick { attack, chain }));
            }
        }
        picks.sort_by_key(|(number, _)| *number);
        picks.get(nth % picks.len()).map(|(_, pick)| *pick)
    }

    /// An attack of a pack's own for `goal`.
    pub fn filled(attack: &str, goal: &str) -> String {
        attack.replace(Self::GOAL, goal)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pack(attacks: &[&str], chains: &[&[&str]]) -> Pack {
        Pack {
            attacks: attacks.iter().map(|text| (*text).to_owned()).collect(),
            chains: chains.iter().map(|chain| chain.iter().map(|word| word.parse().unwrap()).collect()).collect(),
        }
    }

    /// The first `n` picks as `attack/chain`.
    fn picks(pack: &Pack, seed: &str, attacks: &[&str], n: u32) -> Vec<String> {
        let seed = seed.parse().unwrap();
        let shown = |pick: Pick<'_>| {
            let attack = match pick.attack {
                Attack::Scenario(i) => attacks[i],
                Attack::Own(text) => text,
            };
            format!("{attack}/{}", pick.chain.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
        };
        (0..n).filter_map(|nth| pack.pick(&seed, "leak", attacks, nth).map(shown)).collect()
    }

    #[test]
    fn each_combination_is_played_once_before_any_is_again() {
        let pack = pack(&["Own: {{goal}}"], &[&[], &["base64"], &["leetspeak", "hex"]]);
        let played = picks(&pack, "7", &["ask", "beg"], 18);
        let (first, second) = played.split_at(9);
        assert_ne!(first, second);
        for lap in [first, second] {
            let mut lap = lap.to_vec();
            lap.sort();
            assert_eq!(
                lap,
                [
                    "Own: {{goal}}/",
                    "Own: {{goal}}/base64",
                    "Own: {{goal}}/leetspeak,hex",
                    "ask/",
                    "ask/base64",
                    "ask/leetspeak,hex",
                    "beg/",
                    "beg/base64",
                    "beg/leetspeak,hex",
                ]
            );
        }
        assert_eq!(played, picks(&pack, "7", &["ask", "beg"], 18));
        assert_ne!(played, picks(&pack, "8", &["ask", "beg"], 18));
    }

    #[test]
    fn an_attack_that_is_added_leaves_the_order_of_the_others() {
        let pack = pack(&[], &[&[], &["base64"]]);
        let mut more = picks(&pack, "7", &["new", "ask", "beg"], 6);
        more.retain(|pick| !pick.starts_with("new"));
        assert_eq!(more, picks(&pack, "7", &["ask", "beg"], 4));
    }

    #[test]
    fn without_attacks_there_is_nothing_to_pick() {
        assert_eq!(pack(&[], &[&[]]).pick(&"7".parse().unwrap(), "leak", &[], 0), None);
        assert_eq!(Pack::filled("Please: {{goal}} ({{goal}})", "open up"), "Please: open up (open up)");
    }

    proptest! {
        #[test]
        fn every_round_has_a_pick_if_there_is_an_attack(n_attacks in 0..4_usize, n_own in 0..3_usize, nth: u32) {
            let own = ["{{goal}}", "a {{goal}}", "a {{goal}}"];
            let pack = pack(&own[..n_own], &[&[], &["hex"]]);
            let attacks = ["ask", "beg", "ask", "cry"];
            let pick = pack.pick(&"7".parse().unwrap(), "leak", &attacks[..n_attacks], nth);
            prop_assert_eq!(pick.is_some(), n_attacks + n_own > 0);
        }
    }
}
