//! Functions with a route: a file for each, named after its binary. `product_id` is what those of one product
//! share, `product_list` what the lists do.

pub mod create_product;
pub mod edit_product;
pub mod get_admin_product;
pub mod get_product;
pub mod list_admin_products;
pub mod list_products;
mod product_id;
mod product_list;
pub mod products_health;
pub mod update_stock;

use envelope::Caching;

/// For how long anyone may keep what the catalogue answers. Short, as a sale changes the stock that is shown.
const CATALOGUE_CACHING: Caching = Caching::Public { max_age: 5, stale_while_revalidate: 30 };
