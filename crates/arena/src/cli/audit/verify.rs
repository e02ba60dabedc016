//! `arena audit verify`: whether anything was changed, taken out or moved, and where.

use std::io::Write as _;

use arena_store::audit::{Fault, Ledger};
use arena_store::{Link, Store};
use serde::Serialize;
use serde_json::json;

use super::super::args::AuditVerify;
use super::super::database::open_to_read;
use super::super::exit::{Exit, Failure};
use super::super::visible::visible;
use super::wanted;
use crate::audit::{Found, PublicKey, Wholeness};

/// As wide as the id of a match.
const WIDTH: usize = 26;

pub(super) async fn verify(args: AuditVerify) -> Result<Exit, Failure> {
    let store = open_to_read(&args.database.database).await?;
    let report = if args.matches.is_empty() { everything(&*store, &args).await? } else { some(&*store, &args).await? };
    if args.json {
        writeln!(std::io::stdout(), "{}", report.json())?;
    }
    Ok(if report.is_good { Exit::Good } else { Exit::Gate })
}

/// What was found. For people it is printed part by part, as soon as it is known.
struct Report {
    is_good: bool,
    is_printed: bool,
    n_matches: usize,
    /// Those that are not printed yet.
    matches: Vec<Wholeness>,
    whole: Option<Whole>,
}

/// What is beside the matches.
#[derive(Serialize)]
struct Whole {
    documents: Compared,
    contents: Compared,
    log: Log,
    checkpoints: Option<Signed>,
}

#[derive(Serialize)]
struct Compared {
    good: bool,
    n: usize,
    problems: Vec<Fault>,
}

#[derive(Serialize)]
struct Log {
    good: bool,
    n_entries: u64,
    head: Link,
    problems: Vec<Fault>,
}

#[derive(Serialize)]
struct Signed {
    good: bool,
    n_checkpoints: usize,
    public_keys: Vec<PublicKey>,
    problems: Vec<String>,
}

/// The matches that were named, by their own chains.
async fn some(store: &dyn Store, args: &AuditVerify) -> Result<Report, Failure> {
    let mut report = Report::new(!args.json);
    for id in wanted(store, &args.matches).await? {
        report.add(Wholeness::of(store, id, args.expect).await)?;
    }
    Ok(report)
}

/// All that the database has, and what somebody has kept of it.
async fn everything(store: &dyn Store, args: &AuditVerify) -> Result<Report, Failure> {
    let key = args.public_key.as_ref();
    let found = args.checkpoints.as_ref().map(|path| {
        Found::read(path, key)
            .map_err(|error| Failure::usage(format!("cannot read the checkpoints in {}: {error}", path.display())))
    });
    let mut found = found.transpose()?;
    let kept = found.as_mut().map(|found| std::mem::take(&mut found.kept)).unwrap_or_default();
    let n_kept = kept.len();
    let mut ledger = Ledger::read(store, kept).await?;
    let (n_documents, documents) = ledger.documents(store).await?;
    let (n_contents, contents) = ledger.contents(store).await?;
    let mut report = Report::new(!args.json);
    for id in wanted(store, &[]).await? {
        let mut whole = Wholeness::of(store, id, None).await;
        match ledger.match_events(store, id).await? {
            Some(fault) => {
                whole.good = false;
                whole.problems.push(fault.to_string());
            }
            // It was pruned while it was read.
            None if matches!(store.head(id).await, Ok(None)) => continue,
            None => {}
        }
        report.add(whole)?;
    }
    let mut log = ledger.faults().to_vec();
    log.extend(ledger.other_matches(store).await?);
    let (n_entries, head) = ledger.head();
    if report.n_matches == 0 && n_entries == 0 && n_documents == 0 && log.is_empty() {
        return Err(Failure::nothing("there is nothing in this database to verify"));
    }
    let checkpoints = found.map(|Found { keys, problems, .. }| {
        let problems: Vec<_> = problems.into_iter().map(|(line, what)| format!("line {line}: {what}")).collect();
        Signed { good: problems.is_empty(), n_checkpoints: n_kept, public_keys: keys, problems }
    });
    report.end(Whole {
        documents: Compared { good: documents.is_empty(), n: n_documents, problems: documents },
        contents: Compared { good: contents.is_empty(), n: n_contents, problems: contents },
        log: Log { good: log.is_empty(), n_entries, head, problems: log },
        checkpoints,
    })?;
    if let (Some(Signed { public_keys, .. }), None) =
        (report.whole.as_ref().and_then(|whole| whole.checkpoints.as_ref()), key)
    {
        let keys: Vec<String> = public_keys.iter().map(ToString::to_string).collect();
        writeln!(
            anstream::stderr(),
            "whoever has changed the file of checkpoints may have signed it anew: --public-key says which key counts; found \
             is {}",
            if keys.is_empty() { "none".to_owned() } else { keys.join(", ") }
        )?;
    }
    Ok(report)
}

impl Report {
    fn new(is_printed: bool) -> Self {
        Self { is_good: true, is_printed, n_matches: 0, matches: Vec::new(), whole: None }
    }

    fn add(&mut self, found: Wholeness) -> Result<(), Failure> {
        self.is_good &= found.good;
        self.n_matches += 1;
        if self.is_printed {
            let Wholeness { id, good, n_events, n_calls, head, problems } = found;
            let head = head.unwrap_or_default();
            let told = format!("{n_events} events, {n_calls} tool calls, head {head}");
            line(&id.to_string(), good, &told, &problems)?;
        } else {
            self.matches.push(found);
        }
        Ok(())
    }

    fn end(&mut self, whole: Whole) -> Result<(), Failure> {
        let Whole { documents, contents, log, checkpoints } = &whole;
        if self.is_printed {
            let said = |faults: &[Fault]| faults.iter().map(ToString::to_string).collect::<Vec<_>>();
            for (what, Compared { good, n, problems }) in [("documents", documents), ("contents", contents)] {
                line(what, *good, &format!("{n} {what}"), &said(problems))?;
            }
            let told = format!("{} entries, head {}", log.n_entries, log.head);
            line("audit log", log.good, &told, &said(&log.problems))?;
            if let Some(Signed { good, n_checkpoints, problems, .. }) = checkpoints {
                line("checkpoints", *good, &format!("{n_checkpoints} signatures fit"), problems)?;
            }
        }
        self.is_good &=
            documents.good && contents.good && log.good && checkpoints.as_ref().is_none_or(|signed| signed.good);
        self.whole = Some(whole);
        Ok(())
    }

    fn json(&self) -> serde_json::Value {
        let mut json = json!({"schema_version": 1, "good": self.is_good, "matches": self.matches});
        if let Some(Whole { documents, contents, log, checkpoints }) = &self.whole {
            json["documents"] = json!(documents);
            json["contents"] = json!(contents);
            json["log"] = json!(log);
            json["checkpoints"] = json!(checkpoints);
        }
        json
    }
}

fn line(what: &str, is_good: bool, told: &str, problems: &[String]) -> Result<(), Failure> {
    let mut out = anstream::stdout();
    let word = if is_good { "good" } else { "BAD" };
    writeln!(out, "{what:<WIDTH$}  {word}  {told}")?;
    for problem in problems {
        writeln!(out, "  {}", visible(problem))?;
    }
    Ok(())
}
