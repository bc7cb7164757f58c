//! The table of users. Its key is the email address, which makes addresses unique.

mod conditional_change;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use envelope::Role;
use tables::{Item, StoreError, number, retry_conflicts, string};

use super::profile_change::Setting;
use super::user_list;
use crate::domain::grantee::Grantee;
use crate::domain::user::{Profile, ProfileChange};

pub use conditional_change::ChangeError;

/// The table of users.
#[derive(Debug)]
pub struct Users {
    client: Client,
    table: String,
}

/// The condition that the item is this user's (`:id`), and not of one who registered the address since.
const IS_USER: &str = "id = :id";

/// Why a role could not be set.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    /// There is no such user.
    #[error("no such user")]
    NoSuchUser,
    /// The user has the address, and has not shown that it is theirs.
    #[error("the address is not verified")]
    NotVerified,
    /// DynamoDB failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Users {
    /// The table of this name, reached through this client.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// The table's name.
    pub(super) fn table(&self) -> &str {
        &self.table
    }

    /// The table that `USERS_TABLE` names.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub fn from_env() -> Result<Self, aws::ConfigError> {
        Ok(Self::new(tables::client()?, aws::required("USERS_TABLE")?))
    }

    /// As [`Users::from_env`], with a first read that opens the connection ([`aws::warm_up`]).
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect() -> Result<Self, aws::ConfigError> {
        let users = Self::from_env()?;
        aws::warm_up("database", users.ping()).await;
        Ok(users)
    }

    /// Reads an item that does not exist.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.client.get_item().table_name(&self.table).key("email", string("ping")).send().await?;
        Ok(())
    }

    /// The user with this email address.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn profile(&self, email: &str) -> Result<Option<Profile>, StoreError> {
        Ok(self.item(email).await?.map(serde_dynamo::from_item).transpose()?)
    }

    async fn item(&self, email: &str) -> Result<Option<Item>, StoreError> {
        let get = self.client.get_item().table_name(&self.table).key("email", string(email)).consistent_read(true);
        Ok(get.send().await?.item)
    }

    /// The user with this id. The index that finds them is eventually consistent: a write of this moment may be missing.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn find_by_id(&self, id: &str) -> Result<Option<Profile>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(user_list::BY_ID)
            .key_condition_expression("listing = :listing AND id = :id")
            .expression_attribute_values(":listing", string(user_list::PARTITION))
            .expression_attribute_values(":id", string(id));
        let item = query.send().await?.items.and_then(|mut items| items.pop());
        Ok(item.map(serde_dynamo::from_item).transpose()?)
    }

    /// Ends all sessions of this user: those that began, and those of logins under way. There may be no such user any more.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn end_sessions(&self, email: &str, id: &str) -> Result<(), StoreError> {
        let update = self
            .update(email)
            .condition_expression("id = :id")
            .update_expression(
                "SET sessionGeneration = if_not_exists(sessionGeneration, :zero) + :one REMOVE keptSession",
            )
            .expression_attribute_values(":id", string(id))
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":one", number(1));
        updated(update).await.map(drop)
    }

    /// Sets the role of a user.
    ///
    /// # Errors
    /// [`RoleError`]
    pub async fn set_role(&self, grantee: &Grantee, role: Role) -> Result<Profile, RoleError> {
        let update = match grantee {
            Grantee::Id(id) => {
                let found = self.find_by_id(id).await?.ok_or(RoleError::NoSuchUser)?;
                // Since the index was written, the account may have gone and its address been registered by someone else.
                self.update(found.email.as_str())
                    .condition_expression("id = :id")
                    .expression_attribute_values(":id", string(id))
            }
            Grantee::Email(email) => self
                .update(email.as_str())
                .condition_expression("emailVerified = :true")
                .expression_attribute_values(":true", AttributeValue::Bool(true))
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld),
        };
        let update = update
            .update_expression("SET #role = :role")
            .expression_attribute_names("#role", "role")
            .expression_attribute_values(":role", string(role.as_str()));
        match updated(update).await? {
            Updated::Done(profile) => Ok(profile),
            Updated::Refused { stored: true } => Err(RoleError::NotVerified),
            Updated::Refused { stored: false } => Err(RoleError::NoSuchUser),
        }
    }

    /// Changes a user's profile; `None` if the user is gone.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn change(&self, id: &str, email: &str, change: &ProfileChange) -> Result<Option<Profile>, StoreError> {
        let update = self.changing(id, email, change)?.condition_expression(IS_USER);
        match updated(update).await? {
            Updated::Done(profile) => Ok(Some(profile)),
            Updated::Refused { .. } => Ok(None),
        }
    }

    /// An update that makes a change. Its condition, with [`IS_USER`] in it, is left to set.
    fn changing(&self, id: &str, email: &str, change: &ProfileChange) -> Result<UpdateItemFluentBuilder, StoreError> {
        let mut update = self.update(email);
        if let Some(Setting { expression, names, values }) = Setting::of(change)? {
            update = update
                .update_expression(expression)
                .set_expression_attribute_names(Some(names))
                .set_expression_attribute_values(Some(values));
        }
        Ok(update.expression_attribute_values(":id", string(id)))
    }

    /// An update of the item with this email address, that returns all of it.
    fn update(&self, email: &str) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.table).key("email", string(email)).return_values(ReturnValue::AllNew)
    }
}

/// What became of an update.
enum Updated {
    /// It was made.
    Done(Profile),
    /// Its condition did not hold.
    Refused {
        /// Whether the answer has an item that did not meet it.
        stored: bool,
    },
}

async fn updated(update: UpdateItemFluentBuilder) -> Result<Updated, StoreError> {
    match retry_conflicts(async || update.clone().send().await).await {
        Ok(output) => Ok(Updated::Done(serde_dynamo::from_item(output.attributes.unwrap_or_default())?)),
        Err(error) => match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                Ok(Updated::Refused { stored: refused.item.is_some() })
            }
            _ => Err(error.into()),
        },
    }
}

#[cfg(test)]
mod tests;
