//! The products' table: one item for each product, with the event of its creation.

use std::collections::HashMap;

use aws::retry::RetryBudget;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{Put, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};
use contracts::payloads::ProductCreated;
use events::Event;
use serde::Serialize;
use tables::{Item, StoreError, number, string, update_item};

use super::listing::{category_partition, partition_of};
use crate::domain::product::Product;
use crate::domain::sale_state::SaleState;
use crate::domain::text::Category;

/// The products' table.
#[derive(Debug)]
pub struct Products {
    pub(super) client: Client,
    pub(super) table: String,
}

/// The attributes of a [`Product`], as a projection expression with the names of [`projected_names`]: without the event of its creation
/// and the keys of indexes.
pub(super) const PROJECTED: &str =
    "id, #name, description, price, category, stock, isActive, createdAt, updatedAt, revision";

/// The placeholder of [`PROJECTED`]: `name` is a reserved word.
pub(super) fn projected_names() -> HashMap<String, String> {
    HashMap::from([("#name".to_owned(), "name".to_owned())])
}

/// The outcome of saving an edited product.
#[derive(Debug)]
pub enum Saved {
    /// It was written.
    Done,
    /// It was not: the product has another revision by now (or is deleted), or a transaction was at it. This is the
    /// product as it is.
    Outdated(Option<Product>),
}

/// The partition keys of the listing indexes. (A product that an earlier version took off sale has none, and so is in no
/// list until it is edited.)
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListingKeys {
    listing: &'static str,
    category_listing: String,
}

#[derive(Serialize)]
struct NewItem<'a> {
    #[serde(flatten)]
    product: &'a Product,
    #[serde(flatten)]
    listing: ListingKeys,
    event: &'a Event<ProductCreated>,
}

/// The attributes that an edit writes. Without the stock, so that an edit never undoes a sale.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EditedItem<'a> {
    name: &'a str,
    description: &'a str,
    price: u64,
    category: &'a Category,
    is_active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<&'a str>,
    revision: u64,
    #[serde(flatten)]
    listing: ListingKeys,
}

impl Products {
    /// The products in `table`.
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

    /// As [`Products::from_env`]. A first read opens the connection during start-up, which has a full CPU; if it fails,
    /// the function starts all the same.
    ///
    /// # Errors
    /// [`aws::ConfigError`]
    pub async fn connect() -> Result<Self, aws::ConfigError> {
        let products = Self::from_env()?;
        aws::warm_up("database", products.ping()).await;
        Ok(products)
    }

    /// Reads an item that does not exist, to see whether the database responds.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.client.get_item().table_name(&self.table).key("id", string("ping")).send().await?;
        Ok(())
    }

    /// The product of this id, for sale or not.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn find(&self, id: &str) -> Result<Option<Product>, StoreError> {
        let get = self.client.get_item().table_name(&self.table).key("id", string(id)).consistent_read(true);
        let get = get.projection_expression(PROJECTED).set_expression_attribute_names(Some(projected_names()));
        Ok(get.send().await?.item.map(serde_dynamo::from_item).transpose()?)
    }

    /// Adds a product together with the event of its creation.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn insert(&self, product: &Product, event: &Event<ProductCreated>) -> Result<(), StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(new_item(product, event)?))
            .condition_expression("attribute_not_exists(id)");
        match put.send().await {
            Ok(_) => Ok(()),
            // The id is new, so an item that has it is this product, written by a try whose response was lost.
            Err(SdkError::ServiceError(error))
                if matches!(error.err(), PutItemError::ConditionalCheckFailedException(_)) =>
            {
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// As [`Products::insert`], as a part of a transaction.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn put(&self, product: &Product, event: &Event<ProductCreated>) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(new_item(product, event)?))
            .condition_expression("attribute_not_exists(id)");
        Ok(TransactWriteItem::builder().put(put.build()?).build())
    }

    /// Writes an edited product, if the stored one is the revision before it.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn save(&self, product: &Product) -> Result<Saved, StoreError> {
        match update_item(&self.client, self.edit(product)?, ReturnValue::None, RetryBudget::tries(1)).await {
            Ok(_) => Ok(Saved::Done),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(Saved::Outdated(failed.item.clone().map(serde_dynamo::from_item).transpose()?))
                }
                Some(UpdateItemError::TransactionConflictException(_)) => {
                    Ok(Saved::Outdated(self.find(&product.id).await?))
                }
                _ => Err(error.into()),
            },
        }
    }

    /// The update that writes an edited product, if the stored one is the revision before it.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn edit(&self, product: &Product) -> Result<Update, StoreError> {
        let edited = EditedItem {
            name: product.name.as_str(),
            description: product.description.as_str(),
            price: product.price.cents(),
            category: &product.category,
            is_active: product.is_active,
            updated_at: product.updated_at.as_deref(),
            revision: product.revision,
            listing: ListingKeys::of(product),
        };
        let fields: Item = serde_dynamo::to_item(edited)?;
        let set: Vec<String> = fields.keys().map(|name| format!("#{name} = :{name}")).collect();
        let mut update = Update::builder()
            .table_name(&self.table)
            .key("id", string(&product.id))
            .update_expression(format!("SET {}", set.join(", ")))
            .condition_expression("#revision = :seen")
            .expression_attribute_values(":seen", number(product.revision - 1))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        for (name, value) in fields {
            update = update
                .expression_attribute_names(format!("#{name}"), name.as_str())
                .expression_attribute_values(format!(":{name}"), value);
        }
        Ok(update.build()?)
    }
}

fn new_item(product: &Product, event: &Event<ProductCreated>) -> Result<Item, StoreError> {
    Ok(serde_dynamo::to_item(NewItem { product, listing: ListingKeys::of(product), event })?)
}

impl ListingKeys {
    fn of(product: &Product) -> Self {
        let state = SaleState::of(product);
        Self { listing: partition_of(state), category_listing: category_partition(state, &product.category) }
    }
}
