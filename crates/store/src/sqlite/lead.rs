//! Finds the condition that leads a query, by looking how often each is met where the query begins. Touches a reading connection.
//!
//! SQLite has no statistics here, and those that it could have say nothing of one value: that most matches are completed and few have
//! failed. A look costs some microseconds, and sees what stands now.

use std::cmp::Ordering;

use rusqlite::{Connection, OptionalExtension as _, params_from_iter};

use super::schema;
use crate::query::lead::Lead;
use crate::query::sql::{self, Statement};
use crate::{Order, Query};

/// Documents that a look steps over. Whatever fewer have is walked in no time.
const STEPS: usize = 64;

/// The condition that leads the query; `None` if SQLite does as well by itself.
pub(super) fn of<'a>(connection: &Connection, query: &'a Query) -> rusqlite::Result<Option<Lead<'a>>> {
    let mut leads = Lead::all(query);
    if leads.iter().all(|lead| lead.values.len() == 1) && leads.len() < 2 {
        return Ok(None);
    }
    let there = schema::declared(connection)?;
    leads.retain(|lead| there.contains(&lead.index.name()));
    let mut rarest: Option<(Reach, Lead<'a>)> = None;
    for lead in leads {
        let reach = reach(connection, query, &lead)?;
        if rarest.as_ref().is_none_or(|(farthest, _)| reach.compare(farthest, query.order) == Ordering::Greater) {
            rarest = Some((reach, lead));
        }
    }
    Ok(rarest.map(|(_, lead)| lead))
}

/// How far one has to go for so many steps: to this id, or to the end.
struct Reach(Option<String>);

impl Reach {
    fn compare(&self, other: &Self, order: Order) -> Ordering {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) if order == Order::Ascending => one.cmp(other),
            (Some(one), Some(other)) => other.cmp(one),
            (one, other) => other.is_some().cmp(&one.is_some()),
        }
    }
}

/// That of the lead: of several values the least, for they are walked together.
fn reach(connection: &Connection, query: &Query, lead: &Lead<'_>) -> rusqlite::Result<Reach> {
    let mut least: Option<Reach> = None;
    for value in &lead.values {
        let Statement { text, bound, .. } = sql::nth_led(query, lead, value, STEPS);
        let id = connection.prepare_cached(&text)?.query_row(params_from_iter(bound), |row| row.get(0)).optional()?;
        let reach = Reach(id);
        if least.as_ref().is_none_or(|least| reach.compare(least, query.order) == Ordering::Less) {
            least = Some(reach);
        }
    }
    Ok(least.unwrap_or(Reach(None)))
}
