//! The end of a history: everything comes to rest and is compared with the model.

use serde_json::Value;
use tests::Request;

use super::Shop;
use super::perform::sent;
use crate::history::{CATEGORIES, CUSTOMERS, Filter, Operation, Step, WORDS};

impl Shop<'_> {
    pub(super) async fn end(&mut self) {
        self.held_up.clear();
        self.settle_down().await;
        self.model.is_quiet = false;
        self.come_to_rest().await;
        for customer in 0..CUSTOMERS {
            let rows = self.orders(customer).await;
            self.model.find_orders(customer, &rows);
        }
        // What is held now is held for nobody.
        self.time_out_holds().await;
        self.stack.sweep().await;
        self.stack.hurried().await;

        self.compare_replays().await;
        for customer in 0..CUSTOMERS {
            self.model.compare_final_orders(customer, &self.orders(customer).await);
            let token = &self.customers[customer].token;
            let notifications =
                async |query| all(|path| self.stack.get(path).token(token), "/api/notifications", query).await;
            self.model.compare_notifications(
                customer,
                &notifications("limit=7").await,
                &notifications("unread=true").await,
            );
        }
        self.compare_products().await;
        assert!(self.stack.dead_letters().await.is_empty(), "dead letters: {:?}", self.stack.dead_letters().await);
    }

    /// Every request under a key that placed an order is answered as it was the first time.
    async fn compare_replays(&self) {
        for (purchase, basket, first) in self.model.replays() {
            let Some(request) = self.order(purchase, &basket) else { continue };
            let reply = sent(request).await;
            assert!(reply.status == 201 && reply.is_replayed, "order {purchase}, sent again: {reply:?}");
            assert_eq!(reply.body["data"], first, "order {purchase}, sent again");
        }
    }

    async fn compare_products(&mut self) {
        let books = self.stack.books().await;
        for (number, product) in &self.model.products {
            let shown = self.product(&product.id).await;
            let units = books.get(&product.id).copied().unwrap_or_default();
            self.model.compare_final_product(*number, &shown, units);
        }
        let stored = self.stack.items("ProductsTable").await;
        let with = |is_active: bool| stored.iter().filter(|product| product["isActive"] == is_active).count();
        for (list, total) in [
            ("/api/products?limit=1", with(true)),
            ("/api/admin/products?limit=1", with(true) + with(false)),
            ("/api/admin/products?limit=1&active=false", with(false)),
        ] {
            let all = self.stack.get(list).token(&self.admin.token).send().await;
            assert_eq!(all.body["meta"]["pagination"]["total"], total, "{list}: {all}");
        }
        let of = |number: usize, word, max_price| Filter { category: number, word, max_price };
        let index = self.stack.items("ProductIndexTable").await;
        for category in 0..CATEGORIES.len() {
            // The only page of a list tells how many rows it has: the total that is kept shows where more pages follow.
            let id = format!("category#{}", self.model.categories[category]);
            let kept = index.iter().find(|item| item["list"] == "count" && item["id"] == id.as_str());
            let kept = kept.map_or(Some(0), |item| item["total"].as_i64());
            assert_eq!(kept, Some(self.model.for_sale(category)), "the total that is kept of {id}");
            let words = WORDS.into_iter().map(|word| of(category, Some(word), None));
            let filters = words.chain([of(category, None, None), of(category, None, Some(999))]);
            for filter in filters {
                let reply = sent(self.stack.get(&self.path_of(&filter))).await;
                self.model.is_quiet = true;
                self.model.take_in(&Step(vec![Operation::Browse(filter)]), &[Some(reply)]);
            }
        }
    }

    async fn orders(&self, customer: usize) -> Vec<Value> {
        let token = &self.customers[customer].token;
        all(|path| self.stack.get(path).token(token), "/api/orders", "limit=3").await
    }
}

/// All rows of a list, page by page.
async fn all<'s>(get: impl Fn(&str) -> Request<'s>, path: &str, query: &str) -> Vec<Value> {
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    loop {
        let answer = get(&format!("{path}?{query}{cursor}")).send().await;
        rows.extend(answer.data().as_array().unwrap_or_else(|| panic!("{answer}")).iter().cloned());
        match answer.body["meta"]["pagination"]["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return rows,
        }
    }
}
