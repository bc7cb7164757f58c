//! What a page costs by any filter in any order, among a hundred products and among a thousand, with a tenth of the limits: as
//! among a thousand and ten thousand.

use envelope::decode::FromQuery;
use futures_util::future::join_all;

use super::*;
use crate::domain::filter::{Filter, PriceRange, Search};
use crate::domain::product::tests::product;
use crate::domain::sale_state::Shown;
use crate::domain::sort::Sort;
use crate::domain::text::CategoryParameter;
use crate::store::matches::Limits;
use crate::store::postings::Budget;

const SORTS: [Sort; 5] = [Sort::Newest, Sort::Oldest, Sort::PriceAsc, Sort::PriceDesc, Sort::Name];

async fn limited() -> TestStores {
    let mut stores = TestStores::new().await;
    stores.catalogue.limits = Limits { max_total: 10, max_examined: 20, max_compared: 10 };
    stores.catalogue.postings.budget = Budget { postings: 100, lookups: 10 };
    stores.catalogue.postings.block_size = 20;
    stores
}

/// The products of these numbers: eight walnut benches first, and then lamps, of which half are red and a few are brass. A tenth
/// is not for sale.
async fn fill(stores: &TestStores, numbers: std::ops::Range<u64>) {
    for first in numbers.clone().step_by(50) {
        let made = (first..numbers.end.min(first + 50)).map(|number| {
            let (name, category, cents) = match number {
                0..8 => ("walnut bench", "Benches", 90_000 + number),
                _ if number % 20 == 0 => ("red brass lamp", "Light", 50_000 + number),
                _ if number % 2 == 0 => ("red iron lamp", "Light", 1_000 + number),
                _ => ("blue iron lamp", "Light", 1_000 + number),
            };
            let product = product(&format!("{name} {}", number % 7), category, cents, 1);
            stores.add(Product { is_active: number % 10 != 9, ..product })
        });
        join_all(made).await;
    }
    stores.index_all().await;
}

fn filters() -> Vec<Filter> {
    let mut filters = Vec::new();
    for shown in [Shown::Active, Shown::Everything] {
        for category in ["", "Light", "Benches"] {
            for prices in [None, Some((0, 60_000)), Some((50_000, 60_000)), Some((90_000, 99_000))] {
                for search in ["", "lamp", "red lamp", "brass", "red brass lamp", "walnut bench", "blue red"] {
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

/// What a page may take: calls, and read units beyond those of its products.
fn most(filter: &Filter, sort: Sort) -> (u64, f64) {
    let lists = if filter.shown == Shown::Everything { 2 } else { 1 };
    let (calls, units) = match (&filter.search, filter.prices) {
        // The rows, and the products with the totals.
        (None, None) => return (lists + 1, 0.5 * lists as f64 + 0.5 * lists as f64),
        (None, Some(_)) => (2, 1.5),
        // A block of each of three words, one more of each, and two batches of look-ups.
        (Some(_), _) if sort.is_by_time() => (8, 9.0),
        // Instead of look-ups, a block of the list and the products in it that are compared.
        (Some(_), _) => (8, 10.0),
    };
    (calls * lists + 1, units * lists as f64)
}

#[tokio::test]
async fn any_filter_in_any_order_keeps_to_its_budget_however_many_products_there_are() {
    let stores = limited().await;
    if !stores.tables.counts_units() {
        return;
    }
    for size in [0..100, 100..1_000] {
        fill(&stores, size.clone()).await;
        for filter in filters() {
            for sort in SORTS {
                stores.tables.dynamodb().calls().reset();
                let (page, total) = stores.catalogue.page(&filter, sort, 0, 2).await.unwrap();
                let used = stores.tables.dynamodb().calls().reset();
                let used: Vec<_> = used.into_values().flatten().map(|(_, used)| used).collect();
                let calls: u64 = used.iter().map(|used| used.calls).sum();
                let units = used.iter().map(|used| used.units).sum::<f64>() - 0.5 * page.products.len() as f64;
                let (most_calls, most_units) = most(&filter, sort);
                let is_kept = filter.search.is_none() && filter.prices.is_none();
                assert!(
                    calls <= most_calls && units <= most_units && (is_kept || total.count() <= 10),
                    "{calls} calls, {units} units, {total:?}, of {size:?}: {filter:?} {sort:?}"
                );
            }
        }
    }
}

/// What matches is the same few products: so is the cost.
#[tokio::test]
async fn what_matches_few_products_costs_the_same_however_many_others_there_are() {
    let stores = limited().await;
    if !stores.tables.counts_units() {
        return;
    }
    let mut costs: Vec<Vec<(u64, f64)>> = Vec::new();
    for size in [0..100, 100..1_000] {
        fill(&stores, size).await;
        let mut cost = Vec::new();
        for filter in filters() {
            let is_few = filter.category.as_ref().is_some_and(|category| category.as_str() == "Benches")
                || filter.search == Search::of("walnut bench");
            if filter.search.is_some() && filter.search != Search::of("walnut bench")
                || !is_few && filter.prices.is_some()
            {
                continue;
            }
            for sort in SORTS {
                stores.tables.dynamodb().calls().reset();
                stores.catalogue.page(&filter, sort, 0, 5).await.unwrap();
                let used = stores.tables.dynamodb().calls().reset();
                let used = used.into_values().flatten().map(|(_, used)| used);
                cost.push(used.fold((0, 0.0), |(calls, units), used| (calls + used.calls, units + used.units)));
            }
        }
        costs.push(cost);
    }
    assert!(costs[0].len() >= 100, "{}", costs[0].len());
    assert_eq!(costs[0], costs[1]);
}

/// The rows of both lists, side by side; and the products with both totals.
#[tokio::test]
async fn a_page_of_everything_takes_three_calls_and_one_of_a_list_two() {
    let stores = limited().await;
    fill(&stores, 0..60).await;
    for (shown, queries) in [(Shown::Everything, 2), (Shown::Active, 1), (Shown::Inactive, 1)] {
        for category in ["", "Light"] {
            for sort in SORTS {
                let category = CategoryParameter::from_query(category).unwrap().0;
                let filter = Filter { shown, category, ..Filter::default() };
                stores.calls();
                stores.catalogue.page(&filter, sort, 0, 4).await.unwrap();
                let calls = [("BatchGetItem".to_owned(), 1), ("Query".to_owned(), queries)];
                assert_eq!(stores.calls(), calls, "{filter:?} {sort:?}");
            }
        }
    }
}
