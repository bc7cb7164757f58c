//! The products' table: one item a product, with the event of its creation.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use contracts::payloads::ProductCreated;
use envelope::InitError;
use events::Event;
use serde::Serialize;
use tables::StoreError;

use super::{Item, number, read, text};
use crate::domain::product::Product;
use crate::domain::text::Category;

/// The products' table.
#[derive(Debug)]
pub struct Products {
    pub(super) client: Client,
    pub(super) table: String,
}

/// What became of an edited product.
#[derive(Debug)]
pub enum Saved {
    /// It was written.
    Done,
    /// Someone was faster; this is what there is now, if anything is.
    Changed(Option<Product>),
}

/// What puts a product into the indexes that lists are read from: only what is for sale has it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listing<'a> {
    listing: &'static str,
    category_listing: &'a Category,
}

#[derive(Serialize)]
struct NewItem<'a> {
    #[serde(flatten)]
    product: &'a Product,
    #[serde(flatten)]
    listing: Listing<'a>,
    event: &'a Event<ProductCreated>,
}

/// What an edit writes. The stock is not in it: an edit never undoes a sale.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Edited<'a> {
    name: &'a str,
    description: &'a str,
    price: u64,
    category: &'a Category,
    is_active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<&'a str>,
    revision: u64,
    #[serde(flatten)]
    listing: Option<Listing<'a>>,
}

impl Products {
    /// The table of this name.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// The table that `PRODUCTS_TABLE` names.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub fn from_env() -> Result<Self, aws::ConfigError> {
        Ok(Self::new(tables::client()?, aws::required("PRODUCTS_TABLE")?))
    }

    /// As [`Products::from_env`], with a first read that opens the connection while start-up has the CPU to itself.
    /// A database that does not answer yet fails the calls that need it, not the start.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect() -> Result<Self, InitError> {
        let products = Self::from_env()?;
        aws::warm_up("database", products.ping()).await;
        Ok(products)
    }

    /// Reads an item that is not there.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.client.get_item().table_name(&self.table).key("id", text("ping")).send().await?;
        Ok(())
    }

    /// The product of this id, for sale or not.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn find(&self, id: &str) -> Result<Option<Product>, StoreError> {
        let get = self.client.get_item().table_name(&self.table).key("id", text(id)).consistent_read(true);
        get.send().await?.item.map(read).transpose()
    }

    /// Adds a product with the event of it: both, or neither.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn insert(&self, product: &Product, event: &Event<ProductCreated>) -> Result<(), StoreError> {
        let item = NewItem { product, listing: Listing::of(product), event };
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(serde_dynamo::to_item(item).map_err(StoreError::item)?))
            .condition_expression("attribute_not_exists(id)");
        match put.send().await {
            Ok(_) => Ok(()),
            // The id is new: what has it is this very product, put by an attempt whose answer was lost.
            Err(SdkError::ServiceError(error))
                if matches!(error.err(), PutItemError::ConditionalCheckFailedException(_)) =>
            {
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Writes an edited product over the revision before it.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn save(&self, product: &Product) -> Result<Saved, StoreError> {
        let edited = Edited {
            name: product.name.as_str(),
            description: product.description.as_str(),
            price: product.price.cents(),
            category: &product.category,
            is_active: product.is_active,
            updated_at: product.updated_at.as_deref(),
            revision: product.revision,
            listing: product.is_active.then(|| Listing::of(product)),
        };
        let fields: Item = serde_dynamo::to_item(edited).map_err(StoreError::item)?;
        let set: Vec<String> = fields.keys().map(|name| format!("#{name} = :{name}")).collect();
        let remove = if product.is_active { "" } else { " REMOVE listing, categoryListing" };
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("id", text(&product.id))
            .update_expression(format!("SET {}{remove}", set.join(", ")))
            .condition_expression("#revision = :seen")
            .expression_attribute_values(":seen", number(product.revision - 1))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        for (name, value) in fields {
            update = update
                .expression_attribute_names(format!("#{name}"), name.as_str())
                .expression_attribute_values(format!(":{name}"), value);
        }
        match update.send().await {
            Ok(_) => Ok(Saved::Done),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(Saved::Changed(failed.item.clone().map(read).transpose()?))
                }
                // A transaction was at the item.
                Some(UpdateItemError::TransactionConflictException(_)) => {
                    Ok(Saved::Changed(self.find(&product.id).await?))
                }
                _ => Err(error.into()),
            },
        }
    }
}

impl<'a> Listing<'a> {
    fn of(product: &'a Product) -> Self {
        Self { listing: super::shelf::LISTING, category_listing: &product.category }
    }
}
