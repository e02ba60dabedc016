//! Ten thousand queries that chance makes, each answered by the database as by a plain list in memory.

use std::cmp::Ordering;
use std::sync::Arc;

use arena_store::{
    Column, Comparison, Document, Field, Filter, Group, Grouping, Kind, Order, Pattern, Position, Query, Rev, Scalar,
    Store, Sum, Type,
};
use serde_json::{Value, json};

use crate::Database;
use crate::sample::put;

/// How many queries.
const N_QUERIES: u32 = 10_000;

/// As many documents as make pages, ties and groups.
const N_DOCUMENTS: u32 = 300;

/// Places in documents; what is there is of any type.
const PATHS: [&str; 4] = ["status", "scores.red", "scores.blue.rate", "who-is-it"];

/// Texts that sort, fold and look alike in ways that databases differ in.
const TEXTS: [&str; 12] = ["", "a", "A", "B", "ab", "a%", "a_b", "é", "e\u{301}", "日本", "\u{1f980}", "null"];

/// A document as it is written.
type Plain = Document<Value>;

pub(super) async fn random_queries_are_answered_as_by_a_list_in_memory(database: &Database) {
    let store = database.open().await;
    let mut chance = Chance(0x00A1_2E4A);
    let documents = fill(&store, &mut chance).await;
    for n in 0..N_QUERIES {
        if chance.below(4) == 0 {
            let grouping = grouping(&mut chance);
            let found = store.group(&grouping).await.unwrap();
            assert_eq!(sorted(found), sorted(groups(&documents, &grouping)), "query {n}: {grouping:?}");
        } else {
            let query = query(&mut chance, &documents);
            let found = store.find(&query).await.unwrap();
            assert_eq!(ids(&found), ids(&page(&documents, &query)), "query {n}: {query:?}");
        }
    }
}

async fn fill(store: &Arc<dyn Store>, chance: &mut Chance) -> Vec<Plain> {
    let mut documents = Vec::new();
    for n in 0..N_DOCUMENTS {
        let id = format!("{}{n}", chance.text());
        let (status, red, rate, who) = (chance.value(), chance.value(), chance.value(), chance.value());
        let mut body =
            json!({ "status": status, "scores": { "red": red, "blue": { "rate": rate } }, "who-is-it": who });
        if chance.below(5) == 0 {
            body["scores"] = chance.value();
        }
        if chance.below(9) == 0 {
            body.as_object_mut().unwrap().remove("status");
        }
        store.put(put(&id, 0, body.clone())).await.unwrap();
        documents.push(Document { kind: Kind::Match, id, rev: Rev(1), body });
    }
    documents
}

fn query(chance: &mut Chance, documents: &[Plain]) -> Query {
    let by = (chance.below(2) == 0).then(|| chance.column());
    let order = if chance.below(2) == 0 { Order::Ascending } else { Order::Descending };
    let after = (chance.below(2) == 0).then(|| {
        let document = &documents[chance.below(documents.len())];
        let value = by.as_ref().and_then(|by| by.value(&document.body));
        Position { value, id: document.id.clone() }
    });
    Query { kind: Kind::Match, filter: chance.filter(3), by, order, after, limit: chance.below(40) }
}

fn grouping(chance: &mut Chance) -> Grouping {
    let by = (0..chance.below(3)).map(|_| chance.column()).collect();
    let sums = (0..chance.below(3)).map(|_| Column { of: Type::Number, ..chance.column() }).collect();
    Grouping { kind: Kind::Match, filter: chance.filter(2), by, sums }
}

/// What the store promises, on a list.
fn page(documents: &[Plain], query: &Query) -> Vec<Plain> {
    let place = |document: &Plain| Position {
        value: query.by.as_ref().and_then(|by| by.value(&document.body)),
        id: document.id.clone(),
    };
    let order = |one: &Position, other: &Position| {
        let by_value = one.value.as_ref().zip(other.value.as_ref()).map_or(Ordering::Equal, compare);
        let ascending = by_value.then_with(|| one.id.cmp(&other.id));
        if query.order == Order::Ascending { ascending } else { ascending.reverse() }
    };
    let mut found: Vec<_> = documents.iter().filter(|document| holds(&query.filter, &document.body)).cloned().collect();
    found.retain(|document| query.by.is_none() || place(document).value.is_some());
    if let Some(after) = &query.after {
        let is_nowhere = query.by.is_some() && after.value.is_none();
        found.retain(|document| !is_nowhere && order(&place(document), after).is_gt());
    }
    found.sort_by(|one, other| order(&place(one), &place(other)));
    found.truncate(query.limit);
    found
}

fn compare((one, other): (&Scalar, &Scalar)) -> Ordering {
    one.compare(other).unwrap()
}

fn holds(filter: &Filter, body: &Value) -> bool {
    match filter {
        Filter::All(filters) => filters.iter().all(|filter| holds(filter, body)),
        Filter::Any(filters) => filters.iter().any(|filter| holds(filter, body)),
        Filter::Not(filter) => !holds(filter, body),
        Filter::Absent(column) => column.value(body).is_none(),
        Filter::AnyOf(column, values) => column
            .value(body)
            .is_some_and(|found| values.iter().any(|value| found.compare(value) == Some(Ordering::Equal))),
        Filter::Compare(column, comparison, value) => {
            let order = column.value(body).and_then(|found| found.compare(value));
            order.is_some_and(|order| match comparison {
                Comparison::Is => order.is_eq(),
                Comparison::Below => order.is_lt(),
                Comparison::AtMost => order.is_le(),
                Comparison::Above => order.is_gt(),
                Comparison::AtLeast => order.is_ge(),
            })
        }
        Filter::Like(path, pattern) => match (Column { path: path.clone(), of: Type::Text }).value(body) {
            Some(Scalar::Text(text)) => {
                let (pattern, text): (Vec<_>, Vec<_>) = (pattern.as_str().chars().collect(), text.chars().collect());
                is_like(&pattern, &text)
            }
            _ => false,
        },
    }
}

fn is_like(pattern: &[char], text: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['%', rest @ ..] => (0..=text.len()).any(|n| is_like(rest, &text[n..])),
        ['_', rest @ ..] => !text.is_empty() && is_like(rest, &text[1..]),
        ['\\', c, rest @ ..] | [c, rest @ ..] => text.first() == Some(c) && is_like(rest, &text[1..]),
    }
}

fn groups(documents: &[Plain], grouping: &Grouping) -> Vec<Group> {
    let empty = |key| Group { key, count: 0, sums: vec![Sum::default(); grouping.sums.len()] };
    let mut groups: Vec<Group> = Vec::new();
    if grouping.by.is_empty() {
        groups.push(empty(vec![]));
    }
    for document in documents.iter().filter(|document| holds(&grouping.filter, &document.body)) {
        let key: Vec<_> = grouping.by.iter().map(|by| by.value(&document.body)).collect();
        let n = groups.iter().position(|group| group.key == key).unwrap_or_else(|| {
            groups.push(empty(key));
            groups.len() - 1
        });
        groups[n].count += 1;
        for (sum, column) in groups[n].sums.iter_mut().zip(&grouping.sums) {
            if let Some(Scalar::Number(number)) = column.value(&document.body) {
                *sum = Sum { count: sum.count + 1, total: sum.total + number };
            }
        }
    }
    groups
}

fn sorted(mut groups: Vec<Group>) -> Vec<Group> {
    groups.sort_by_key(|group| format!("{:?}", group.key));
    groups
}

fn ids<B>(documents: &[Document<B>]) -> Vec<&str> {
    documents.iter().map(|document| document.id.as_str()).collect()
}

/// Numbers that are the same in every run: xorshift64*.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap() % n
    }

    fn text(&mut self) -> &'static str {
        TEXTS[self.below(TEXTS.len())]
    }

    /// Quarters add up to the same in any order.
    fn number(&mut self) -> f64 {
        f64::from(i32::try_from(self.below(40)).unwrap() - 20) / 4.0
    }

    fn value(&mut self) -> Value {
        match self.below(9) {
            0 => Value::Null,
            1 => Value::Bool(self.below(2) == 0),
            2 => json!(self.below(5)),
            3 | 4 => json!(self.number()),
            5 => json!([self.below(3), "a"]),
            6 => json!({ "rate": self.below(3) }),
            _ => Value::from(self.text()),
        }
    }

    fn column(&mut self) -> Column {
        let of = [Type::Text, Type::Number, Type::Flag][self.below(3)];
        Column { path: PATHS[self.below(PATHS.len())].parse().unwrap(), of }
    }

    /// Mostly of the type, now and then of another.
    fn scalar(&mut self, of: Type) -> Scalar {
        match (of, self.below(12)) {
            (_, 0) | (Type::Text, 1..) => self.text().into(),
            (_, 1) | (Type::Number, 2..) => match self.below(30) {
                0 => f64::NAN.into(),
                1 => f64::INFINITY.into(),
                _ => self.number().into(),
            },
            (Type::Flag, _) => (self.below(2) == 0).into(),
        }
    }

    fn filter(&mut self, depth: usize) -> Filter {
        let column = self.column();
        match self.below(if depth == 0 { 6 } else { 9 }) {
            0 => Filter::Absent(column),
            1 => {
                let values = (0..self.below(4)).map(|_| self.scalar(column.of)).collect();
                Filter::AnyOf(column, values)
            }
            2 => {
                let pattern = ["%", "a%", "%b", "_", "A", "%\\%%", "a\\_b", "%_é%", "__"][self.below(9)];
                Field::<String>::at("status").like(pattern.parse::<Pattern>().unwrap())
            }
            3..=5 => {
                let comparison =
                    [Comparison::Is, Comparison::Below, Comparison::AtMost, Comparison::Above, Comparison::AtLeast]
                        [self.below(5)];
                let value = self.scalar(column.of);
                Filter::Compare(column, comparison, value)
            }
            6 => !self.filter(depth - 1),
            7 => Filter::All((0..self.below(4)).map(|_| self.filter(depth - 1)).collect()),
            _ => Filter::Any((0..self.below(4)).map(|_| self.filter(depth - 1)).collect()),
        }
    }
}
