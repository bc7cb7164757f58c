use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use contracts::codes;
use envelope::Code;
use envelope::decode::Fields;
use futures_util::future::join_all;
use local_testing::{Fault, FaultKind};
use serde_json::{Value, json};

use aws_sdk_dynamodb::config::{AsyncSleep, Sleep};

use super::*;
use crate::domain::status::{Change, Status};
use crate::store::Changed;
use crate::store::world::{World, event, hold};

/// A stock that holds whatever it is asked for, once an order, as `reserve-stock` does.
#[derive(Default)]
struct FakeStock {
    holds: RefCell<HashMap<String, (String, HoldState)>>,
}

impl Reserve for &FakeStock {
    async fn reserve(&self, request: &ReserveRequest, _: Duration) -> Result<ReserveResponse, Failure> {
        // Lets those who ask at the same time all be asking.
        tokio::task::yield_now().await;
        let mut holds = self.holds.borrow_mut();
        let known =
            holds.entry(request.order_id.clone()).or_insert_with(|| (request.fingerprint.clone(), HoldState::Held));
        if known.0 == request.fingerprint { Ok(hold(known.1)) } else { Err(Failure::idempotency_key_reused()) }
    }
}

/// A stock without any.
struct SoldOut;

impl Reserve for SoldOut {
    async fn reserve(&self, _: &ReserveRequest, _: Duration) -> Result<ReserveResponse, Failure> {
        Err(Failure::validation(codes::INSUFFICIENT_STOCK, "Insufficient stock").detail("productId", "p1"))
    }
}

/// No test's clock runs out before it is meant to.
const HOUR: Duration = Duration::from_secs(3600);

fn body(quantity: u32) -> Value {
    json!({"items": [{"productId": "p1", "quantity": quantity}]})
}

fn request(key: Option<&str>, body: Value) -> Request<'static> {
    let Value::Object(body) = body else { panic!("not an object") };
    Request {
        key: key.map(|key| IdempotencyKey::parse(key).unwrap()),
        user_id: "ada",
        placement: Fields::read(body).unwrap(),
        cause: Cause::request("r1"),
        time: HOUR,
    }
}

/// The id of the order under the key `k`.
fn id() -> OrderId {
    OrderId::of("ada", &IdempotencyKey::parse("k").unwrap())
}

fn create<S: Reserve>(world: &World, stock: S) -> Create<S> {
    Create { orders: world.orders.clone(), stock }
}

#[tokio::test]
async fn a_new_order_is_written_pending_with_its_event() {
    let (world, stock) = (World::new().await, FakeStock::default());
    let Placed::New(order) = create(&world, &stock).place(request(None, body(2))).await.unwrap() else {
        panic!("not new")
    };
    assert_eq!((order.status, order.total_amount.cents(), order.user_id.as_str()), (Status::Pending, 3_998, "ada"));
    let stored = world.orders.find(&order.order_id).await.unwrap().unwrap();
    assert_eq!(stored.order, order);
    assert_eq!(world.told().await, ["order.created"]);
}

#[tokio::test]
async fn eight_equal_requests_at_once_are_one_order() {
    let (world, stock) = (World::new().await, FakeStock::default());
    let create = create(&world, &stock);
    let placed = join_all((0..8).map(|_| create.place(request(Some("k"), body(2))))).await;
    let mut new = 0;
    let mut orders = Vec::new();
    for placed in placed {
        match placed.unwrap() {
            Placed::New(order) => {
                new += 1;
                orders.push(order);
            }
            Placed::Before(order) => orders.push(order),
        }
    }
    assert_eq!(new, 1);
    assert!(orders.iter().all(|order| *order == orders[0]), "{orders:?}");
    assert_eq!(world.told().await, ["order.created"]);
}

#[tokio::test]
async fn a_reused_key_with_another_body_is_refused() {
    let (world, stock) = (World::new().await, FakeStock::default());
    let create = create(&world, &stock);
    create.place(request(Some("k"), body(2))).await.unwrap();
    let failure = create.place(request(Some("k"), body(3))).await.unwrap_err();
    assert_eq!(failure.code(), Code::IDEMPOTENCY_KEY_REUSED);
    // Also where the stock has forgotten the first request.
    let forgetful = FakeStock::default();
    let create = super::Create { orders: world.orders.clone(), stock: &forgetful };
    let failure = create.place(request(Some("k"), body(3))).await.unwrap_err();
    assert_eq!(
        (failure.code(), failure.message()),
        (Code::IDEMPOTENCY_KEY_REUSED, "Idempotency key reused with a different request",)
    );
    assert_eq!(world.told().await, ["order.created"]);
}

#[tokio::test]
async fn a_request_sent_again_after_the_order_was_cancelled_finds_it_and_writes_nothing() {
    let (world, stock) = (World::new().await, FakeStock::default());
    let create = create(&world, &stock);
    create.place(request(Some("k"), body(2))).await.unwrap();
    let told = event(crate::domain::order::cancelled(&id(), "ada", &Change::Cancel));
    let changed = world.orders.change(&id(), "ada", &Change::Cancel, &told).await.unwrap();
    assert!(matches!(changed, Changed::Done(_)));
    for state in [HoldState::Held, HoldState::Settled, HoldState::Cancelled] {
        for (_, known) in stock.holds.borrow_mut().values_mut() {
            *known = state;
        }
        let placed = create.place(request(Some("k"), body(2))).await.unwrap();
        assert!(matches!(placed, Placed::Before(_)), "{state:?}: {placed:?}");
    }
    assert_eq!(world.told().await, ["order.created", "order.cancelled"]);
}

#[tokio::test]
async fn a_refused_first_try_stores_nothing_and_the_key_stays_free() {
    let (world, stock) = (World::new().await, FakeStock::default());
    let failure = create(&world, SoldOut).place(request(Some("k"), body(2))).await.unwrap_err();
    assert_eq!(failure.code(), codes::INSUFFICIENT_STOCK);
    assert!(world.orders.find(&id()).await.unwrap().is_none());
    let placed = create(&world, &stock).place(request(Some("k"), body(3))).await.unwrap();
    assert!(matches!(placed, Placed::New(_)));
}

#[tokio::test]
async fn a_request_sent_again_gets_its_answer_even_if_the_stock_has_none_for_it() {
    let (world, stock) = (World::new().await, FakeStock::default());
    create(&world, &stock).place(request(Some("k"), body(2))).await.unwrap();
    let placed = create(&world, SoldOut).place(request(Some("k"), body(2))).await.unwrap();
    assert!(matches!(placed, Placed::Before(_)), "{placed:?}");
    let failure = create(&world, SoldOut).place(request(Some("k"), body(3))).await.unwrap_err();
    assert_eq!(failure.code(), Code::IDEMPOTENCY_KEY_REUSED);
    let failure = create(&world, SoldOut).place(request(None, body(2))).await.unwrap_err();
    assert_eq!(failure.code(), codes::INSUFFICIENT_STOCK);
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_the_order_s_own() {
    let (world, stock) = (World::new().await, FakeStock::default());
    world.tables.dynamodb().faults().inject(Fault::next(FaultKind::AnswerLost));
    let placed = create(&world, &stock).place(request(Some("k"), body(2))).await.unwrap();
    assert!(matches!(placed, Placed::New(_)), "{placed:?}");
    assert_eq!(world.told().await, ["order.created"]);
}

/// Every try of one put.
fn puts(kind: FaultKind) -> Fault {
    Fault { times: 3, operation: Some("PutItem".to_owned()), ..Fault::next(kind) }
}

#[tokio::test]
async fn a_write_of_unknown_outcome_is_read_back() {
    let (world, stock) = (World::new().await, FakeStock::default());
    world.tables.dynamodb().faults().inject(puts(FaultKind::AnswerLost));
    let placed = create(&world, &stock).place(request(Some("k"), body(2))).await.unwrap();
    assert!(matches!(placed, Placed::New(_)), "{placed:?}");
    assert_eq!(world.told().await, ["order.created"]);
}

#[tokio::test]
async fn a_write_that_failed_keeps_its_hold_and_the_request_sent_again_goes_on_from_there() {
    let (world, stock) = (World::new().await, FakeStock::default());
    let create = create(&world, &stock);
    world.tables.dynamodb().faults().inject(puts(FaultKind::InternalServerError));
    let failure = create.place(request(Some("k"), body(2))).await.unwrap_err();
    assert_eq!(failure.code(), Code::SERVICE_UNAVAILABLE);
    assert_eq!(stock.holds.borrow()[id().as_str()].1, HoldState::Held);
    let placed = create.place(request(Some("k"), body(2))).await.unwrap();
    assert!(matches!(placed, Placed::New(_)), "{placed:?}");
}

/// A wait between two tries that does not end: what a database is like that stays busy.
#[derive(Debug)]
struct Endless;

impl AsyncSleep for Endless {
    fn sleep(&self, _: Duration) -> Sleep {
        Sleep::new(std::future::pending())
    }
}

#[tokio::test]
async fn a_write_that_takes_too_long_is_answered_in_time_and_the_request_sent_again_goes_on_from_its_hold() {
    let (world, stock) = (World::new().await, FakeStock::default());
    let stuck = world.tables.client().config().to_builder().sleep_impl(Endless).build();
    let stuck = Orders::at(aws_sdk_dynamodb::Client::from_conf(stuck), "OrdersTable");
    world.tables.dynamodb().faults().inject(Fault { times: 1, ..puts(FaultKind::ThrottlingException) });
    let in_time = Request { time: Duration::from_millis(100), ..request(Some("k"), body(2)) };
    let failure = Create { orders: stuck, stock: &stock }.place(in_time).await.unwrap_err();
    assert_eq!(failure.code(), Code::SERVICE_UNAVAILABLE);
    assert_eq!(stock.holds.borrow()[id().as_str()].1, HoldState::Held);
    let placed = create(&world, &stock).place(request(Some("k"), body(2))).await.unwrap();
    assert!(matches!(placed, Placed::New(_)), "{placed:?}");
    assert_eq!(world.told().await, ["order.created"]);
}

/// A stock that notes how long it is waited for.
#[derive(Default)]
struct Patient(Cell<Duration>);

impl Reserve for &Patient {
    async fn reserve(&self, _: &ReserveRequest, patience: Duration) -> Result<ReserveResponse, Failure> {
        self.0.set(patience);
        Ok(hold(HoldState::Held))
    }
}

#[tokio::test]
async fn the_stock_leaves_the_write_its_time() {
    let (world, stock) = (World::new().await, Patient::default());
    create(&world, &stock).place(request(None, body(2))).await.unwrap();
    assert_eq!(stock.0.get(), HOUR - TIME_TO_WRITE);
}

#[tokio::test]
async fn whether_a_request_was_answered_before_is_for_a_database_that_answers_to_say() {
    let (world, stock) = (World::new().await, FakeStock::default());
    create(&world, &stock).place(request(Some("k"), body(2))).await.unwrap();
    for (_, state) in stock.holds.borrow_mut().values_mut() {
        *state = HoldState::Cancelled;
    }
    let busy =
        || Fault { times: 3, operation: Some("GetItem".to_owned()), ..Fault::next(FaultKind::ThrottlingException) };
    world.tables.dynamodb().faults().inject(busy());
    let failure = create(&world, &stock).place(request(Some("k"), body(2))).await.unwrap_err();
    assert_eq!(failure.code(), Code::SERVICE_UNAVAILABLE);
    world.tables.dynamodb().faults().inject(busy());
    let failure = create(&world, SoldOut).place(request(Some("k"), body(2))).await.unwrap_err();
    assert_eq!(failure.code(), Code::SERVICE_UNAVAILABLE);
    assert_eq!(world.tables.dynamodb().faults().pending(), []);
}
