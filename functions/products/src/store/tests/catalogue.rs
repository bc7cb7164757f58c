use aws_sdk_dynamodb::types::ProjectionType;
use envelope::decode::FromQuery;
use futures_util::future::join_all;

use super::*;
use crate::domain::filter::{Filter, PriceRange, Search};
use crate::domain::product::Edit;
use crate::domain::product::tests::product;
use crate::domain::sale_state::Shown;
use crate::domain::text::CategoryParameter;
use crate::store::catalogue::Limits;
use crate::store::postings::Budget;
use crate::store::{ProductPage, Total};

fn filter(category: &str, prices: Option<(u64, u64)>, search: &str) -> Filter {
    Filter {
        shown: Shown::Active,
        category: CategoryParameter::from_query(category).unwrap().0,
        prices: prices.map(|(min, max)| PriceRange { min, max }),
        search: Search::of(search),
    }
}

fn names(found: &ProductPage) -> Vec<&str> {
    found.products.iter().map(|product| product.name.as_str()).collect()
}

/// Products named by their number, the newest last: `lamp 3` is the fourth.
async fn fill(stores: &TestStores, name: &str, category: &str, cents: u64, count: usize) {
    // Ids made in the same millisecond sort by a counter, so their order is the order of their making.
    let products: Vec<Product> =
        (0..count).map(|number| product(&format!("{name} {number}"), category, cents, 1)).collect();
    join_all(products.into_iter().map(|product| stores.add(product))).await;
}

/// Goes through a list by its cursor.
async fn walk(stores: &TestStores, filter: &Filter, limit: usize) -> Vec<String> {
    let (mut found, _) = stores.catalogue.page(filter, 0, limit).await.unwrap();
    let mut all = Vec::new();
    loop {
        all.extend(names(&found).into_iter().map(str::to_owned));
        let Some(next) = found.next else { return all };
        found = stores.catalogue.after(filter, &next, limit).await.unwrap();
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
        let (found, total) = stores.catalogue.page(&filter, 0, 20).await.unwrap();
        assert_eq!(names(&found), expected, "{filter:?}");
        assert_eq!((found.next, total), (None, Total::Exact(expected.len() as u64)), "{filter:?}");
        for limit in [1, 2, 5] {
            assert_eq!(walk(&stores, &filter, limit).await, expected, "{filter:?} by {limit}");
        }
        let (second, _) = stores.catalogue.page(&filter, 2, 2).await.unwrap();
        assert_eq!(names(&second), expected.iter().skip(2).take(2).copied().collect::<Vec<_>>(), "{filter:?}");
        let (past, total) = stores.catalogue.page(&filter, 40, 20).await.unwrap();
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
        let (found, _) = stores.catalogue.page(&filter, 0, 20).await.unwrap();
        assert_eq!(names(&found), expected, "{filter:?}");
    }
    stores.products.save(&Product { revision: 3, ..lamp }).await.unwrap();
    stores.index_all().await;
    let (found, total) = stores.catalogue.page(&filter("", None, "lamp"), 0, 20).await.unwrap();
    assert_eq!((names(&found), total), (vec!["chair lamp", "lamp"], Total::Exact(2)));
}

#[tokio::test]
async fn a_page_costs_the_same_however_many_products_there_are() {
    let stores = TestStores::new().await;
    fill(&stores, "rare lamp", "Light", 500, 5).await;
    fill(&stores, "chair", "Seats", 900, 30).await;
    stores.index_all().await;
    let filters = [
        filter("", None, ""),
        filter("Light", None, ""),
        filter("", None, "rare"),
        filter("", None, "rare lamp"),
        filter("", Some((400, 600)), ""),
        filter("Light", Some((400, 600)), "rare"),
    ];
    let mut costs = Vec::new();
    for _ in 0..2 {
        let mut cost = Vec::new();
        for filter in &filters {
            stores.calls();
            stores.catalogue.page(filter, 0, 5).await.unwrap();
            let used = stores.tables.dynamodb().calls().reset();
            let used: Vec<_> =
                used.into_values().flatten().map(|(name, used)| (name, used.calls, used.units)).collect();
            cost.push(used);
        }
        costs.push(cost);
        fill(&stores, "chair", "Seats", 900, 150).await;
        stores.index_all().await;
    }
    assert_eq!(costs[0], costs[1]);
    let kept: Vec<_> = costs[0][0].iter().map(|(name, calls, _)| (name.as_str(), *calls)).collect();
    assert_eq!(kept, [("BatchGetItem", 1), ("Query", 1)]);
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
    let (found, _) = stores.catalogue.page(&filter("Light", None, ""), 0, 20).await.unwrap();
    assert_eq!(found.products.iter().map(|product| product.stock).collect::<Vec<_>>(), [7]);
}

#[tokio::test]
async fn totals_that_are_not_kept_are_exact_up_to_the_cap() {
    let mut stores = TestStores::new().await;
    stores.catalogue.limits.max_total = 20;
    fill(&stores, "old", "Light", 500, 2).await;
    fill(&stores, "lamp", "Light", 700, 18).await;
    let dear = filter("", Some((600, 800)), "");
    let all = filter("", Some((1, 800)), "");
    let words = filter("", None, "lamp");
    stores.index_all().await;
    for (filter, total) in [(&dear, 18), (&all, 20), (&words, 18)] {
        assert_eq!(stores.catalogue.page(filter, 0, 20).await.unwrap().1, Total::Exact(total), "{filter:?}");
    }
    fill(&stores, "lamp", "Light", 700, 3).await;
    stores.index_all().await;
    for (filter, left) in [(&dear, 1), (&all, 3), (&words, 1)] {
        let (found, total) = stores.catalogue.page(filter, 0, 2).await.unwrap();
        assert_eq!((names(&found), total), (vec!["lamp 2", "lamp 1"], Total::AtLeast(20)), "{filter:?}");
        let (last, _) = stores.catalogue.page(filter, 15, 5).await.unwrap();
        assert_eq!((last.products.len(), last.next.is_some()), (5, true), "{filter:?}");
        let rest = stores.catalogue.after(filter, last.next.as_ref().unwrap(), 20).await.unwrap();
        assert_eq!((rest.products.len(), rest.next), (left, None), "{filter:?}");
    }
}

#[tokio::test]
async fn a_common_price_range_is_listed_the_same_under_any_limits() {
    let mut stores = TestStores::new().await;
    fill(&stores, "cheap", "Light", 500, 12).await;
    fill(&stores, "dear", "Light", 900, 30).await;
    let cheap = filter("Light", Some((1, 500)), "");
    let expected: Vec<String> = (0..12).rev().map(|number| format!("cheap {number}")).collect();
    for (cap, budget) in [(20, 100), (5, 100), (5, 10)] {
        stores.catalogue.limits.max_total = cap;
        stores.catalogue.limits.max_examined = budget;
        for limit in [1, 5, 11, 12] {
            assert_eq!(walk(&stores, &cheap, limit).await, expected, "{cap} {budget} {limit}");
        }
    }
}

#[tokio::test]
async fn a_common_price_range_far_back_stops_at_the_budget_with_a_cursor() {
    let mut stores = TestStores::new().await;
    stores.catalogue.limits = Limits { max_total: 5, max_examined: 10 };
    fill(&stores, "cheap", "Light", 500, 12).await;
    fill(&stores, "dear", "Light", 900, 30).await;
    let newest = stores.catalogue.page(&filter("Light", None, ""), 0, 42).await.unwrap().0.products;
    let cheap = filter("Light", Some((1, 500)), "");
    stores.calls();
    for before in [0, 5] {
        let (found, total) = stores.catalogue.page(&cheap, before, 5).await.unwrap();
        assert_eq!((found.products.len(), found.rows, total), (0, 0, Total::AtLeast(5)));
        assert_eq!(found.next.as_ref(), Some(&newest[9].id));
    }
    // For each, the keys up to the cap, the one run of the budget, and the keys up to the budget.
    assert_eq!(stores.calls(), [("Query".to_owned(), 6)]);
    let short = stores.catalogue.after(&cheap, &newest[21].id, 5).await.unwrap();
    assert_eq!((names(&short), short.next.as_ref()), (vec!["cheap 11", "cheap 10"], Some(&newest[31].id)));
}

/// 12 products of one price, older than more products than are examined.
#[tokio::test]
async fn a_price_range_older_than_the_budget_has_its_pages_while_it_can_be_sorted() {
    let mut stores = TestStores::new().await;
    stores.catalogue.limits = Limits { max_total: 5, max_examined: 12 };
    fill(&stores, "old", "Light", 500, 12).await;
    fill(&stores, "new", "Light", 900, 30).await;
    for category in ["", "Light"] {
        let old = filter(category, Some((500, 500)), "");
        let (found, total) = stores.catalogue.page(&old, 0, 5).await.unwrap();
        let expected = ["old 11", "old 10", "old 9", "old 8", "old 7"];
        assert_eq!((names(&found), total), (expected.to_vec(), Total::AtLeast(5)), "{category}");
        let (found, _) = stores.catalogue.page(&old, 10, 5).await.unwrap();
        assert_eq!((names(&found), found.next.as_ref()), (vec!["old 1", "old 0"], None), "{category}");
        for limit in [1, 5, 12] {
            assert_eq!(walk(&stores, &old, limit).await.len(), 12, "{category} {limit}");
        }
    }
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
    let (found, _) = stores.catalogue.page(&filter("", None, "lamp"), 0, 2).await.unwrap();
    assert_eq!(names(&found), ["old lamp 2", "old lamp 1"]);
}

#[tokio::test]
async fn a_run_of_characters_is_found_in_one_piece_only() {
    let stores = TestStores::new().await;
    let add = async |name: &str| _ = stores.add(product(name, "Light", 500, 1)).await;
    add("红色台灯泡 0").await;
    for number in 0..150 {
        add(&format!("台灯 灯泡 {number}")).await;
    }
    add("红色台灯泡 1").await;
    stores.index_all().await;
    let search = filter("", None, "台灯泡");
    let (found, total) = stores.catalogue.page(&search, 0, 20).await.unwrap();
    assert_eq!((names(&found), total), (vec!["红色台灯泡 1", "红色台灯泡 0"], Total::Exact(2)));
    let (second, _) = stores.catalogue.page(&search, 1, 1).await.unwrap();
    assert_eq!(names(&second), ["红色台灯泡 0"]);
    for limit in [1, 2, 5] {
        assert_eq!(walk(&stores, &search, limit).await, ["红色台灯泡 1", "红色台灯泡 0"], "{limit}");
    }
    let (found, total) = stores.catalogue.page(&filter("", None, "台灯"), 0, 20).await.unwrap();
    assert_eq!((found.products.len(), total), (20, Total::Exact(152)));
}

#[tokio::test]
async fn words_that_rarely_occur_together_are_found_page_by_page_within_the_budget() {
    let mut stores = TestStores::new().await;
    fill(&stores, "red blue", "Light", 500, 2).await;
    for _ in 0..10 {
        fill(&stores, "red", "Light", 500, 1).await;
        fill(&stores, "blue", "Light", 500, 1).await;
    }
    stores.index_all().await;
    let both = filter("", None, "red blue");
    stores.catalogue.postings.block_size = 2;
    for (blocks, lookups) in [(1, 100), (3, 100), (100, 1), (100, 3)] {
        stores.catalogue.postings.budget = Budget { blocks, lookups };
        stores.calls();
        let (found, total) = stores.catalogue.page(&both, 0, 5).await.unwrap();
        assert_eq!((found.products.len(), total), (0, Total::AtLeast(0)), "{blocks} {lookups}");
        assert!(found.next.is_some());
        let calls: u64 = stores.calls().iter().map(|(_, calls)| calls).sum();
        // A block of each word, and then no more blocks and batches of look-ups than the budget has.
        assert!(calls <= 2 + 2 * blocks.min(lookups + 1) as u64, "{calls} for {blocks} {lookups}");
        for limit in [1, 2, 5] {
            assert_eq!(walk(&stores, &both, limit).await, ["red blue 1", "red blue 0"], "{blocks} {lookups}");
        }
    }
}

/// Every third product has one word, every fifth another, and so on: what a search finds is known without it.
#[tokio::test]
async fn words_common_and_rare_are_found_together_through_blocks_of_any_size() {
    let mut stores = TestStores::new().await;
    let words = [("all", 1), ("three", 3), ("five", 5), ("late", 31)];
    let numbers: Vec<usize> = (0..60).collect();
    for number in &numbers {
        let name: Vec<&str> = words.iter().filter(|(_, every)| number % every == 0).map(|(word, _)| *word).collect();
        stores.add(product(&format!("{} n{number}", name.join(" ")), "Light", 100 + *number as u64, 1)).await;
    }
    stores.index_all().await;
    for (at_once, blocks, lookups) in [(2, 100, 1_000), (7, 100, 1_000), (1_001, 1, 5_000), (7, 2, 5), (2, 3, 2)] {
        stores.catalogue.postings.block_size = at_once;
        stores.catalogue.postings.budget = Budget { blocks, lookups };
        for (search, every) in [
            ("all", 1),
            ("three", 3),
            ("all three", 3),
            ("three five", 15),
            ("five late all", 155),
            ("all n7", 0),
            ("none all", 0),
        ] {
            let expected: Vec<String> = numbers
                .iter()
                .rev()
                .filter(|number| if every == 0 { search == "all n7" && **number == 7 } else { *number % every == 0 })
                .map(|number| format!("n{number}"))
                .collect();
            let filter = filter("", Some((100, 158)), search);
            for limit in [3, 100] {
                let found = walk(&stores, &filter, limit).await;
                let found: Vec<&str> = found.iter().filter_map(|name| name.split(' ').next_back()).collect();
                let expected: Vec<&String> = expected.iter().filter(|name| *name != "n59").collect();
                assert_eq!(found, expected, "{search:?} by {limit}, {at_once} at once, {blocks} {lookups}");
            }
        }
    }
}

/// Every other product of each kind is taken off sale.
async fn half_of_sale(stores: &TestStores) {
    let (all, _) = stores.catalogue.page(&Filter::default(), 0, 1_000).await.unwrap();
    for product in all.products.into_iter().step_by(2) {
        let product = Product { is_active: false, revision: product.revision + 1, ..product };
        assert!(matches!(stores.products.save(&product).await.unwrap(), crate::store::Saved::Done));
    }
    stores.index_all().await;
}

fn shown(shown: Shown, filter: Filter) -> Filter {
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
            let (second, total) = stores.catalogue.page(&of(Shown::Everything), limit, limit).await.unwrap();
            let expected: Vec<&str> = before.iter().map(String::as_str).skip(limit).take(limit).collect();
            assert_eq!((names(&second), total), (expected, Total::Exact(before.len() as u64)), "{filter:?}");
        }
        let (_, total) = stores.catalogue.page(&of(Shown::Inactive), 0, 1).await.unwrap();
        assert_eq!(total, Total::Exact(inactive.len() as u64), "{filter:?}");
        let (_, total) = stores.catalogue.page(&of(Shown::Active), 0, 1).await.unwrap();
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

/// Where one of two lists stops for its budget, the other may not go on past it: products between would be left out.
#[tokio::test]
async fn a_budget_that_one_list_spends_leaves_nothing_out_of_both() {
    let mut stores = TestStores::new().await;
    fill(&stores, "cheap lamp", "Light", 100, 20).await;
    fill(&stores, "dear lamp", "Light", 900, 20).await;
    fill(&stores, "cheap chair", "Seats", 100, 6).await;
    stores.index_all().await;
    let everything = shown(Shown::Everything, filter("", Some((0, 200)), ""));
    let words = shown(Shown::Everything, filter("", None, "cheap lamp"));
    let expected = [walk(&stores, &everything, 100).await, walk(&stores, &words, 100).await];
    half_of_sale(&stores).await;
    stores.catalogue.limits = Limits { max_total: 3, max_examined: 5 };
    stores.catalogue.postings.block_size = 4;
    stores.catalogue.postings.budget = Budget { blocks: 1, lookups: 3 };
    for limit in [1, 3, 7] {
        assert_eq!(walk(&stores, &everything, limit).await, expected[0], "{limit} a page");
        assert_eq!(walk(&stores, &words, limit).await, expected[1], "{limit} a page");
    }
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
