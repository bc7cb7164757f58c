//! The table of users. Its key is the email address, which makes addresses unique.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnValue;
use contracts::payloads::UserCreated;
use envelope::Role;
use events::Event;
use serde::Serialize;
use tables::{StoreError, string};

use crate::domain::email::Email;
use crate::domain::user::{Profile, User};

/// The table of users.
#[derive(Debug)]
pub struct Users {
    client: Client,
    table: String,
}

/// Why a user could not be added.
#[derive(Debug, thiserror::Error)]
pub enum InsertError {
    /// Another user has the email address.
    #[error("the email address is taken")]
    EmailTaken,
    /// DynamoDB failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An item of the table.
#[derive(Serialize)]
struct Item<'a> {
    #[serde(flatten)]
    user: &'a User,
    /// Partition of the index that lists the users.
    listing: &'static str,
    /// The event of the registration, published from the table's stream.
    event: &'a Event<UserCreated>,
}

impl Users {
    /// The table that `USERS_TABLE` names.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub fn from_env() -> Result<Self, aws::ConfigError> {
        Ok(Self { client: tables::client()?, table: aws::required("USERS_TABLE")? })
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

    /// Adds a user together with the event of their registration, in one write.
    ///
    /// # Errors
    /// [`InsertError`]
    pub async fn insert(&self, user: &User, event: &Event<UserCreated>) -> Result<(), InsertError> {
        let item = Item { user, listing: super::user_list::PARTITION, event };
        let item = serde_dynamo::to_item(item).map_err(StoreError::from)?;
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(email)");
        match put.send().await {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(error))
                if matches!(error.err(), PutItemError::ConditionalCheckFailedException(_)) =>
            {
                self.accept_own_write(user).await
            }
            Err(error) => Err(StoreError::from(error).into()),
        }
    }

    /// The SDK retries a put whose response was lost. The retry then finds the user that the first attempt wrote, which
    /// is a success.
    async fn accept_own_write(&self, user: &User) -> Result<(), InsertError> {
        match self.profile(user.email.as_str()).await? {
            Some(profile) if profile.id == user.id => Ok(()),
            _ => Err(InsertError::EmailTaken),
        }
    }

    /// The user with this email address.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn profile(&self, email: &str) -> Result<Option<Profile>, StoreError> {
        let get = self.client.get_item().table_name(&self.table).key("email", string(email)).consistent_read(true);
        let item = get.send().await?.item;
        Ok(item.map(serde_dynamo::from_item).transpose()?)
    }

    /// Sets the role of the user with this email address; `None` if there is no such user.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn set_role(&self, email: &Email, role: Role) -> Result<Option<Profile>, StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("email", string(email.as_str()))
            .condition_expression("attribute_exists(email)")
            .update_expression("SET #role = :role")
            .expression_attribute_names("#role", "role")
            .expression_attribute_values(":role", string(role.as_str()))
            .return_values(ReturnValue::AllNew);
        match update.send().await {
            Ok(output) => Ok(output.attributes.map(serde_dynamo::from_item).transpose()?),
            Err(SdkError::ServiceError(error))
                if matches!(error.err(), UpdateItemError::ConditionalCheckFailedException(_)) =>
            {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }
}
