//! Reading the products of a page by key, as they are now.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::KeysAndAttributes;
use tables::{BATCH_KEYS, Item, StoreError, batch_get, key};

use super::ListingIndex;
use super::products::{PROJECTED, projected_names};
use crate::domain::product::Product;

impl ListingIndex {
    /// The products with these ids, in the same order. Deleted ones are left out.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn products(&self, ids: &[String]) -> Result<Vec<Product>, StoreError> {
        let mut products = Vec::with_capacity(ids.len());
        for ids in ids.chunks(BATCH_KEYS) {
            let requests = HashMap::from([(self.table.clone(), keys_of(ids)?)]);
            let mut items = batch_get(&self.client, requests).await?;
            products.append(&mut self.take_products(&mut items, ids)?);
        }
        Ok(products)
    }

    /// As [`ListingIndex::products`], together with items of another table in the same call: for at least one id, and at most
    /// [`BATCH_KEYS`] of all.
    ///
    /// # Errors
    /// [`StoreError`]
    pub(super) async fn products_and_items(
        &self,
        ids: &[String],
        table: &str,
        keys: Vec<Item>,
    ) -> Result<(Vec<Product>, Vec<Item>), StoreError> {
        let keys = KeysAndAttributes::builder().set_keys(Some(keys)).build()?;
        let requests = HashMap::from([(self.table.clone(), keys_of(ids)?), (table.to_owned(), keys)]);
        let mut items = batch_get(&self.client, requests).await?;
        let products = self.take_products(&mut items, ids)?;
        Ok((products, items.remove(table).unwrap_or_default()))
    }

    /// Takes the products out of a batch's items, sorted as their ids are.
    fn take_products(
        &self,
        items: &mut HashMap<String, Vec<Item>>,
        ids: &[String],
    ) -> Result<Vec<Product>, StoreError> {
        let items = items.remove(&self.table).unwrap_or_default();
        let mut products: Vec<Product> = serde_dynamo::from_items(items)?;
        products.sort_by_key(|product| ids.iter().position(|id| *id == product.id));
        Ok(products)
    }
}

/// Each id once, as a batch takes them: a product that moves while its lists are read may be found at two places.
fn keys_of(ids: &[String]) -> Result<KeysAndAttributes, StoreError> {
    let ids: BTreeSet<&String> = ids.iter().collect();
    let keys = ids.into_iter().map(|id| key([("id", id)])).collect();
    let attributes = KeysAndAttributes::builder()
        .projection_expression(PROJECTED)
        .set_expression_attribute_names(Some(projected_names()));
    Ok(attributes.set_keys(Some(keys)).build()?)
}
