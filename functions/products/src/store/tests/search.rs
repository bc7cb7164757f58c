use super::catalogue::{filter, names, walk};
use super::*;
use crate::domain::sort::Sort;
use crate::store::Total;
use crate::store::postings::Budget;

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
    // A hundred products are read to compare them.
    let (found, total) = stores.catalogue.page(&search, Sort::Newest, 0, 20).await.unwrap();
    assert_eq!((names(&found), total), (vec!["红色台灯泡 1"], Total::AtLeast(1)));
    let rest = stores.catalogue.after(&search, Sort::Newest, &found.next.unwrap(), 20).await.unwrap();
    assert_eq!((names(&rest), rest.next.as_ref()), (vec!["红色台灯泡 0"], None));
    for limit in [1, 2, 5] {
        assert_eq!(walk(&stores, &search, limit).await, ["红色台灯泡 1", "红色台灯泡 0"], "{limit}");
    }
    let (found, total) = stores.catalogue.page(&filter("", None, "台灯"), Sort::Newest, 0, 20).await.unwrap();
    assert_eq!((found.products.len(), total), (20, Total::AtLeast(100)));
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
    for (at_once, postings, lookups) in [(2, 1_000, 1_000), (7, 1_000, 1_000), (200, 200, 5_000), (7, 14, 5), (2, 6, 2)]
    {
        stores.catalogue.postings.block_size = at_once;
        stores.catalogue.postings.budget = Budget { postings, lookups };
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
                assert_eq!(found, expected, "{search:?} by {limit}, {at_once} at once, {postings} {lookups}");
            }
        }
    }
}
