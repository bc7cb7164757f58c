use aws_sdk_dynamodb::types::ProjectionType;
use envelope::decode::FromQuery;
use futures_util::future::join_all;

use super::*;
use crate::domain::filter::{Filter, PriceRange, Search};
use crate::domain::product::Edit;
use crate::domain::product::tests::product;
use crate::domain::sale_state::Shown;
use crate::domain::sort::Sort;
use crate::domain::text::CategoryParameter;
use crate::store::{ProductPage, Total};

pub(super) fn filter(category: &str, prices: Option<(u64, u64)>, search: &str) -> Filter {
    Filter {
        shown: Shown::Active,
        category: CategoryParameter::from_query(category).unwrap().0,
        prices: prices.map(|(min, max)| PriceRange { min, max }),
        search: Search::of(search),
    }
}

pub(super) fn names(found: &ProductPage) -> Vec<&str> {
    found.products.iter().map(|product| product.name.as_str()).collect()
}

/// Products named by their number, the newest last: `lamp 3` is the fourth.
pub(super) async fn fill(stores: &TestStores, name: &str, category: &str, cents: u64, count: usize) {
    // Ids made in the same millisecond sort by a counter, so their order is the order of their making.
    let products: Vec<Product> =
        (0..count).map(|number| product(&format!("{name} {number}"), category, cents, 1)).collect();
    join_all(products.into_iter().map(|product| stores.add(product))).await;
}

/// Goes through a list by its cursor.
pub(super) async fn walk(stores: &TestStores, filter: &Filter, limit: usize) -> Vec<String> {
    let (mut found, _) = stores.catalogue.page(filter, Sort::Newest, 0, limit).await.unwrap();
    let mut all = Vec::new();
    loop {
        all.extend(names(&found).into_iter().map(str::to_owned));
        let Some(next) = found.next else { return all };
        found = stores.catalogue.after(filter, Sort::Newest, &next, limit).await.unwrap();
    }
}

#[tokio::test]
async fn every_filter_alone_and_together_lists_the_newest_first_with_its_total() {
    let stores = TestStores::new().await;
    fill(&stores, "red lamp", "Light", 500, 3).await;
    fill(&stores, "red chair", "Seats", 700, 3).await;
    fill(&stores, "blue lamp", "Light", 900, 2).await;
    stores.index_all().await;
    let blue = ["blue lamp 1", "blue lamp 0"];
    let chairs = ["red chair 2", "red chair 1", "red chair 0"];
    let lamps = ["red lamp 2", "red lamp 1", "red lamp 0"];
    let none: [&str; 0] = [];
    for (filter, expected) in [
        (filter("", None, ""), [&blue[..], &chairs, &lamps].concat()),
        (filter("Light", None, ""), [&blue[..], &lamps].concat()),
        (filter("", Some((500, 700)), ""), [&chairs[..], &lamps].concat()),
        (filter("Light", Some((600, 1_000)), ""), blue.to_vec()),
        (filter("", None, "LAMP"), [&blue[..], &lamps].concat()),
        (filter("", None, "lamp red"), lamps.to_vec()),
        (filter("Seats", None, "red"), chairs.to_vec()),
        (filter("Light", Some((500, 500)), "red 1"), vec!["red lamp 1"]),
        (filter("Seats", None, "lamp"), none.to_vec()),
        (filter("light", None, ""), none.to_vec()),
        (filter("", Some((1, 499)), ""), none.to_vec()),
    ] {
        let (found, total) = stores.catalogue.page(&filter, Sort::Newest, 0, 20).await.unwrap();
        assert_eq!(names(&found), expected, "{filter:?}");
        assert_eq!((found.next, total), (None, Total::Exact(expected.len() as u64)), "{filter:?}");
        for limit in [1, 2, 5] {
            assert_eq!(walk(&stores, &filter, limit).await, expected, "{filter:?} by {limit}");
        }
        let (second, _) = stores.catalogue.page(&filter, Sort::Newest, 2, 2).await.unwrap();
        assert_eq!(names(&second), expected.iter().skip(2).take(2).copied().collect::<Vec<_>>(), "{filter:?}");
        let (past, total) = stores.catalogue.page(&filter, Sort::Newest, 40, 20).await.unwrap();
        assert_eq!((past.products.len(), past.next, total.count()), (0, None, expected.len() as u64));
    }
}

#[tokio::test]
async fn a_product_that_no_longer_matches_is_not_listed_even_before_it_is_indexed() {
    let stores = TestStores::new().await;
    let lamp = stores.add(product("lamp", "Light", 500, 1)).await;
    let chair = stores.add(product("chair lamp", "Light", 500, 1)).await;
    stores.index_all().await;
    stores.products.save(&Product { revision: 2, is_active: false, ..lamp.clone() }).await.unwrap();
    let dear = Product { revision: 2, price: money::Price::from_cents(9_000).unwrap(), ..chair };
    stores.products.save(&dear).await.unwrap();
    for (filter, expected) in [
        (filter("", None, ""), vec!["chair lamp"]),
        (filter("Light", None, ""), vec!["chair lamp"]),
        (filter("", None, "lamp"), vec!["chair lamp"]),
        (filter("", Some((1, 600)), ""), vec![]),
        (filter("", Some((1, 600)), "lamp"), vec![]),
    ] {
        let (found, _) = stores.catalogue.page(&filter, Sort::Newest, 0, 20).await.unwrap();
        assert_eq!(names(&found), expected, "{filter:?}");
    }
    stores.products.save(&Product { revision: 3, ..lamp }).await.unwrap();
    stores.index_all().await;
    let (found, total) = stores.catalogue.page(&filter("", None, "lamp"), Sort::Newest, 0, 20).await.unwrap();
    assert_eq!((names(&found), total), (vec!["chair lamp", "lamp"], Total::Exact(2)));
}

/// Otherwise all orders together would be limited to what one partition takes ([`crate::store::ListingIndex`]).
#[tokio::test]
async fn a_sale_writes_to_no_list() {
    let stores = TestStores::new().await;
    let lamp = stores.stocked(10).await;
    stores.reserve("o1", &[(&lamp, 3)]).await.unwrap();
    let table =
        stores.tables.client().describe_table().table_name("ProductsTable").send().await.unwrap().table.unwrap();
    let indexes = table.global_secondary_indexes.unwrap();
    assert_eq!(indexes.len(), 4);
    for index in indexes {
        let (index, projection) = (index.index_name.unwrap(), index.projection.unwrap());
        let carried = projection.non_key_attributes.unwrap_or_default();
        assert_ne!(projection.projection_type, Some(ProjectionType::All), "{index}");
        assert!(carried.iter().all(|name| !name.starts_with("stock")), "{index}: {carried:?}");
    }
    // The lists show the present stock nevertheless.
    let (found, _) = stores.catalogue.page(&filter("Light", None, ""), Sort::Newest, 0, 20).await.unwrap();
    assert_eq!(found.products.iter().map(|product| product.stock).collect::<Vec<_>>(), [7]);
}

#[tokio::test]
async fn a_page_whose_products_have_all_changed_goes_on_to_the_next() {
    let stores = TestStores::new().await;
    fill(&stores, "old lamp", "Light", 500, 3).await;
    let mut hidden = Vec::new();
    for number in 0..6 {
        hidden.push(stores.add(product(&format!("lamp {number}"), "Light", 500, 1)).await);
    }
    stores.index_all().await;
    for lamp in hidden {
        stores.products.save(&Product { revision: 2, is_active: false, ..lamp }).await.unwrap();
    }
    let (found, _) = stores.catalogue.page(&filter("", None, "lamp"), Sort::Newest, 0, 2).await.unwrap();
    assert_eq!(names(&found), ["old lamp 2", "old lamp 1"]);
}

/// Every other product of each kind is taken off sale.
pub(super) async fn half_of_sale(stores: &TestStores) {
    let (all, _) = stores.catalogue.page(&Filter::default(), Sort::Newest, 0, 1_000).await.unwrap();
    for product in all.products.into_iter().step_by(2) {
        let product = Product { is_active: false, revision: product.revision + 1, ..product };
        assert!(matches!(stores.products.save(&product).await.unwrap(), crate::store::Saved::Done));
    }
    stores.index_all().await;
}

pub(super) fn shown(shown: Shown, filter: Filter) -> Filter {
    Filter { shown, ..filter }
}

#[tokio::test]
async fn what_is_not_for_sale_is_listed_apart_and_together_with_the_rest_by_every_filter() {
    let stores = TestStores::new().await;
    fill(&stores, "red lamp", "Light", 500, 7).await;
    fill(&stores, "red chair", "Seats", 700, 5).await;
    fill(&stores, "blue lamp", "Light", 900, 4).await;
    stores.index_all().await;
    let filters = || {
        [
            filter("", None, ""),
            filter("Light", None, ""),
            filter("", Some((500, 700)), ""),
            filter("Light", Some((600, 1_000)), ""),
            filter("", None, "LAMP"),
            filter("", None, "red lamp"),
            filter("Light", Some((0, 600)), "red"),
        ]
    };
    let mut before = Vec::new();
    for filter in filters() {
        before.push(walk(&stores, &filter, 100).await);
    }
    half_of_sale(&stores).await;
    for (filter, before) in filters().into_iter().zip(before) {
        let of = |only| shown(only, filter.clone());
        let [active, inactive] =
            [walk(&stores, &of(Shown::Active), 100).await, walk(&stores, &of(Shown::Inactive), 100).await];
        assert!(!active.is_empty() && !inactive.is_empty(), "{filter:?}");
        assert!(active.iter().all(|name| !inactive.contains(name)), "{filter:?}");
        for limit in [1, 2, 3, 100] {
            assert_eq!(walk(&stores, &of(Shown::Everything), limit).await, before, "{filter:?}, {limit} a page");
            assert_eq!(walk(&stores, &of(Shown::Inactive), limit).await, inactive, "{filter:?}, {limit} a page");
            let (second, total) =
                stores.catalogue.page(&of(Shown::Everything), Sort::Newest, limit, limit).await.unwrap();
            let expected: Vec<&str> = before.iter().map(String::as_str).skip(limit).take(limit).collect();
            assert_eq!((names(&second), total), (expected, Total::Exact(before.len() as u64)), "{filter:?}");
        }
        let (_, total) = stores.catalogue.page(&of(Shown::Inactive), Sort::Newest, 0, 1).await.unwrap();
        assert_eq!(total, Total::Exact(inactive.len() as u64), "{filter:?}");
        let (_, total) = stores.catalogue.page(&of(Shown::Active), Sort::Newest, 0, 1).await.unwrap();
        assert_eq!(total, Total::Exact(active.len() as u64), "{filter:?}");
    }
}

/// A category may be called what it likes, and its products are still in no list but its own.
#[tokio::test]
async fn no_category_or_word_is_mistaken_for_what_is_not_for_sale() {
    let stores = TestStores::new().await;
    fill(&stores, "inactive lamp", "inactive", 500, 1).await;
    fill(&stores, "lamp", "Light", 500, 1).await;
    stores.index_all().await;
    for filter in [filter("", None, ""), filter("inactive", None, ""), filter("", None, "inactive lamp")] {
        assert_eq!(walk(&stores, &shown(Shown::Inactive, filter.clone()), 10).await, [""; 0], "{filter:?}");
    }
    assert_eq!(walk(&stores, &filter("inactive", None, ""), 10).await, ["inactive lamp 0"]);
}

#[tokio::test]
async fn a_hundred_products_are_read_by_id_in_one_call_and_in_order() {
    let stores = TestStores::new().await;
    let mut products =
        join_all((0..100).map(|number| stores.add(product(&format!("lamp {number}"), "Light", 500, 1)))).await;
    let hidden = Edit::of(serde_json::json!({"isActive": false}));
    let hidden = products[7].edited(hidden).unwrap();
    stores.products.save(&hidden).await.unwrap();
    products.reverse();
    let ids: Vec<String> = products.iter().map(|product| product.id.clone()).collect();
    stores.calls();
    let found = stores.catalogue.with_ids(&ids, Shown::Everything).await.unwrap();
    assert_eq!(stores.calls(), [("BatchGetItem".to_owned(), 1)]);
    let found_ids = |found: &[Product]| found.iter().map(|product| product.id.clone()).collect::<Vec<_>>();
    assert_eq!(found_ids(&found), ids);
    let missing = crate::domain::id::new();
    let few = [ids[3].clone(), missing, hidden.id.clone(), ids[1].clone()];
    for (shown, expected) in [
        (Shown::Active, vec![ids[3].clone(), ids[1].clone()]),
        (Shown::Inactive, vec![hidden.id.clone()]),
        (Shown::Everything, vec![ids[3].clone(), hidden.id.clone(), ids[1].clone()]),
    ] {
        assert_eq!(found_ids(&stores.catalogue.with_ids(&few, shown).await.unwrap()), expected);
    }
    assert!(stores.catalogue.with_ids(&[], Shown::Active).await.unwrap().is_empty());
}
