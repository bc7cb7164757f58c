//! Requests for mails. The event of one has no address: that is in an item of the table of mails, which has no stream.
//!
//! Writing a request for an address is the same work whether or not a user has it, as no user is looked up: that is for
//! whatever sends the mail, which then deletes the item. A second item, under the address's hash, lets the erasure of a user
//! find it.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use contracts::payloads::{MailKind, MailRequested};
use envelope::timestamp;
use events::Event;
use serde::{Deserialize, Serialize};
use tables::{Cancellation, Item, StoreError, conflict_retries, key, retry_conflicts, string};

use super::mails::{address_owner, check_user};
use super::{Mails, UserEvents, Users};
use crate::domain::email::Email;

/// How long a request is kept that nothing came of, in seconds: as long as its event is in a stream.
pub const REQUEST_KEPT_SECONDS: u64 = 24 * 60 * 60;
/// How long conflicts with other transactions are retried.
const CONFLICTS: Duration = Duration::from_secs(2);
/// What the ids of requests begin with.
const PREFIX: &str = "request#";

/// The tables of mails and of users' events.
#[derive(Debug, Clone)]
pub struct MailRequests {
    client: Client,
    mails: String,
    events: UserEvents,
}

/// A request's item.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestItem<'a> {
    /// The user's id in the event.
    owner: &'a str,
    id: String,
    kind: MailKind,
    email: &'a str,
    /// When DynamoDB may delete the item: seconds since the Unix epoch.
    expires_at: u64,
}

/// The item by which a request is found that no user made.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AddressItem {
    /// The address's hash.
    owner: String,
    /// The request's id.
    id: String,
    /// The request's owner.
    request_owner: String,
    /// When DynamoDB may delete the item: seconds since the Unix epoch.
    expires_at: u64,
}

/// As much of a request's item as sending needs.
#[derive(Deserialize)]
struct Address {
    email: Email,
}

impl MailRequests {
    /// The tables of these names, reached through this client.
    pub fn new(client: Client, mails: impl Into<String>, events: UserEvents) -> Self {
        Self { client, mails: mails.into(), events }
    }

    /// The tables that `MAILS_TABLE` and `USER_EVENTS_TABLE` name, with a first read that opens the connection
    /// ([`aws::warm_up`]).
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect() -> Result<Self, aws::ConfigError> {
        let requests = Self::new(tables::client()?, aws::required("MAILS_TABLE")?, UserEvents::from_env()?);
        aws::warm_up("database", requests.ping()).await;
        Ok(requests)
    }

    /// Reads an item that does not exist.
    async fn ping(&self) -> Result<(), StoreError> {
        let key = key([("owner", "ping"), ("id", "ping")]);
        self.client.get_item().table_name(&self.mails).set_key(Some(key)).send().await?;
        Ok(())
    }

    /// Writes a request for a mail to whoever has this address. Its event has a random id in place of a user's.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn insert_for_address(&self, email: &Email, event: &Event<MailRequested>) -> Result<(), StoreError> {
        let expires_at = timestamp::epoch_seconds() + REQUEST_KEPT_SECONDS;
        let (owner, request_owner) = (address_owner(email.as_str()), event.data.user_id.clone());
        let found_by = AddressItem { owner, id: request_id(event), request_owner, expires_at };
        let mut actions = self.actions(email, event, expires_at)?;
        actions.push(self.put(found_by)?);
        // None of these has a condition.
        self.write(actions).await.map(|_| ())
    }

    /// Writes a user's request for a mail to their address. Returns whether there is such a user: one
    /// who was erased leaves nothing behind.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn insert_for_user(
        &self,
        users: &Users,
        email: &Email,
        event: &Event<MailRequested>,
    ) -> Result<bool, StoreError> {
        self.write(self.for_user(users, email, event)?).await
    }

    /// As [`MailRequests::insert_for_user`], as a part of a transaction.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn for_user(
        &self,
        users: &Users,
        email: &Email,
        event: &Event<MailRequested>,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let mut actions = self.actions(email, event, timestamp::epoch_seconds() + REQUEST_KEPT_SECONDS)?;
        actions.push(check_user(users.table(), email, &event.data.user_id)?);
        Ok(actions)
    }

    fn actions(
        &self,
        email: &Email,
        event: &Event<MailRequested>,
        expires_at: u64,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let MailRequested { kind, user_id } = &event.data;
        let request =
            RequestItem { owner: user_id, id: request_id(event), kind: *kind, email: email.as_str(), expires_at };
        Ok(vec![self.put(request)?, self.events.put(user_id, event)?])
    }

    fn put(&self, item: impl Serialize) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder().table_name(&self.mails).set_item(Some(serde_dynamo::to_item(item)?)).build()?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Returns whether all conditions held.
    async fn write(&self, actions: Vec<TransactWriteItem>) -> Result<bool, StoreError> {
        let mut retries = conflict_retries(CONFLICTS);
        loop {
            let transaction = self.client.transact_write_items().set_transact_items(Some(actions.clone()));
            let Err(error) = transaction.send().await else { return Ok(true) };
            match Cancellation::from_error(error)? {
                Cancellation::Conditions(_) => return Ok(false),
                Cancellation::Conflict => retries.pause().await?,
            }
        }
    }
}

impl Mails {
    /// The address of a request; `None` if the request is done.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn requested_address(&self, event: &Event<MailRequested>) -> Result<Option<Email>, StoreError> {
        let key = request_key(&event.data.user_id, &request_id(event));
        let get = self.client.get_item().table_name(&self.mails).set_key(Some(key)).consistent_read(true);
        let address: Option<Address> = get.send().await?.item.map(serde_dynamo::from_item).transpose()?;
        Ok(address.map(|address| address.email))
    }

    /// Deletes a request for this address: nothing is left to do.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn delete_request(&self, email: &Email, event: &Event<MailRequested>) -> Result<(), StoreError> {
        let id = request_id(event);
        let deletions = [
            Delete::builder().table_name(&self.mails).set_key(Some(request_key(&event.data.user_id, &id))).build()?,
            Delete::builder()
                .table_name(&self.mails)
                .set_key(Some(request_key(&address_owner(email.as_str()), &id)))
                .build()?,
        ];
        let actions = deletions.map(|delete| TransactWriteItem::builder().delete(delete).build());
        let mut retries = conflict_retries(CONFLICTS);
        loop {
            let transaction = self.client.transact_write_items().set_transact_items(Some(actions.to_vec()));
            let Err(error) = transaction.send().await else { return Ok(()) };
            Cancellation::from_error(error)?;
            retries.pause().await?;
        }
    }
}

/// Deletes every request for a mail to this address that no user made.
///
/// # Errors
/// [`StoreError`]
pub(super) async fn delete_requests(client: &Client, mails: &str, email: &str) -> Result<(), StoreError> {
    let owner = address_owner(email);
    loop {
        let query = client
            .query()
            .table_name(mails)
            .consistent_read(true)
            .key_condition_expression("#owner = :owner AND begins_with(id, :prefix)")
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":owner", string(&owner))
            .expression_attribute_values(":prefix", string(PREFIX));
        let page = query.send().await?;
        let found: Vec<AddressItem> = serde_dynamo::from_items(page.items.unwrap_or_default())?;
        for AddressItem { id, request_owner, .. } in found {
            // The item that finds the other goes last, so that a retry finds it again.
            for key in [request_key(&request_owner, &id), request_key(&owner, &id)] {
                let delete = client.delete_item().table_name(mails).set_key(Some(key));
                retry_conflicts(async || delete.clone().send().await).await?;
            }
        }
        if page.last_evaluated_key.is_none() {
            return Ok(());
        }
    }
}

fn request_id(event: &Event<MailRequested>) -> String {
    format!("{PREFIX}{}", event.id)
}

fn request_key(owner: &str, id: &str) -> Item {
    key([("owner", owner), ("id", id)])
}
