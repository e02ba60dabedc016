//! `arena token`: who may use a server's API from elsewhere. Works beside a running server, through it.

use std::io::Write as _;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::args::{Token, TokenCreate, TokenList, TokenRevoke};
use super::control::{self, Question};
use super::database::{open, open_existing, open_to_read};
use super::exit::{Exit, Failure};
use super::location::Location;
use super::table::table;
use crate::access::keeper;
use crate::clock::{Clock as _, SystemClock};

pub(super) async fn token(token: Token) -> Result<Exit, Failure> {
    match token {
        Token::Create(args) => create(args).await,
        Token::List(args) => list(args).await,
        Token::Revoke(args) => revoke(args).await,
    }
}

async fn create(args: TokenCreate) -> Result<Exit, Failure> {
    let TokenCreate { name, scopes, expires, json, database } = args;
    let now = SystemClock.now();
    let expires_at = expires.and_then(|expires| now.checked_add(expires).ok());
    let secret = match open(&database.database).await {
        Ok(store) => {
            let made = keeper::create(&*store, name.clone(), scopes.clone(), expires_at, now).await;
            store.close().await;
            made?.0.reveal().to_owned()
        }
        Err(failure) if failure.is_in_use() => {
            let question = Question::CreateToken { name: name.clone(), scopes: scopes.clone(), expires_at };
            elsewhere(&database.database, &question, failure).await?.unwrap_or_default()
        }
        Err(failure) => return Err(failure),
    };
    if json {
        let made = json!({
            "schema_version": 1, "name": name, "scopes": scopes, "expires_at": expires_at, "token": secret,
        });
        writeln!(std::io::stdout(), "{made}")?;
        return Ok(Exit::Good);
    }
    writeln!(std::io::stdout(), "{secret}")?;
    writeln!(anstream::stderr(), "token {name} is made; it is shown this once: keep it where secrets are kept")?;
    Ok(Exit::Good)
}

async fn revoke(TokenRevoke { name, database }: TokenRevoke) -> Result<Exit, Failure> {
    match open_existing(&database.database).await {
        Ok(store) => {
            let revoked = keeper::revoke(&*store, name.clone(), SystemClock.now()).await;
            store.close().await;
            revoked?;
        }
        Err(failure) if failure.is_in_use() => {
            elsewhere(&database.database, &Question::RevokeToken { name: name.clone() }, failure).await?;
        }
        Err(failure) => return Err(failure),
    }
    writeln!(anstream::stderr(), "token {name} is taken back")?;
    Ok(Exit::Good)
}

async fn list(TokenList { json, database }: TokenList) -> Result<Exit, Failure> {
    let store = open_to_read(&database.database).await?;
    let now = SystemClock.now();
    let mut tokens: Vec<_> = keeper::list(&*store).await?.into_iter().map(|token| token.body).collect();
    tokens.sort_by_key(|token| token.created_at);
    if json {
        let tokens: Vec<Value> =
            tokens.iter().map(|token| json!({"counts": token.counts(now), "token": token})).collect();
        writeln!(std::io::stdout(), "{}", json!({"schema_version": 1, "tokens": tokens}))?;
        return Ok(Exit::Good);
    }
    let mut out = table(&["token", "scopes", "made", "expires", "stands"]);
    let day = |at: Timestamp| at.strftime("%F %H:%M").to_string();
    for token in &tokens {
        let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.word()).collect();
        let stands = match token.revoked_at {
            Some(_) => "taken back",
            None if token.counts(now) => "counts",
            None => "expired",
        };
        out.add_row([
            token.name.to_string(),
            scopes.join(", "),
            day(token.created_at),
            token.expires_at.map_or("never".to_owned(), day),
            stands.to_owned(),
        ]);
    }
    writeln!(anstream::stdout(), "{out}")?;
    Ok(Exit::Good)
}

/// Asks the process that has the database. `in_use` is what to say if it does not answer.
async fn elsewhere(database: &Location, question: &Question, in_use: Failure) -> Result<Option<String>, Failure> {
    match control::ask(database, question).await {
        Some(Ok(said)) => Ok(said),
        Some(Err(why)) => Err(Failure::usage(why)),
        None => Err(in_use),
    }
}
