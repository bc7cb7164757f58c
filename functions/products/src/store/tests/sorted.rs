use envelope::decode::FromQuery;
use futures_util::future::join_all;
use serde_json::json;

use super::*;
use crate::domain::filter::{Filter, PriceRange, Search};
use crate::domain::product::Edit;
use crate::domain::product::tests::product;
use crate::domain::sale_state::Shown;
use crate::domain::sort::Sort;
use crate::domain::text::CategoryParameter;
use crate::store::Total;
use crate::store::matches::Limits;
use crate::store::postings::Budget;

const SORTS: [Sort; 5] = [Sort::Newest, Sort::Oldest, Sort::PriceAsc, Sort::PriceDesc, Sort::Name];

/// Forty products of two categories, some of one price or one name.
async fn market(stores: &TestStores) -> Vec<Product> {
    let names = ["red lamp", "Red lamp", "blue lamp", "Écru chair", "azure chair", "lamp"];
    let made = (0..40_u64).map(|number| {
        let name = names[number as usize % names.len()];
        let category = if number % 3 == 0 { "Light" } else { "Seats" };
        product(name, category, 100 + number * 7 % 11 * 10, number)
    });
    let mut products: Vec<Product> = made.collect();
    join_all(products.iter().map(|product| stores.add(product.clone()))).await;
    for product in products.iter_mut().skip(4).step_by(9) {
        *product = product.edited(Edit::of(json!({"isActive": false}))).unwrap();
        stores.products.save(product).await.unwrap();
    }
    stores.index_all().await;
    products
}

fn filters() -> Vec<Filter> {
    let mut filters = Vec::new();
    for shown in [Shown::Active, Shown::Inactive, Shown::Everything] {
        for category in ["", "Light"] {
            for prices in [None, Some((120, 180)), Some((0, 100)), Some((5_000, 6_000))] {
                for search in ["", "lamp", "red lamp", "nothing"] {
                    filters.push(Filter {
                        shown,
                        category: CategoryParameter::from_query(category).unwrap().0,
                        prices: prices.map(|(min, max)| PriceRange { min, max }),
                        search: Search::of(search),
                    });
                }
            }
        }
    }
    filters
}

/// What a list has to be: all that match, sorted in memory.
fn expected(products: &[Product], filter: &Filter, sort: Sort) -> Vec<String> {
    let matching = products.iter().filter(|product| filter.still_matches(product));
    let mut positions: Vec<(String, String)> =
        matching.map(|product| (sort.position(product), product.id.clone())).collect();
    positions.sort_unstable();
    if sort.is_descending() {
        positions.reverse();
    }
    positions.into_iter().map(|(_, id)| id).collect()
}

/// Goes through a list by its cursor.
async fn walk(stores: &TestStores, filter: &Filter, sort: Sort, limit: usize) -> (Vec<String>, Total) {
    let (mut page, total) = stores.catalogue.page(filter, sort, 0, limit).await.unwrap();
    let mut ids = Vec::new();
    loop {
        assert!(page.products.len() <= limit);
        ids.extend(page.products.into_iter().map(|product| product.id));
        let Some(next) = page.next else { return (ids, total) };
        page = stores.catalogue.after(filter, sort, &next, limit).await.unwrap();
    }
}

#[tokio::test]
async fn every_filter_has_every_order() {
    let stores = TestStores::new().await;
    let products = market(&stores).await;
    for filter in filters() {
        for sort in SORTS {
            let expected = expected(&products, &filter, sort);
            let (all, total) = walk(&stores, &filter, sort, 7).await;
            assert_eq!((all, total), (expected.clone(), Total::Exact(expected.len() as u64)), "{filter:?} {sort:?}");
            let (page, _) = stores.catalogue.page(&filter, sort, 3, 4).await.unwrap();
            let page: Vec<String> = page.products.into_iter().map(|product| product.id).collect();
            assert_eq!(page, expected.into_iter().skip(3).take(4).collect::<Vec<_>>(), "{filter:?} {sort:?}");
        }
    }
}

/// With limits that a shop of a hundred thousand products meets, each list is walked and still complete.
#[tokio::test]
async fn what_is_too_much_to_sort_is_walked_in_order() {
    let mut stores = TestStores::new().await;
    let products = market(&stores).await;
    stores.catalogue.limits = Limits { max_total: 3, max_examined: 9, max_compared: 6 };
    stores.catalogue.postings.budget = Budget { postings: 8, lookups: 10 };
    stores.catalogue.postings.block_size = 4;
    for filter in filters() {
        for sort in SORTS {
            let expected = expected(&products, &filter, sort);
            let (all, _) = walk(&stores, &filter, sort, 5).await;
            assert_eq!(all, expected, "{filter:?} {sort:?}");
        }
    }
}

#[tokio::test]
async fn a_cursor_goes_on_where_its_row_was() {
    let stores = TestStores::new().await;
    let mut products = market(&stores).await;
    let filter = Filter::default();
    for sort in SORTS {
        let before = expected(&products, &filter, sort);
        let (page, _) = stores.catalogue.page(&filter, sort, 0, 5).await.unwrap();
        let (last, next) = (before[4].clone(), page.next.unwrap());
        // The page's last row moves to another place in each list, but for those by time.
        let at = products.iter().position(|product| product.id == last).unwrap();
        let edit = json!({"price": 9.99, "name": format!("zinc {sort:?}")});
        products[at] = products[at].edited(Edit::of(edit)).unwrap();
        stores.products.save(&products[at]).await.unwrap();
        stores.index_all().await;
        let mut rest = Vec::new();
        let mut position = Some(next);
        while let Some(next) = position {
            let page = stores.catalogue.after(&filter, sort, &next, 5).await.unwrap();
            rest.extend(page.products.into_iter().map(|product| product.id));
            position = page.next;
        }
        rest.retain(|id| *id != last);
        assert_eq!(rest, before[5..], "{sort:?}");
    }
}

/// Others are edited all the time, in all that lists and searches go by.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stays_is_listed_once_and_in_order_however_others_move() {
    for is_walked in [false, true] {
        let mut stores = TestStores::new().await;
        let products = market(&stores).await;
        if is_walked {
            stores.catalogue.limits = Limits { max_total: 3, max_examined: 9, max_compared: 6 };
            stores.catalogue.postings.budget = Budget { postings: 8, lookups: 10 };
            stores.catalogue.postings.block_size = 4;
        }
        let (mut moving, mut staying) = (Vec::new(), Vec::new());
        for (at, product) in products.into_iter().enumerate() {
            if at % 3 == 1 { moving.push(product) } else { staying.push(product) }
        }
        let edits = async {
            for round in 0_u64.. {
                for (at, product) in moving.iter_mut().enumerate() {
                    let number = round * 13 + at as u64;
                    let name = ["red lamp", "chair", "lamp 2"][number as usize % 3];
                    let category = ["Light", "Seats"][number as usize % 2];
                    let price = 1.0 + (number % 11) as f64 / 10.0;
                    let is_active = !number.is_multiple_of(5);
                    let edit = json!({"price": price, "name": name, "category": category, "isActive": is_active});
                    if let Some(edited) = product.edited(Edit::of(edit)) {
                        stores.products.save(&edited).await.unwrap();
                        *product = edited;
                    }
                }
                stores.index_all().await;
            }
        };
        let walks = async {
            for filter in filters().into_iter().step_by(7) {
                for sort in SORTS {
                    let (mut seen, _) = walk(&stores, &filter, sort, 3).await;
                    seen.retain(|id| staying.iter().any(|product| product.id == *id));
                    assert_eq!(seen, expected(&staying, &filter, sort), "{filter:?} {sort:?}");
                }
            }
        };
        tokio::select! {
            () = edits => {}
            () = walks => {}
        }
    }
}

/// Postings that an earlier version wrote have no name.
#[tokio::test]
async fn what_is_found_by_postings_without_names_is_sorted_by_name() {
    let stores = TestStores::new().await;
    let products = market(&stores).await;
    let scan = stores.tables.client().scan().table_name("ProductIndexTable").into_paginator().items().send();
    let items: Vec<tables::Item> = scan.collect::<Result<_, _>>().await.unwrap();
    let mut postings = 0;
    for item in items.into_iter().filter(|item| item["list"].as_s().unwrap().starts_with("word#")) {
        let key = ["list", "id"].map(|name| (name.to_owned(), item[name].clone())).into();
        let update = stores.tables.client().update_item().table_name("ProductIndexTable").set_key(Some(key));
        let update = update.update_expression("REMOVE #name").expression_attribute_names("#name", "name");
        update.send().await.unwrap();
        postings += 1;
    }
    assert!(postings > 40);
    for filter in filters().into_iter().filter(|filter| filter.search.is_some()) {
        let expected = expected(&products, &filter, Sort::Name);
        let total = Total::Exact(expected.len() as u64);
        assert_eq!(walk(&stores, &filter, Sort::Name, 7).await, (expected, total), "{filter:?}");
    }
}

#[tokio::test]
async fn a_row_whose_product_has_moved_is_left_out_until_it_is_indexed() {
    let stores = TestStores::new().await;
    let lamp = stores.add(product("lamp", "Light", 500, 1)).await;
    stores.index_all().await;
    let dearer = lamp.edited(Edit::of(json!({"price": 7}))).unwrap();
    stores.products.save(&dearer).await.unwrap();
    let (page, _) = stores.catalogue.page(&Filter::default(), Sort::PriceAsc, 0, 5).await.unwrap();
    assert_eq!((page.products, page.rows), (vec![], 1));
    stores.index_all().await;
    let (page, total) = stores.catalogue.page(&Filter::default(), Sort::PriceAsc, 0, 5).await.unwrap();
    assert_eq!((page.products, total), (vec![dearer], Total::Exact(1)));
}

/// Whatever a client makes up as a position is one in the list, or before or behind it.
#[tokio::test]
async fn a_position_may_be_any_text() {
    let stores = TestStores::new().await;
    market(&stores).await;
    let prices = Filter { prices: Some(PriceRange { min: 120, max: 180 }), ..Filter::default() };
    for filter in [Filter::default(), prices] {
        for sort in SORTS {
            for position in ["\0", "!", "x", "\n", "\u{10ffff}\u{10ffff}"] {
                stores.catalogue.after(&filter, sort, position, 5).await.unwrap();
            }
        }
    }
}
