//! What this service keeps about a user beside the account, for the export: of each table the attributes that are the
//! user's to see. Hashes, keys of tokens and what only the service needs are not among them.

use aws_sdk_dynamodb::Client;
use serde_json::Value;
use tables::{StoreError, key, string};

/// Whose items a table has under one partition key.
#[derive(Debug, Clone, Copy)]
enum KeptUnder {
    /// A user's id.
    UserId,
    /// An email address.
    Email,
}

/// Items of a table that are a user's.
#[derive(Debug)]
struct Kept {
    /// Their name in the export.
    section: &'static str,
    table: String,
    partition_key: &'static str,
    /// Absent where there is one item under a partition key.
    sort_key: Option<&'static str>,
    under: KeptUnder,
    attributes: &'static [&'static str],
}

/// The tables that have something of a user beside the account.
#[derive(Debug)]
pub struct KeptData {
    client: Client,
    kept: Vec<Kept>,
}

impl KeptData {
    /// The tables that the function's environment names.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub fn from_env() -> Result<Self, aws::ConfigError> {
        let kept = kept(aws::required)?;
        Ok(Self { client: tables::client()?, kept })
    }

    /// A page of a user's items: what one query reads, at most 1 MB. `section` is their name in the export, `after` the sort
    /// key that the page before ended at. Returns the items and, if there may be more, the sort key of the last.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn page(
        &self,
        section: &str,
        user_id: &str,
        email: &str,
        after: Option<&str>,
    ) -> Result<(Vec<Value>, Option<String>), StoreError> {
        let Some(kept) = self.kept.iter().find(|kept| kept.section == section) else { return Ok((Vec::new(), None)) };
        let owner = match kept.under {
            KeptUnder::UserId => user_id,
            KeptUnder::Email => email,
        };
        let start = kept.sort_key.zip(after).map(|(name, after)| key([(kept.partition_key, owner), (name, after)]));
        let mut query = self
            .client
            .query()
            .table_name(&kept.table)
            .consistent_read(true)
            .key_condition_expression("#key = :owner")
            .expression_attribute_names("#key", kept.partition_key)
            .expression_attribute_values(":owner", string(owner))
            .set_exclusive_start_key(start);
        if matches!(kept.under, KeptUnder::Email) {
            // The address may have been another's, of whom something is still to be erased.
            query = query
                .filter_expression("attribute_not_exists(userId) OR userId = :user")
                .expression_attribute_values(":user", string(user_id));
        }
        let mut projection = Vec::new();
        for (index, attribute) in kept.attributes.iter().enumerate() {
            let name = format!("#a{index}");
            query = query.expression_attribute_names(&name, *attribute);
            projection.push(name);
        }
        let page = query.projection_expression(projection.join(", ")).send().await?;
        let last = page.last_evaluated_key.zip(kept.sort_key).and_then(|(mut last, name)| last.remove(name));
        let last = last.and_then(|last| last.as_s().ok().cloned());
        Ok((serde_dynamo::from_items(page.items.unwrap_or_default())?, last))
    }
}

/// What is kept, in tables that `named` finds by the names of their variables.
fn kept<E>(named: impl Fn(&'static str) -> Result<String, E>) -> Result<Vec<Kept>, E> {
    use KeptUnder::{Email, UserId};
    let one = |section, variable, (partition_key, sort_key), under, attributes| {
        Ok(Kept { section, table: named(variable)?, partition_key, sort_key, under, attributes })
    };
    Ok(vec![
        one(
            "sessions",
            "SESSIONS_TABLE",
            ("userId", Some("sessionId")),
            UserId,
            &["sessionId", "createdAt", "lastUsedAt", "sourceIp", "userAgent"] as &[_],
        )?,
        one("mails", "MAILS_TABLE", ("owner", Some("id")), UserId, &["kind", "sentAt", "expiresAt"])?,
        one("failedLogins", "LOGIN_ATTEMPTS_TABLE", ("email", None), Email, &["failures", "addresses", "expiresAt"])?,
        one("knownSources", "KNOWN_SOURCES_TABLE", ("email", Some("source")), Email, &["source", "expiresAt"])?,
    ])
}

#[cfg(test)]
mod tests {
    use local_testing::Tables;
    use serde_json::json;

    use super::*;

    /// The name in the template of the table that a variable names.
    fn logical_id(variable: &'static str) -> Result<String, std::convert::Infallible> {
        Ok(variable.split('_').map(|word| format!("{}{}", &word[..1], word[1..].to_lowercase())).collect())
    }

    async fn put(tables: &Tables, table: &str, item: Value) {
        let item = serde_dynamo::to_item(item).unwrap();
        tables.client().put_item().table_name(table).set_item(Some(item)).send().await.unwrap();
    }

    #[tokio::test]
    async fn a_user_s_items_are_shown_without_secrets_and_nobody_else_s() {
        let tables = Tables::of_template().await;
        let Ok(kept) = kept(logical_id);
        let data = KeptData { client: tables.client(), kept };
        for (user, session) in [("u1", "s1"), ("u1", "s2"), ("u2", "s3")] {
            let session = json!({
                "userId": user, "sessionId": session, "createdAt": "then", "lastUsedAt": "now", "sourceIp": "192.0.2.1",
                "userAgent": "curl", "refreshHash": "secret", "refreshKey": "secret",
            });
            put(&tables, "SessionsTable", session).await;
        }
        let failed = json!({"email": "ada@example.com", "failures": 1, "addresses": {"192.0.2.1": 1}, "expiresAt": 9});
        put(&tables, "LoginAttemptsTable", failed).await;
        put(&tables, "KnownSourcesTable", json!({"email": "ada@example.com", "source": "192.0.2.1", "expiresAt": 9}))
            .await;
        let mail = json!({"owner": "u1", "id": "mail#e1", "kind": "verify-email", "sentAt": 8, "expiresAt": 9, "tokenHash": "secret"});
        put(&tables, "MailsTable", mail).await;
        let session = |id: &str| {
            let at = "192.0.2.1";
            json!({"sessionId": id, "createdAt": "then", "lastUsedAt": "now", "sourceIp": at, "userAgent": "curl"})
        };
        // Those of who had the address before are still to be erased.
        let known = json!({"email": "ada@example.com", "source": "192.0.2.7", "expiresAt": 9, "userId": "u0"});
        put(&tables, "KnownSourcesTable", known).await;
        let guesses = json!({"email": "eve@example.com", "failures": 1, "expiresAt": 9, "userId": "u0"});
        put(&tables, "LoginAttemptsTable", guesses).await;
        assert_eq!(data.page("failedLogins", "u4", "eve@example.com", None).await.unwrap(), (vec![], None));
        let all = async |section| {
            let (items, next) = data.page(section, "u1", "ada@example.com", None).await.unwrap();
            assert_eq!(next, None, "{section}");
            json!(items)
        };
        assert_eq!(all("sessions").await, json!([session("s1"), session("s2")]));
        assert_eq!(all("failedLogins").await, json!([{"failures": 1, "addresses": {"192.0.2.1": 1}, "expiresAt": 9}]));
        assert_eq!(all("mails").await, json!([{"kind": "verify-email", "sentAt": 8, "expiresAt": 9}]));
        assert_eq!(all("knownSources").await, json!([{"source": "192.0.2.1", "expiresAt": 9}]));
        for section in ["sessions", "mails", "failedLogins", "knownSources"] {
            assert_eq!(data.page(section, "u3", "bob@example.com", None).await.unwrap(), (vec![], None));
        }
    }

    #[tokio::test]
    async fn more_than_one_query_reads_comes_page_by_page_without_a_gap() {
        let tables = Tables::of_template().await;
        let Ok(kept) = kept(logical_id);
        let data = KeptData { client: tables.client(), kept };
        let ids: Vec<String> = (0..12).map(|number| format!("s{number:02}")).collect();
        for id in &ids {
            let session = json!({"userId": "u1", "sessionId": id, "userAgent": "x".repeat(200_000)});
            put(&tables, "SessionsTable", session).await;
        }
        let (mut found, mut pages, mut after) = (Vec::new(), 0, None);
        loop {
            let (items, next) = data.page("sessions", "u1", "ada@example.com", after.as_deref()).await.unwrap();
            found.extend(items.iter().map(|item| item["sessionId"].as_str().unwrap().to_owned()));
            pages += 1;
            after = next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, ids);
        assert!(pages > 1);
    }
}
