//! An operation as a request.

use http::Method;
use serde_json::{Map, Value, json};
use tests::Request;

use super::Shop;
use crate::history::{Basket, Change, Filter, Operation, Purchase, Trouble};
use crate::model::{Reply, address};

impl Shop<'_> {
    /// Performs an operation; none if what it names is not there, or there is nothing to compare.
    pub(super) async fn perform(&self, operation: &Operation) -> Option<Reply> {
        match operation {
            Operation::Offer { details, stock, .. } => {
                let body = json!({
                    "name": details.name, "description": details.description, "price": amount(details.price),
                    "category": self.model.categories[details.category], "stock": stock,
                });
                Some(sent(self.stack.post("/api/products").token(&self.admin.token).json(body)).await)
            }
            Operation::Edit { product, change } => {
                let path = format!("/api/products/{}", self.model.products.get(product)?.id);
                let request = self.stack.request(Method::PATCH, &path).token(&self.admin.token);
                Some(sent(request.json(self.body_of(change))).await)
            }
            Operation::ChangeStock { product, by } => {
                let path = format!("/api/products/{}/stock", self.model.products.get(product)?.id);
                let operation = if *by < 0 { "decrease" } else { "increase" };
                let body = json!({"quantity": by.abs(), "operation": operation});
                Some(sent(self.stack.request(Method::PATCH, &path).token(&self.admin.token).json(body)).await)
            }
            Operation::Order { purchase, basket, trouble } => {
                let request = sent(self.order(*purchase, basket)?);
                if *trouble != Some(Trouble::Killed) {
                    return Some(request.await);
                }
                tokio::pin!(request);
                tokio::select! {
                    reply = &mut request => Some(reply),
                    pid = self.kill_at_work() => {
                        let reply = request.await;
                        self.until_gone(pid).await;
                        Some(reply)
                    }
                }
            }
            Operation::Cancel { purchase, by } => {
                let path = format!("/api/orders/{}/cancel", self.placed(*purchase)?);
                Some(sent(self.stack.post(&path).token(&self.customers[*by].token).json(json!({}))).await)
            }
            Operation::ShowProduct { product } => {
                let path = format!("/api/products/{}", self.model.products.get(product)?.id);
                Some(sent(self.stack.get(&path)).await)
            }
            Operation::ShowOrder { purchase, by } => {
                let path = format!("/api/orders/{}", self.placed(*purchase)?);
                Some(sent(self.stack.get(&path).token(&self.customers[*by].token)).await)
            }
            Operation::ListOrders { customer } => {
                let request = self.stack.get("/api/orders?limit=100").token(&self.customers[*customer].token);
                Some(sent(request).await)
            }
            Operation::MarkRead { customer, nth } => self.mark_read(*customer, *nth).await,
            Operation::Browse(filter) => Some(sent(self.stack.get(&self.path_of(filter))).await),
            Operation::HoldsTimeOut => {
                self.time_out_holds().await;
                None
            }
            Operation::Sweep => {
                self.stack.sweep().await;
                None
            }
            Operation::Kill(function) => {
                self.kill(function).await;
                None
            }
            Operation::Restart => {
                self.stack.kill().await;
                None
            }
            Operation::HoldUp(..) | Operation::Recover => None,
        }
    }

    /// The request for an order; none if a product of it is not there.
    pub(super) fn order(&self, purchase: Purchase, basket: &Basket) -> Option<Request<'_>> {
        let mut items = Vec::new();
        for (product, quantity) in &basket.lines {
            items.push(json!({"productId": self.model.products.get(product)?.id, "quantity": quantity}));
        }
        let mut body = json!({"items": items});
        if let Some(number) = basket.address {
            body["shippingAddress"] = address(number);
        }
        let request = self.stack.post("/api/orders").token(&self.customers[purchase.customer()].token).json(body);
        Some(match purchase.key() {
            Some(key) => request.header("idempotency-key", key),
            None => request,
        })
    }

    /// The id of a purchase's order.
    fn placed(&self, purchase: Purchase) -> Option<&str> {
        Some(&self.model.purchases.get(&purchase)?.placed.as_ref()?.id)
    }

    async fn mark_read(&self, customer: usize, nth: usize) -> Option<Reply> {
        let token = &self.customers[customer].token;
        let listed = sent(self.stack.get("/api/notifications").token(token)).await;
        let id = listed.body["data"][nth]["id"].as_str()?.to_owned();
        let mut reply =
            sent(self.stack.request(Method::PATCH, &format!("/api/notifications/{id}/read")).token(token)).await;
        match &mut reply.body {
            Value::Object(body) => _ = body.insert("asked".to_owned(), json!(id)),
            body => *body = Value::Object(Map::from_iter([("asked".to_owned(), json!(id))])),
        }
        Some(reply)
    }

    fn body_of(&self, change: &Change) -> Value {
        match change {
            Change::Name(name) => json!({"name": name}),
            Change::Description(description) => json!({"description": description}),
            Change::Price(price) => json!({"price": amount(*price)}),
            Change::Category(category) => json!({"category": self.model.categories[*category]}),
            Change::IsActive(is_active) => json!({"isActive": is_active}),
        }
    }

    /// The path of a search for all that matches.
    pub(super) fn path_of(&self, filter: &Filter) -> String {
        let mut path = format!("/api/products?limit=100&category={}", self.model.categories[filter.category]);
        if let Some(word) = filter.word {
            path += &format!("&search={word}");
        }
        if let Some(price) = filter.max_price {
            path += &format!("&maxPrice={}", amount(price));
        }
        path
    }
}

/// Sends a request to a stack that may be killed meanwhile.
pub(super) async fn sent(request: Request<'_>) -> Reply {
    match request.try_send().await {
        Ok(answer) => Reply {
            status: answer.status.as_u16(),
            is_replayed: answer.header("idempotency-replayed") == "true",
            body: answer.body,
        },
        Err(_) => Reply::default(),
    }
}

/// An amount of cents as JSON has it.
fn amount(cents: u64) -> Value {
    let text = format!("{}.{:02}", cents / 100, cents % 100);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
}
