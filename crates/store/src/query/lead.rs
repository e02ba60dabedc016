//! Which condition leads: the one whose index is walked, while the others are looked up in what it finds. Pure.
//!
//! A database without statistics takes any of several indexes, and sorts all that has one of several values before it gives the first page.

use super::{Column, Comparison, Filter, Index, Query, Scalar};

/// More values than this are not worth a walk each.
const MAX_VALUES: usize = 16;

/// A condition that an index can lead, out of a query in the order of ids.
#[derive(Clone, Debug)]
pub(crate) struct Lead<'a> {
    pub(crate) index: Index,
    /// Any of these, all of the column's type and no two the same; one at least.
    pub(crate) values: Vec<&'a Scalar>,
    /// Its place among the conditions of the query.
    at: usize,
}

impl<'a> Lead<'a> {
    /// All that could lead.
    pub(crate) fn all(query: &'a Query) -> Vec<Self> {
        if query.by.is_some() {
            return vec![];
        }
        let lead = |(at, condition): (usize, &'a Filter)| {
            let (column, values) = match condition {
                Filter::Compare(column, Comparison::Is, value) => (column, std::slice::from_ref(value)),
                Filter::AnyOf(column, values) => (column, values.as_slice()),
                _ => return None,
            };
            let mut fitting: Vec<&Scalar> = Vec::new();
            for value in values.iter().filter(|value| fits(column, value)) {
                if !fitting.contains(&value) {
                    fitting.push(value);
                }
            }
            let index = Index { kind: query.kind, column: column.clone() };
            (1..=MAX_VALUES).contains(&fitting.len()).then_some(Self { index, values: fitting, at })
        };
        conditions(&query.filter).into_iter().enumerate().filter_map(lead).collect()
    }

    /// What remains to be met by what this one finds.
    pub(crate) fn rest(&self, filter: &Filter) -> Filter {
        let rest = conditions(filter).into_iter().enumerate().filter(|(at, _)| *at != self.at);
        Filter::All(rest.map(|(_, condition)| condition.clone()).collect())
    }
}

/// A value that a document can have in this column.
fn fits(column: &Column, value: &Scalar) -> bool {
    value.of() == column.of && !matches!(value, Scalar::Number(number) if !number.is_finite())
}

/// All of which hold.
fn conditions(filter: &Filter) -> Vec<&Filter> {
    match filter {
        Filter::All(all) => all.iter().flat_map(conditions).collect(),
        one => vec![one],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Field, Kind};

    const STATUS: Field<String> = Field::at("status");
    const LABEL: Field<String> = Field::at("label");
    const RATE: Field<f64> = Field::at("rate");

    #[test]
    fn an_equality_can_lead_and_the_others_remain() {
        let status = || STATUS.any_of(["a", "b", "a"]);
        let filter = status() & (LABEL.is("x") & RATE.above(1.0)) & RATE.any_of([f64::INFINITY]) & !LABEL.is("y");
        let query = Query::of(Kind::Match, 1).filter(filter);
        let leads: Vec<_> = Lead::all(&query)
            .into_iter()
            .map(|lead| (lead.index.name(), lead.values.len(), lead.rest(&query.filter)))
            .collect();
        let others = || [RATE.above(1.0), RATE.any_of([f64::INFINITY]), !LABEL.is("y")];
        let with = |one: Filter| Filter::All([one].into_iter().chain(others()).collect());
        assert_eq!(
            leads,
            [
                ("documents.match.status.text".to_owned(), 2, with(LABEL.is("x"))),
                ("documents.match.label.text".to_owned(), 1, with(status())),
            ]
        );
        assert!(Lead::all(&query.by(&RATE)).is_empty(), "in another order");
    }
}
