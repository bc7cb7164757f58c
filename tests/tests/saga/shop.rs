//! A shop of two products, two orders that customers ask for, and the events on their way.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use contracts::reserve_stock::{HoldState, Line, ReserveRequest};
use envelope::decode::Fields;
use envelope::{Caller, timestamp};
use events::stream::Images;
use events::{Cause, Consumer, Event, Heard};
use local_testing::Tables;
use orders::domain::order::{self, Order};
use orders::domain::order_id::OrderId;
use orders::domain::status::{Status, Transition};
use orders::store::Orders;
use orders::workers::apply_stock_event::{ApplyStockEvent, StockEvent};
use products::domain::product::{NewProduct, Product};
use products::store::{Holds, Products, ScanPosition};
use products::workers::release_expired_reservations::sweep;
use products::workers::reserve_stock::reserve;
use products::workers::settle_reservation::{OrderEvent, SettleReservation};
use rand::Rng;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use tables::{ErasureMarks, conflict_retries, number, string};

pub const CUSTOMER: &str = "ada";

/// Units of each product in the beginning: too few for both orders if both ask for the same.
pub const UNITS: u64 = 5;

/// Longer than a test takes: a hold's time is over when a step says so.
const HOLD_SECONDS: u64 = 900;

/// More time than a call takes.
const TIME: Duration = Duration::from_secs(30);

/// Something that happens.
#[derive(Debug)]
pub enum Step {
    /// A customer asks for an order, by one of two bodies. It is written at once (0), later (1), or never (2).
    Request { order: usize, body: usize, write: u8 },
    /// One of the writes that were late arrives.
    WriteLate { which: usize },
    /// An event arrives, and may arrive again.
    Deliver { which: usize, again: bool },
    /// The time of an order's hold is over, and no sweep has come yet.
    Outlive { order: usize },
    /// A sweep, when the time of all holds is over.
    Sweep,
    /// The customer cancels an order, or only a confirmed one.
    Cancel { order: usize, confirmed_only: bool },
}

/// An event on its way to a consumer.
#[derive(Clone)]
struct Message {
    kind: String,
    body: String,
}

/// The write of an order, with the fingerprint of its request.
type Write = (Order, String);

pub struct Shop {
    pub seed: u64,
    pub tables: Tables,
    pub holds: Holds,
    pub products: [Product; 2],
    pub ids: [OrderId; 2],
    apply: ApplyStockEvent,
    settle: SettleReservation,
    late: Mutex<Vec<Write>>,
    messages: Mutex<Vec<Message>>,
    /// Records of the streams that were published: of the holds' and of the orders' table.
    published: Mutex<[usize; 2]>,
}

impl Shop {
    pub async fn open(seed: u64) -> Self {
        let tables = Tables::of_template().await;
        let client = tables.client();
        let store = Products::new(client.clone(), "ProductsTable".to_owned());
        let products = ["Lamp", "Chair"].map(|name| {
            let body = json!({"name": name, "price": 10, "category": "Things", "stock": UNITS});
            let new: NewProduct = Fields::read(body.as_object().unwrap().clone()).unwrap();
            Product::create(new)
        });
        for product in &products {
            store.insert(product, &Event::new(products::SERVICE, product.created(), CAUSE)).await.unwrap();
        }
        let holds = || Holds::new(client.clone(), "HoldsTable".to_owned(), "ProductsTable".to_owned());
        Self {
            seed,
            holds: holds(),
            products,
            ids: [OrderId::random(), OrderId::random()],
            apply: ApplyStockEvent { orders: Orders::new(client.clone(), "OrdersTable") },
            settle: SettleReservation { holds: holds(), hold_seconds: HOLD_SECONDS },
            late: Mutex::default(),
            messages: Mutex::default(),
            published: Mutex::default(),
            tables,
        }
    }

    /// Makes this happen. A call that is refused changes nothing, so no outcome is wrong here.
    pub async fn take(&self, step: Step) {
        match step {
            Step::Request { order, body, write } => self.request(order, body, write).await,
            Step::WriteLate { which } => {
                let late = taken(&self.late, which, false);
                if let Some(write) = late {
                    self.write(write).await;
                }
            }
            Step::Deliver { which, again } => {
                if let Some(message) = taken(&self.messages, which, again) {
                    self.deliver(message).await;
                }
            }
            Step::Outlive { order } => {
                let update = self.tables.client().update_item().table_name("HoldsTable");
                let update = update
                    .key("orderId", string(self.ids[order].as_str()))
                    .condition_expression("#state = :held")
                    .expression_attribute_names("#state", "state")
                    .expression_attribute_values(":held", string("held"))
                    .update_expression("SET expiresAt = :over")
                    .expression_attribute_values(":over", number(1));
                let _ = update.send().await;
            }
            Step::Sweep => self.sweep().await,
            Step::Cancel { order, confirmed_only } => self.cancel(order, confirmed_only).await,
        }
    }

    /// What `create-order` does.
    async fn request(&self, order: usize, body: usize, write: u8) {
        let quantities = [[3, 1], [1, 3]][body];
        let items = self.products.iter().zip(quantities);
        let items = items.map(|(product, quantity)| Line { product_id: product.id.clone(), quantity }).collect();
        let (order_id, fingerprint) = (self.ids[order].as_str().to_owned(), format!("f{body}"));
        let request = ReserveRequest {
            order_id,
            fingerprint: fingerprint.clone(),
            request_id: "r1".to_owned(),
            cause_id: "r1".to_owned(),
            caller: Caller::default(),
            items,
        };
        let Ok(hold) = reserve(&self.holds, HOLD_SECONDS, &request, conflict_retries(TIME)).await else { return };
        if hold.state == HoldState::Cancelled {
            return;
        }
        let order = Order::place(self.ids[order].clone(), CUSTOMER.to_owned(), hold, None);
        match write {
            0 => self.write((order, fingerprint)).await,
            1 => self.late.lock().unwrap().push((order, fingerprint)),
            _ => {}
        }
    }

    async fn write(&self, (order, fingerprint): Write) {
        let event = Event::new(orders::SERVICE, order.created(), CAUSE);
        let erased = ErasureMarks::new(self.tables.client(), "OrderErasuresTable");
        self.apply.orders.insert(&order, &fingerprint, &event, &erased, conflict_retries(TIME)).await.unwrap();
    }

    async fn deliver(&self, message: Message) {
        let Message { kind, body } = &message;
        let handled = match OrderEvent::read(kind, body) {
            Some(event) => self.settle.handle(event.unwrap()).await,
            None => match StockEvent::read(kind, body) {
                Some(event) => self.apply.handle(event.unwrap()).await,
                None => Ok(()),
            },
        };
        if handled.is_err() {
            self.messages.lock().unwrap().push(message);
        }
    }

    async fn sweep(&self) {
        let now = timestamp::epoch_seconds() + 10 * HOLD_SECONDS;
        let swept = sweep(&self.holds, now, Instant::now() + TIME, ScanPosition::default()).await.unwrap();
        assert!(swept.last_error.is_none(), "seed {}: {:?}", self.seed, swept.last_error);
    }

    async fn cancel(&self, order: usize, confirmed_only: bool) {
        let id = &self.ids[order];
        let found = self.apply.orders.find(id).await.unwrap();
        if found.is_some_and(|found| found.order.status == Status::Confirmed || !confirmed_only) {
            let event = Event::new(orders::SERVICE, order::cancelled(id, Some(CUSTOMER), &Transition::Cancel), CAUSE);
            self.apply.orders.apply(id, Some(CUSTOMER), &Transition::Cancel, &event).await.unwrap();
        }
    }

    /// Puts the events of what was written since the last time on their way, as the publishers do.
    pub async fn publish(&self) {
        for (index, table) in ["HoldsTable", "OrdersTable"].into_iter().enumerate() {
            let changes = self.changes(table).await;
            let seen = std::mem::replace(&mut self.published.lock().unwrap()[index], changes.len());
            for (old, new) in &changes[seen..] {
                let (old, new) = (&old["event"], &new["event"]);
                if !new.is_null() && new["id"] != old["id"] {
                    let kind = new["type"].as_str().unwrap().to_owned();
                    self.messages.lock().unwrap().push(Message { kind, body: new.to_string() });
                }
            }
        }
    }

    /// Every change of a table's items, in order: the item before (null if there was none) and after.
    pub async fn changes(&self, table: &str) -> Vec<(Value, Value)> {
        let mut event = self.tables.stream_event(table).await;
        let plain = |image: Option<_>| image.map_or(Value::Null, |image| serde_dynamo::from_item(image).unwrap());
        let change = |record: &mut Value| {
            let Images { new_image, old_image } = serde_json::from_value(record["dynamodb"].take()).unwrap();
            (plain(old_image), plain(new_image))
        };
        event["Records"].as_array_mut().unwrap().iter_mut().map(change).collect()
    }

    /// Delivers all that is on its way, in any order, and expires what is held for no order.
    pub async fn come_to_rest(&self, random: &mut StdRng) {
        for _ in 0..10_000 {
            self.publish().await;
            let left = self.messages.lock().unwrap().len();
            if left > 0 {
                self.take(Step::Deliver { which: random.random_range(0..left), again: false }).await;
            } else if self.states().await.iter().any(|state| state == "held") {
                self.sweep().await;
            } else {
                return;
            }
        }
        panic!("seed {}: it never comes to rest: {:?}", self.seed, self.states().await);
    }

    async fn states(&self) -> Vec<String> {
        let mut states = Vec::new();
        for id in &self.ids {
            states.extend(self.holds.find(id.as_str()).await.unwrap().map(|hold| hold.state.as_str().to_owned()));
        }
        states
    }

    pub async fn order(&self, id: &OrderId) -> Option<Order> {
        self.apply.orders.find(id).await.unwrap().map(|stored| stored.order)
    }
}

const CAUSE: Cause<'static> = Cause::request("r1");

/// One of what is there, which stays there as well if it comes again.
fn taken<T: Clone>(from: &Mutex<Vec<T>>, which: usize, again: bool) -> Option<T> {
    let mut from = from.lock().unwrap();
    let which = which.checked_rem(from.len())?;
    Some(if again { from[which].clone() } else { from.swap_remove(which) })
}
