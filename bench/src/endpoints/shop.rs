//! A small shop, such as every endpoint finds something in.

use crate::error::Error;
use crate::people::{self, Person};
use crate::stack::Stack;

/// Who and what is in it.
#[derive(Debug)]
pub struct Shop {
    pub admin: Person,
    pub customer: Person,
    pub products: Vec<String>,
    /// The customer's orders, all confirmed.
    pub orders: Vec<String>,
    /// What to search for.
    pub words: String,
}

/// A few pages of products.
const PRODUCTS: usize = 60;

impl Shop {
    /// Opens it: with so many orders.
    pub async fn open(stack: &Stack, orders: usize) -> Result<Self, Error> {
        let admin = Person::admin(stack).await?;
        let customer = Person::register(stack, "customer").await?;
        let mut connection = stack.connect().await?;
        let mut products = Vec::new();
        for n in 0..PRODUCTS {
            let mut product = people::product(if n % 2 == 0 { "Reading lamp" } else { "Bedside lamp" });
            if n % 3 == 0 {
                product["category"] = "Furniture".into();
            }
            if n % 2 == 0 {
                product["price"] = (10 + n % 10).into();
            }
            products.push(admin.offers(&mut connection, &product).await?);
        }
        let mut placed = Vec::new();
        for _ in 0..orders {
            placed.push(customer.orders(&mut connection, &products[0]).await?);
        }
        stack.drained().await?;
        Ok(Self { admin, customer, products, orders: placed, words: "bedside+lamp".to_owned() })
    }
}
