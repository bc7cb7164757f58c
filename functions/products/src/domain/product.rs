//! A product.

use contracts::payloads::ProductCreated;
use contracts::reserve_stock::PricedLine;
use envelope::decode::{Decode, Fields};
use envelope::timestamp;
use money::Price;
use serde::{Deserialize, Serialize};

use crate::domain::id;
use crate::domain::stock::Stock;
use crate::domain::text::{Category, Description, Name};
use crate::domain::words::Words;

/// A product of the shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Product {
    /// Its id, a UUIDv7: ids sort by time of creation.
    pub id: String,
    /// Its name.
    pub name: Name,
    /// Its description, which may be empty.
    pub description: Description,
    /// Price of one unit, in cents.
    #[serde(with = "money::cents")]
    pub price: Price,
    /// The category it is listed in.
    pub category: Category,
    /// Units that can be ordered, without those held for orders. Returned units may raise it above
    /// [`crate::domain::stock::MAX`]: no unit is lost to a limit.
    pub stock: u64,
    /// Whether it is for sale.
    pub is_active: bool,
    /// When it was created: RFC 3339, UTC, milliseconds.
    pub created_at: String,
    /// When it was last edited, in the same form. A change of stock is not an edit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<String>,
    /// 1 for a new product, and one more for each edit. Of two images in the stream it tells which is newer.
    pub revision: u64,
}

/// The body of a request that creates a product.
#[derive(Debug, Serialize)]
pub struct NewProduct {
    name: Name,
    description: Description,
    price: Price,
    category: Category,
    stock: Stock,
}

impl Decode for NewProduct {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let name = fields.required("name");
        let description = fields.optional("description");
        let price = fields.required("price");
        let category = fields.required("category");
        let stock = fields.optional("stock");
        Some(Self {
            name: name?,
            description: description?.unwrap_or_default(),
            price: price?,
            category: category?,
            stock: stock?.unwrap_or_default(),
        })
    }
}

/// The body of a request that edits a product: `None` leaves a field as it is.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Edit {
    name: Option<Name>,
    description: Option<Description>,
    price: Option<Price>,
    category: Option<Category>,
    is_active: Option<bool>,
}

impl Decode for Edit {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let name = fields.optional("name");
        let description = fields.optional("description");
        let price = fields.optional("price");
        let category = fields.optional("category");
        let is_active = fields.optional("isActive");
        Some(Self { name: name?, description: description?, price: price?, category: category?, is_active: is_active? })
    }
}

impl Product {
    /// A new product, for sale from now on.
    pub fn create(new: NewProduct) -> Self {
        Self {
            id: id::new(),
            name: new.name,
            description: new.description,
            price: new.price,
            category: new.category,
            stock: new.stock.units(),
            is_active: true,
            created_at: timestamp::now(),
            updated_at: None,
            revision: 1,
        }
    }

    /// The product after an edit; `None` if it changes nothing.
    #[must_use]
    pub fn edited(&self, edit: Edit) -> Option<Self> {
        let mut edited = self.clone();
        if let Some(name) = edit.name {
            edited.name = name;
        }
        if let Some(description) = edit.description {
            edited.description = description;
        }
        if let Some(price) = edit.price {
            edited.price = price;
        }
        if let Some(category) = edit.category {
            edited.category = category;
        }
        if let Some(is_active) = edit.is_active {
            edited.is_active = is_active;
        }
        if edited == *self {
            return None;
        }
        edited.revision += 1;
        edited.updated_at = Some(timestamp::now());
        Some(edited)
    }

    /// Whether it is as the edit that made `other` left it. Its stock may have changed since.
    pub fn has_same_edit(&self, other: &Self) -> bool {
        *self == Self { stock: self.stock, ..other.clone() }
    }

    /// An order's line of `quantity` units at the present price.
    pub fn priced(&self, quantity: u32) -> PricedLine {
        PricedLine {
            product_id: self.id.clone(),
            product_name: self.name.as_str().to_owned(),
            quantity,
            unit_price: self.price,
            total_price: self.price.times(quantity),
        }
    }

    /// The words it is found by.
    pub fn words(&self) -> Words {
        let mut words = Words::of(self.name.as_str());
        words.append(Words::of(self.description.as_str()));
        words
    }

    /// The event of its creation.
    pub fn created(&self) -> ProductCreated {
        ProductCreated {
            product_id: self.id.clone(),
            name: self.name.as_str().to_owned(),
            category: self.category.as_str().to_owned(),
        }
    }

    /// The product as the API shows it.
    pub fn view(&self) -> ProductView<'_> {
        ProductView {
            id: &self.id,
            name: &self.name,
            description: &self.description,
            price: self.price,
            category: &self.category,
            stock: self.stock,
            is_active: self.is_active,
            created_at: &self.created_at,
            updated_at: self.updated_at.as_deref(),
        }
    }
}

/// A product as the API shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductView<'a> {
    id: &'a str,
    name: &'a Name,
    description: &'a Description,
    price: Price,
    category: &'a Category,
    stock: u64,
    is_active: bool,
    created_at: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<&'a str>,
}

#[cfg(test)]
pub(crate) mod tests {
    use envelope::decode::FromField;
    use serde_json::{Value, json};

    use super::*;

    fn field<T: FromField>(value: Value) -> T {
        T::from_field(&value).unwrap()
    }

    /// A product without a description.
    pub(crate) fn product(name: &str, category: &str, cents: u64, stock: u64) -> Product {
        Product::create(NewProduct {
            name: field(json!(name)),
            description: Description::default(),
            price: Price::from_cents(cents).unwrap(),
            category: field(json!(category)),
            stock: field(json!(stock)),
        })
    }

    /// A product with a description.
    pub(crate) fn described(name: &str, description: &str) -> Product {
        Product { description: field(json!(description)), ..product(name, "Things", 100, 1) }
    }

    impl Edit {
        /// The edit that a body with these fields asks for.
        pub(crate) fn of(mut body: Value) -> Self {
            fn take<T: FromField>(body: &mut Value, name: &str) -> Option<T> {
                body.as_object_mut().unwrap().remove(name).map(field)
            }
            Self {
                name: take(&mut body, "name"),
                description: take(&mut body, "description"),
                price: take(&mut body, "price"),
                category: take(&mut body, "category"),
                is_active: take(&mut body, "isActive"),
            }
        }
    }

    #[test]
    fn a_product_is_shown_without_its_revision() {
        let product = Product { created_at: "2026-01-31T12:00:00.000Z".into(), ..product("Lamp", "Light", 1_999, 3) };
        assert_eq!(
            serde_json::to_value(product.view()).unwrap(),
            json!({
                "id": product.id, "name": "Lamp", "description": "", "price": 19.99, "category": "Light",
                "stock": 3, "isActive": true, "createdAt": "2026-01-31T12:00:00.000Z",
            })
        );
    }

    #[test]
    fn an_edit_makes_a_new_revision_only_if_it_changes_something() {
        let product = product("Lamp", "Light", 1_999, 3);
        assert_eq!(product.edited(Edit::default()), None);
        assert_eq!(product.edited(Edit { is_active: Some(true), ..Edit::default() }), None);
        let edited = product.edited(Edit { is_active: Some(false), ..Edit::default() }).unwrap();
        assert_eq!((edited.revision, edited.is_active, edited.updated_at.is_some()), (2, false, true));
        assert_eq!(edited.stock, 3);
    }

    #[test]
    fn a_body_says_what_a_product_is_and_what_an_edit_changes() {
        let object = |body: serde_json::Value| body.as_object().unwrap().clone();
        let body = object(json!({"name": "Lamp", "price": 1, "category": "Light", "stock": 2}));
        let lamp = Product::create(Fields::read(body).unwrap());
        assert_eq!((lamp.price.cents(), lamp.stock, lamp.is_active), (100, 2, true));
        let edit = Fields::read(object(json!({"price": 2.5, "isActive": false}))).unwrap();
        let edited = lamp.edited(edit).unwrap();
        assert_eq!((edited.price.cents(), edited.is_active, edited.name), (250, false, lamp.name));
    }
}
