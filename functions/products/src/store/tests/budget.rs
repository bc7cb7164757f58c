//! What a page costs, and what is shown where its budget ends.

use super::catalogue::{fill, filter, half_of_sale, names, shown, walk};
use super::*;
use crate::domain::sale_state::Shown;
use crate::domain::sort::Sort;
use crate::store::Total;
use crate::store::matches::Limits;
use crate::store::postings::Budget;

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
        assert_eq!(
            stores.catalogue.page(filter, Sort::Newest, 0, 20).await.unwrap().1,
            Total::Exact(total),
            "{filter:?}"
        );
    }
    fill(&stores, "lamp", "Light", 700, 3).await;
    stores.index_all().await;
    for (filter, left) in [(&dear, 1), (&all, 3), (&words, 1)] {
        let (found, total) = stores.catalogue.page(filter, Sort::Newest, 0, 2).await.unwrap();
        assert_eq!((names(&found), total), (vec!["lamp 2", "lamp 1"], Total::AtLeast(20)), "{filter:?}");
        let (last, _) = stores.catalogue.page(filter, Sort::Newest, 15, 5).await.unwrap();
        assert_eq!((last.products.len(), last.next.is_some()), (5, true), "{filter:?}");
        let rest = stores.catalogue.after(filter, Sort::Newest, last.next.as_ref().unwrap(), 20).await.unwrap();
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
    stores.catalogue.limits = Limits { max_total: 5, max_examined: 10, max_compared: 10 };
    fill(&stores, "cheap", "Light", 500, 12).await;
    fill(&stores, "dear", "Light", 900, 30).await;
    let newest = stores.catalogue.page(&filter("Light", None, ""), Sort::Newest, 0, 42).await.unwrap().0.products;
    let cheap = filter("Light", Some((1, 500)), "");
    stores.calls();
    // Whichever the page: else what is between two ends would be on none.
    for before in [0, 5] {
        let (found, total) = stores.catalogue.page(&cheap, Sort::Newest, before, 5).await.unwrap();
        assert_eq!((found.products.len(), found.rows, total), (0, 0, Total::AtLeast(5)));
        assert_eq!(found.next.as_ref(), Some(&newest[9].id));
    }
    // For each, the keys of the range up to what is sorted, and the one run of the budget.
    assert_eq!(stores.calls(), [("Query".to_owned(), 4)]);
    let short = stores.catalogue.after(&cheap, Sort::Newest, &newest[19].id, 5).await.unwrap();
    assert_eq!((names(&short), short.next.as_ref()), (vec![], Some(&newest[29].id)));
    let full = stores.catalogue.after(&cheap, Sort::Newest, &newest[29].id, 2).await.unwrap();
    assert_eq!((names(&full), full.next.as_ref()), (vec!["cheap 11", "cheap 10"], Some(&newest[31].id)));
}

/// Some of the matches are on the first page, which the budget cuts short: the next page by number leads on from there.
#[tokio::test]
async fn pages_by_number_end_where_the_first_one_ends() {
    let mut stores = TestStores::new().await;
    stores.catalogue.limits = Limits { max_total: 5, max_examined: 10, max_compared: 10 };
    fill(&stores, "old", "Light", 500, 12).await;
    fill(&stores, "dear", "Light", 900, 30).await;
    fill(&stores, "new", "Light", 500, 3).await;
    let cheap = filter("Light", Some((1, 500)), "");
    let (first, _) = stores.catalogue.page(&cheap, Sort::Newest, 0, 5).await.unwrap();
    assert_eq!(names(&first), ["new 2", "new 1", "new 0"]);
    let (second, _) = stores.catalogue.page(&cheap, Sort::Newest, 5, 5).await.unwrap();
    assert_eq!((names(&second), second.next.as_ref()), (vec![], first.next.as_ref()));
    for limit in [1, 4, 5, 15] {
        assert_eq!(walk(&stores, &cheap, limit).await.len(), 15, "{limit}");
    }
}

#[tokio::test]
async fn a_product_that_is_found_at_two_places_is_read_once() {
    let stores = TestStores::new().await;
    fill(&stores, "lamp", "Light", 500, 2).await;
    let (page, _) = stores.catalogue.page(&filter("Light", None, ""), Sort::Newest, 0, 2).await.unwrap();
    let ids: Vec<String> = [0, 1, 0].iter().map(|number| page.products[*number].id.clone()).collect();
    assert_eq!(stores.catalogue.listings.products(&ids).await.unwrap(), page.products);
}

/// 12 products of one price, older than more products than are examined.
#[tokio::test]
async fn a_price_range_older_than_the_budget_has_its_pages_while_it_can_be_sorted() {
    let mut stores = TestStores::new().await;
    stores.catalogue.limits = Limits { max_total: 5, max_examined: 12, max_compared: 10 };
    fill(&stores, "old", "Light", 500, 12).await;
    fill(&stores, "new", "Light", 900, 30).await;
    for category in ["", "Light"] {
        let old = filter(category, Some((500, 500)), "");
        let (found, total) = stores.catalogue.page(&old, Sort::Newest, 0, 5).await.unwrap();
        let expected = ["old 11", "old 10", "old 9", "old 8", "old 7"];
        assert_eq!((names(&found), total), (expected.to_vec(), Total::AtLeast(5)), "{category}");
        let (found, _) = stores.catalogue.page(&old, Sort::Newest, 10, 5).await.unwrap();
        assert_eq!((names(&found), found.next.as_ref()), (vec!["old 1", "old 0"], None), "{category}");
        for limit in [1, 5, 12] {
            assert_eq!(walk(&stores, &old, limit).await.len(), 12, "{category} {limit}");
        }
    }
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
    for (postings, lookups) in [(2, 100), (6, 100), (100, 1)] {
        stores.catalogue.postings.budget = Budget { postings, lookups };
        stores.calls();
        let (found, total) = stores.catalogue.page(&both, Sort::Newest, 0, 5).await.unwrap();
        assert_eq!((found.products.len(), total), (0, Total::AtLeast(0)), "{postings} {lookups}");
        assert!(found.next.is_some());
        let calls: u64 = stores.calls().iter().map(|(_, calls)| calls).sum();
        // A block of each word, one more of the rarest, and a batch of look-ups for each block.
        assert!(calls <= 5, "{calls} for {postings} {lookups}");
        for limit in [1, 2, 5] {
            assert_eq!(walk(&stores, &both, limit).await, ["red blue 1", "red blue 0"], "{postings} {lookups}");
        }
    }
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
    stores.catalogue.limits = Limits { max_total: 3, max_examined: 5, max_compared: 4 };
    stores.catalogue.postings.block_size = 4;
    stores.catalogue.postings.budget = Budget { postings: 4, lookups: 3 };
    for limit in [1, 3, 7] {
        assert_eq!(walk(&stores, &everything, limit).await, expected[0], "{limit} a page");
        assert_eq!(walk(&stores, &words, limit).await, expected[1], "{limit} a page");
    }
}
