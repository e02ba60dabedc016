//! A search tree over the numbers of system calls. Pure.

use std::collections::BTreeMap;

use super::rule::{Rule, jump, jump_if_at_least};
use crate::syscall::Instruction;

/// Calls from one number to the next span's.
struct Span<'a> {
    first: u32,
    rule: &'a Rule,
}

/// Instructions that answer the call whose number is loaded: by its rule; by `unlisted` between the rules; by `unknown`
/// after the last.
pub(super) fn search(rules: &BTreeMap<u32, Rule>, unlisted: &Rule, unknown: &Rule) -> Vec<Instruction> {
    let mut spans: Vec<Span<'_>> = Vec::new();
    let mut next = 0;
    for (&number, rule) in rules {
        if number > next || spans.is_empty() {
            spans.push(Span { first: next, rule: unlisted });
        }
        let goes_on = number == next
            && matches!((spans.last(), rule), (Some(Span { rule: Rule::Always(last), .. }), Rule::Always(answer)) if last == answer);
        if number == 0 {
            spans.clear();
        }
        if !goes_on {
            spans.push(Span { first: number, rule });
        }
        next = number + 1;
    }
    spans.push(Span { first: next, rule: unknown });
    branch(&spans)
}

fn branch(spans: &[Span<'_>]) -> Vec<Instruction> {
    let [span] = spans else {
        let (lower, upper) = spans.split_at(spans.len() / 2);
        let first = upper[0].first;
        let lower = branch(lower);
        // A conditional jump reaches 255 instructions far, a plain one any distance.
        let mut tree = if let Ok(past) = u8::try_from(lower.len()) {
            vec![jump_if_at_least(first, past, 0)]
        } else {
            let past = u32::try_from(lower.len()).expect("a filter has some hundred instructions");
            vec![jump_if_at_least(first, 0, 1), jump(past)]
        };
        tree.extend(lower);
        tree.extend(branch(upper));
        return tree;
    };
    span.rule.instructions()
}
