use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use aws_sdk_dynamodb::config::{AsyncSleep, Sleep};
use contracts::codes;
use envelope::Code;
use envelope::decode::Fields;
use futures_util::future::join_all;
use local_testing::{Fault, FaultKind};
use serde_json::{Value, json};

use super::*;
use crate::domain::status::{Status, Transition};
use crate::store::Applied;
use crate::store::fixture::{Fixture, event, hold};

/// Unlimited stock, with one hold for each order as `reserve-stock` makes them: the order's fingerprint and state.
#[derive(Default)]
struct FakeStock {
    holds: RefCell<HashMap<String, (String, HoldState)>>,
}

impl ReserveStock for &FakeStock {
    async fn reserve(&self, request: &ReserveRequest, _: Duration) -> Result<ReserveResponse, Failure> {
        // Lets requests that run at the same time all arrive before the first is answered.
        tokio::task::yield_now().await;
        let mut holds = self.holds.borrow_mut();
        let known =
            holds.entry(request.order_id.clone()).or_insert_with(|| (request.fingerprint.clone(), HoldState::Held));
        if known.0 == request.fingerprint { Ok(hold(known.1)) } else { Err(Failure::idempotency_key_reused()) }
    }
}

/// No stock at all.
struct SoldOut;

impl ReserveStock for SoldOut {
    async fn reserve(&self, _: &ReserveRequest, _: Duration) -> Result<ReserveResponse, Failure> {
        Err(Failure::validation(codes::INSUFFICIENT_STOCK, "Insufficient stock").detail("productId", "p1"))
    }
}

/// A time budget that no test uses up.
const HOUR: Duration = Duration::from_secs(3600);

fn body(quantity: u32) -> Value {
    json!({"items": [{"productId": "p1", "quantity": quantity}]})
}

fn request(key: Option<&str>, body: Value) -> OrderRequest<'static> {
    let Value::Object(body) = body else { panic!("not an object") };
    OrderRequest {
        key: key.map(|key| IdempotencyKey::parse(key).unwrap()),
        user_id: "ada",
        new_order: Fields::read(body).unwrap(),
        request_id: "typed",
        cause: Cause::request("r1"),
        caller: Caller::default(),
        time_budget: HOUR,
    }
}

/// The id of the order under the key `k`.
fn id() -> OrderId {
    OrderId::of("ada", &IdempotencyKey::parse("k").unwrap())
}

fn create<S: ReserveStock>(fixture: &Fixture, stock: S) -> CreateOrder<S> {
    CreateOrder { orders: fixture.orders.clone(), erased: fixture.erased.clone(), stock }
}

#[tokio::test]
async fn a_new_order_is_written_pending_with_its_event() {
    let (fixture, stock) = (Fixture::new().await, FakeStock::default());
    let Outcome::Created(order) = create(&fixture, &stock).place(request(None, body(2))).await.unwrap() else {
        panic!("not new")
    };
    assert_eq!(
        (order.status, order.total_amount.cents(), order.user_id.as_deref()),
        (Status::Pending, 3_998, Some("ada"))
    );
    let stored = fixture.orders.find(&order.order_id).await.unwrap().unwrap();
    assert_eq!(stored.order, order);
    assert_eq!(fixture.event_types().await, ["order.created"]);
}

#[tokio::test]
async fn a_key_is_of_its_address_too_and_the_stock_learns_nothing_of_that() {
    let (fixture, stock) = (Fixture::new().await, FakeStock::default());
    let create = create(&fixture, &stock);
    let sent_to = |street: &str| {
        let mut body = body(2);
        body["shippingAddress"] = json!({"street": street});
        body
    };
    create.place(request(Some("k"), sent_to("12 St James's Square"))).await.unwrap();
    let held = stock.holds.borrow()[id().as_str()].0.clone();
    assert_eq!(held, request(None, body(2)).new_order.fingerprint().unwrap());
    let failure = create.place(request(Some("k"), sent_to("13 St James's Square"))).await.unwrap_err();
    assert_eq!(failure.code(), Code::IDEMPOTENCY_KEY_REUSED);
}

#[tokio::test]
async fn eight_equal_requests_at_once_are_one_order() {
    let (fixture, stock) = (Fixture::new().await, FakeStock::default());
    let create = create(&fixture, &stock);
    let placed = join_all((0..8).map(|_| create.place(request(Some("k"), body(2))))).await;
    let mut new = 0;
    let mut orders = Vec::new();
    for placed in placed {
        match placed.unwrap() {
            Outcome::Created(order) => {
                new += 1;
                orders.push(order);
            }
            Outcome::Replayed(order) => orders.push(order),
        }
    }
    assert_eq!(new, 1);
    assert!(orders.iter().all(|order| *order == orders[0]), "{orders:?}");
    assert_eq!(fixture.event_types().await, ["order.created"]);
}

#[tokio::test]
async fn a_reused_key_with_another_body_is_refused() {
    let (fixture, stock) = (Fixture::new().await, FakeStock::default());
    let create = create(&fixture, &stock);
    create.place(request(Some("k"), body(2))).await.unwrap();
    let failure = create.place(request(Some("k"), body(3))).await.unwrap_err();
    assert_eq!(failure.code(), Code::IDEMPOTENCY_KEY_REUSED);
    // Also where the stock has forgotten the first request.
    let forgetful = FakeStock::default();
    let create = CreateOrder { orders: fixture.orders.clone(), erased: fixture.erased.clone(), stock: &forgetful };
    let failure = create.place(request(Some("k"), body(3))).await.unwrap_err();
    assert_eq!(
        (failure.code(), failure.message()),
        (Code::IDEMPOTENCY_KEY_REUSED, "Idempotency key reused with a different request",)
    );
    assert_eq!(fixture.event_types().await, ["order.created"]);
}

#[tokio::test]
async fn a_request_sent_again_after_the_order_was_cancelled_finds_it_and_writes_nothing() {
    let (fixture, stock) = (Fixture::new().await, FakeStock::default());
    let create = create(&fixture, &stock);
    create.place(request(Some("k"), body(2))).await.unwrap();
    let written = event(crate::domain::order::cancelled(&id(), Some("ada"), &Transition::Cancel));
    let changed = fixture.orders.apply(&id(), Some("ada"), &Transition::Cancel, &written).await.unwrap();
    assert!(matches!(changed, Applied::Done(_)));
    for state in [HoldState::Held, HoldState::Settled, HoldState::Cancelled] {
        for (_, known) in stock.holds.borrow_mut().values_mut() {
            *known = state;
        }
        let placed = create.place(request(Some("k"), body(2))).await.unwrap();
        assert!(matches!(placed, Outcome::Replayed(_)), "{state:?}: {placed:?}");
    }
    assert_eq!(fixture.event_types().await, ["order.created", "order.cancelled"]);
}

#[tokio::test]
async fn a_refused_first_try_stores_nothing_and_the_key_stays_free() {
    let (fixture, stock) = (Fixture::new().await, FakeStock::default());
    let failure = create(&fixture, SoldOut).place(request(Some("k"), body(2))).await.unwrap_err();
    assert_eq!(failure.code(), codes::INSUFFICIENT_STOCK);
    assert!(fixture.orders.find(&id()).await.unwrap().is_none());
    let placed = create(&fixture, &stock).place(request(Some("k"), body(3))).await.unwrap();
    assert!(matches!(placed, Outcome::Created(_)));
}

#[tokio::test]
async fn a_request_sent_again_gets_its_response_even_if_the_stock_is_sold_out() {
    let (fixture, stock) = (Fixture::new().await, FakeStock::default());
    create(&fixture, &stock).place(request(Some("k"), body(2))).await.unwrap();
    let placed = create(&fixture, SoldOut).place(request(Some("k"), body(2))).await.unwrap();
    assert!(matches!(placed, Outcome::Replayed(_)), "{placed:?}");
    let failure = create(&fixture, SoldOut).place(request(Some("k"), body(3))).await.unwrap_err();
    assert_eq!(failure.code(), Code::IDEMPOTENCY_KEY_REUSED);
    let failure = create(&fixture, SoldOut).place(request(None, body(2))).await.unwrap_err();
    assert_eq!(failure.code(), codes::INSUFFICIENT_STOCK);
}

#[tokio::test]
async fn a_write_whose_response_was_lost_creates_the_order() {
    let (fixture, stock) = (Fixture::new().await, FakeStock::default());
    fixture.tables.dynamodb().faults().inject(Fault::next(FaultKind::AnswerLost));
    let placed = create(&fixture, &stock).place(request(Some("k"), body(2))).await.unwrap();
    assert!(matches!(placed, Outcome::Created(_)), "{placed:?}");
    assert_eq!(fixture.event_types().await, ["order.created"]);
}

/// A fault of every try of one put.
fn puts(kind: FaultKind) -> Fault {
    Fault { times: 3, operation: Some("TransactWriteItems".to_owned()), ..Fault::next(kind) }
}

#[tokio::test]
async fn a_write_of_unknown_outcome_is_read_back() {
    let (fixture, stock) = (Fixture::new().await, FakeStock::default());
    fixture.tables.dynamodb().faults().inject(puts(FaultKind::AnswerLost));
    let placed = create(&fixture, &stock).place(request(Some("k"), body(2))).await.unwrap();
    assert!(matches!(placed, Outcome::Created(_)), "{placed:?}");
    assert_eq!(fixture.event_types().await, ["order.created"]);
}

#[tokio::test]
async fn a_failed_write_keeps_its_hold_and_the_request_sent_again_continues_from_it() {
    let (fixture, stock) = (Fixture::new().await, FakeStock::default());
    let create = create(&fixture, &stock);
    fixture.tables.dynamodb().faults().inject(puts(FaultKind::InternalServerError));
    let failure = create.place(request(Some("k"), body(2))).await.unwrap_err();
    assert_eq!(failure.code(), Code::SERVICE_UNAVAILABLE);
    assert_eq!(stock.holds.borrow()[id().as_str()].1, HoldState::Held);
    let placed = create.place(request(Some("k"), body(2))).await.unwrap();
    assert!(matches!(placed, Outcome::Created(_)), "{placed:?}");
}

/// A pause between two tries that does not end, as if the database stayed busy.
#[derive(Debug)]
struct Endless;

impl AsyncSleep for Endless {
    fn sleep(&self, _: Duration) -> Sleep {
        Sleep::new(std::future::pending())
    }
}

#[tokio::test]
async fn a_write_that_takes_too_long_fails_in_time_and_the_request_sent_again_continues_from_its_hold() {
    let (fixture, stock) = (Fixture::new().await, FakeStock::default());
    let stuck = fixture.tables.client().config().to_builder().sleep_impl(Endless).build();
    let stuck = Orders::new(aws_sdk_dynamodb::Client::from_conf(stuck), "OrdersTable");
    fixture.tables.dynamodb().faults().inject(Fault { times: 1, ..puts(FaultKind::ThrottlingException) });
    let short = OrderRequest { time_budget: Duration::from_millis(100), ..request(Some("k"), body(2)) };
    let failure =
        CreateOrder { orders: stuck, erased: fixture.erased.clone(), stock: &stock }.place(short).await.unwrap_err();
    assert_eq!(failure.code(), Code::SERVICE_UNAVAILABLE);
    assert_eq!(stock.holds.borrow()[id().as_str()].1, HoldState::Held);
    let placed = create(&fixture, &stock).place(request(Some("k"), body(2))).await.unwrap();
    assert!(matches!(placed, Outcome::Created(_)), "{placed:?}");
    assert_eq!(fixture.event_types().await, ["order.created"]);
}

/// Stock that records the time budget it was given.
#[derive(Default)]
struct ClockedStock(Cell<Duration>);

impl ReserveStock for &ClockedStock {
    async fn reserve(&self, _: &ReserveRequest, time_budget: Duration) -> Result<ReserveResponse, Failure> {
        self.0.set(time_budget);
        Ok(hold(HoldState::Held))
    }
}

#[tokio::test]
async fn reserving_the_stock_leaves_time_to_write_the_order() {
    let (fixture, stock) = (Fixture::new().await, ClockedStock::default());
    create(&fixture, &stock).place(request(None, body(2))).await.unwrap();
    assert_eq!(stock.0.get(), HOUR - WRITE_TIME);
}

#[tokio::test]
async fn a_request_is_not_refused_for_lack_of_stock_before_the_database_says_that_it_is_new() {
    let (fixture, stock) = (Fixture::new().await, FakeStock::default());
    create(&fixture, &stock).place(request(Some("k"), body(2))).await.unwrap();
    for (_, state) in stock.holds.borrow_mut().values_mut() {
        *state = HoldState::Cancelled;
    }
    let busy =
        || Fault { times: 3, operation: Some("GetItem".to_owned()), ..Fault::next(FaultKind::ThrottlingException) };
    fixture.tables.dynamodb().faults().inject(busy());
    let failure = create(&fixture, &stock).place(request(Some("k"), body(2))).await.unwrap_err();
    assert_eq!(failure.code(), Code::SERVICE_UNAVAILABLE);
    fixture.tables.dynamodb().faults().inject(busy());
    let failure = create(&fixture, SoldOut).place(request(Some("k"), body(2))).await.unwrap_err();
    assert_eq!(failure.code(), Code::SERVICE_UNAVAILABLE);
    assert_eq!(fixture.tables.dynamodb().faults().pending(), []);
}
