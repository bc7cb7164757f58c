//! Functions with a route: a file for each, named after its binary. `product_id` is what those of one product share.

pub mod create_product;
pub mod edit_product;
pub mod get_product;
pub mod list_products;
mod product_id;
pub mod products_health;
pub mod update_stock;
