//! A transaction whose `ClientRequestToken` was seen within ten minutes is not made again.
//!
//! TransactWriteItems: "If you submit a request with the same client token but a change in other parameters within the
//! 10-minute idempotency window, DynamoDB returns an `IdempotentParameterMismatch` exception."
//!
//! dynoxide has this in memory and looks at every token at each call, so a transaction would cost more with each one
//! before it. Here tokens are rows, found by an index and forgotten oldest first. A trigger writes a transaction's token
//! with the first row that the transaction changes: they are committed together, so no moment, and no `kill -9`, lies
//! between them.

mod digest;

use std::cell::Cell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use dynoxide::DynoxideError;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension};
use serde::Deserialize;

use self::digest::Digest;
use crate::store::Store;

/// Rows are in the order of their time, as good as always: that is the order they are forgotten in.
pub(crate) const SCHEMA: &str = r#"
CREATE TABLE IF NOT EXISTS "local:tokens"
    (id INTEGER PRIMARY KEY, token TEXT NOT NULL UNIQUE, request INTEGER NOT NULL, at INTEGER NOT NULL);
"#;

/// How long a token counts, in milliseconds.
const WINDOW: i64 = 10 * 60 * 1000;

/// Tokens past their window are forgotten once for so many transactions, and twice as many at most.
const EVERY: u32 = 64;

const FIND: &str = r#"SELECT request FROM "local:tokens" WHERE token = ?1 AND at > ?2"#;
const KEEP: &str = r#"INSERT OR REPLACE INTO "local:tokens" (token, request, at) VALUES (?1, ?2, ?3)"#;
const OLDEST: &str = r#"SELECT id, at FROM "local:tokens" ORDER BY id LIMIT ?1"#;
const FORGET: &str = r#"DELETE FROM "local:tokens" WHERE id <= ?1"#;

/// What a call says of its token.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tokened {
    client_request_token: Option<String>,
    #[serde(alias = "TransactStatements")]
    transact_items: Option<Digest>,
}

/// The token of one transaction. Another operation's token is another token.
#[derive(Clone)]
struct Token {
    name: String,
    request: i64,
    at: i64,
}

impl Token {
    fn of(operation: &str, body: &str) -> Option<Self> {
        let tokened: Tokened = serde_json::from_str(body).ok()?;
        let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        Some(Self {
            name: format!("{operation} {}", tokened.client_request_token?),
            request: tokened.transact_items?.value(),
            at: i64::try_from(at).unwrap_or(i64::MAX),
        })
    }
}

/// The token of the transaction that is being made.
#[derive(Default)]
struct Due {
    token: Option<Token>,
    recorded: bool,
}

/// What SQLite's trigger reads of a token.
type Column = fn(&Token) -> Value;

/// The tokens of transactions.
pub(crate) struct Tokens {
    due: Arc<Mutex<Due>>,
    /// Transactions since tokens were last forgotten.
    since: Cell<u32>,
}

impl Tokens {
    /// Makes every table's triggers. They are the connection's own: the file has none.
    pub(crate) fn of(connection: &Connection) -> rusqlite::Result<Self> {
        let due = Arc::new(Mutex::new(Due::default()));
        let flags = FunctionFlags::SQLITE_UTF8;
        let state = Arc::clone(&due);
        connection.create_scalar_function("local_token_due", 0, flags, move |_| {
            let mut due = lock(&state);
            let is_due = due.token.is_some() && !due.recorded;
            due.recorded |= is_due;
            Ok(is_due)
        })?;
        let columns: [(&str, Column); 3] = [
            ("local_token", |token| token.name.clone().into()),
            ("local_token_request", |token| token.request.into()),
            ("local_token_at", |token| token.at.into()),
        ];
        for (name, column) in columns {
            let state = Arc::clone(&due);
            connection.create_scalar_function(name, 0, flags, move |_| Ok(lock(&state).token.as_ref().map(column)))?;
        }
        let tables: Vec<String> = {
            let mut names = connection.prepare("SELECT table_name FROM _tables")?;
            names.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?
        };
        tables.iter().try_for_each(|table| watch(connection, table))?;
        Ok(Self { due, since: Cell::new(0) })
    }

    /// Drops the token of a transaction that ended half way.
    pub(crate) fn reset(&self) {
        *self.due() = Due::default();
    }

    fn due(&self) -> MutexGuard<'_, Due> {
        lock(&self.due)
    }

    fn find(&self, connection: &Connection, token: &Token) -> Result<bool, DynoxideError> {
        let known: Option<i64> = connection
            .prepare_cached(FIND)?
            .query_row((&token.name, token.at.saturating_sub(WINDOW)), |row| row.get(0))
            .optional()?;
        match known {
            Some(request) if request != token.request => Err(DynoxideError::IdempotentParameterMismatchException(
                "An error occurred (IdempotentParameterMismatchException)".to_owned(),
            )),
            known => Ok(known.is_some()),
        }
    }

    /// Forgets the oldest tokens, now and then.
    fn forget(&self, connection: &Connection, now: i64) -> rusqlite::Result<()> {
        self.since.set(self.since.get() + 1);
        if self.since.get() < EVERY {
            return Ok(());
        }
        self.since.set(0);
        let mut oldest = connection.prepare_cached(OLDEST)?;
        let mut rows = oldest.query([2 * EVERY])?;
        let mut last: Option<i64> = None;
        while let Some(row) = rows.next()? {
            if row.get::<_, i64>(1)? > now.saturating_sub(WINDOW) {
                break;
            }
            last = Some(row.get(0)?);
        }
        drop(rows);
        last.map_or(Ok(()), |last| connection.prepare_cached(FORGET)?.execute([last]).map(drop))
    }
}

/// From now on the first change of a table's row records the token that is due.
pub(crate) fn watch(connection: &Connection, table: &str) -> rusqlite::Result<()> {
    // A table's name has no quotation mark. With the table its triggers go too.
    ["INSERT", "UPDATE", "DELETE"].iter().try_for_each(|change| {
        connection.execute_batch(&format!(
            r#"CREATE TEMP TRIGGER IF NOT EXISTS "local:token:{change}:{table}" AFTER {change} ON main."{table}"
            WHEN local_token_due() BEGIN
                INSERT OR REPLACE INTO "local:tokens" (token, request, at)
                VALUES (local_token(), local_token_request(), local_token_at());
            END"#
        ))
    })
}

/// Makes a transaction, unless its token says that it was made: then it is `repeated`.
pub(crate) fn once<I, T>(
    store: &Store,
    (operation, body): (&str, &str),
    request: I,
    make: impl FnOnce(I) -> Result<T, DynoxideError>,
    repeated: impl FnOnce(I) -> Result<T, DynoxideError>,
) -> Result<T, DynoxideError> {
    let Some(token) = Token::of(operation, body) else { return make(request) };
    let (tokens, connection) = (&store.tokens, store.connection());
    if tokens.find(connection, &token)? {
        return repeated(request);
    }
    *tokens.due() = Due { token: Some(token.clone()), recorded: false };
    let made = make(request);
    let Due { recorded, .. } = std::mem::take(&mut *tokens.due());
    // Of PartiQL one that changed nothing may have read, so it is made again.
    if made.is_ok() && !recorded && operation == "TransactWriteItems" {
        connection.prepare_cached(KEEP)?.execute((&token.name, token.request, token.at))?;
    }
    // The transaction stands whether or not old tokens go.
    if let Err(cause) = tokens.forget(connection, token.at) {
        tracing::error!(%cause, "old tokens of transactions could not be removed");
    }
    made
}

fn lock(due: &Mutex<Due>) -> MutexGuard<'_, Due> {
    due.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
