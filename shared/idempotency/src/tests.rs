//! Requests that add to a counter, against the embedded DynamoDB.

use std::path::Path;
use std::time::Duration;

use aws_sdk_dynamodb::types::Update;
use envelope::{Code, Failure};
use futures_util::future::join_all;
use local_testing::{Fault, FaultKind, Tables};
use serde_json::{Value, json};
use tables::{Item, number, string};

use super::*;
use crate::record::LIFE_SECONDS;

const TIME_LEFT: Duration = Duration::from_secs(30);

/// The table of requests, a counter, and what to add to it.
struct Fixture {
    tables: Tables,
    requests: Requests,
}

fn request<'a>(user_id: &'a str, operation: &'static str, key: &str, units: u64) -> Request<'a> {
    Request::new(user_id, operation, IdempotencyKey::parse(key).unwrap(), &("c1", units)).unwrap()
}

/// Status, data, and whether the response was given before.
fn shown(outcome: Result<Reply, Failure>) -> Result<(Value, bool), Code> {
    let reply = outcome.map_err(|failure| failure.code())?;
    let is_replayed = format!("{reply:?}").contains("Idempotency-Replayed");
    Ok((serde_json::to_value(reply.to_stored()).unwrap(), is_replayed))
}

fn added(before: u64, after: u64) -> Value {
    json!({"status": 200, "message": "Added", "data": json!({"before": before, "after": after}).to_string()})
}

impl Fixture {
    async fn new() -> Self {
        let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/template.yaml");
        let tables = Tables::of(&template).await;
        let requests = Requests::new(tables.client(), "RequestsTable");
        let counter = Item::from([("id".to_owned(), string("c1")), ("units".to_owned(), number(0))]);
        tables.client().put_item().table_name("CountersTable").set_item(Some(counter)).send().await.unwrap();
        Self { tables, requests }
    }

    async fn units(&self) -> u64 {
        let get = self.tables.client().get_item().table_name("CountersTable").key("id", string("c1"));
        let item = get.consistent_read(true).send().await.unwrap().item.unwrap();
        item["units"].as_n().unwrap().parse().unwrap()
    }

    /// Adds units, up to ten.
    async fn effect(&self, units: u64) -> Result<Effect, Failure> {
        let before = self.units().await;
        let after = before + units;
        if after > 10 {
            return Err(Failure::conflict(Code::CONFLICT, "Too many"));
        }
        let update = Update::builder()
            .table_name("CountersTable")
            .key("id", string("c1"))
            .update_expression("SET units = :after")
            .condition_expression("units = :before")
            .expression_attribute_values(":after", number(after))
            .expression_attribute_values(":before", number(before));
        let actions = vec![aws_sdk_dynamodb::types::TransactWriteItem::builder().update(update.build()?).build()];
        Ok(Effect { actions, reply: Reply::ok("Added", json!({"before": before, "after": after}))? })
    }

    async fn add(&self, request: &Request<'_>, units: u64) -> Result<(Value, bool), Code> {
        shown(self.requests.once(request, TIME_LEFT, async || self.effect(units).await).await)
    }

    /// Adds under key `k` of Ada's.
    async fn adas(&self, units: u64) -> Result<(Value, bool), Code> {
        self.add(&request("ada", "add", "k", units), units).await
    }

    fn fail(&self, kind: FaultKind, times: u32) {
        let operation = Some("TransactWriteItems".to_owned());
        self.tables.dynamodb().faults().inject(Fault { times, operation, ..Fault::next(kind) });
    }

    async fn records(&self) -> Vec<Item> {
        self.tables.client().scan().table_name("RequestsTable").send().await.unwrap().items.unwrap()
    }
}

#[tokio::test]
async fn an_equal_request_gets_the_stored_response_and_another_is_refused() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.adas(5).await, Ok((added(0, 5), false)));
    assert_eq!(fixture.add(&request("bob", "add", "other", 1), 1).await, Ok((added(5, 6), false)));
    for _ in 0..2 {
        assert_eq!(fixture.adas(5).await, Ok((added(0, 5), true)));
    }
    assert_eq!(fixture.adas(4).await, Err(Code::IDEMPOTENCY_KEY_REUSED));
    assert_eq!(fixture.units().await, 6);
}

#[tokio::test]
async fn a_key_is_one_user_s_and_one_operation_s() {
    let fixture = Fixture::new().await;
    for (user, operation, key) in [("ada", "add", "k"), ("bob", "add", "k"), ("ada", "put", "k"), ("ada", "add", "K")] {
        let (_, is_replayed) = fixture.add(&request(user, operation, key, 1), 1).await.unwrap();
        assert!(!is_replayed, "{user} {operation} {key}");
    }
    assert_eq!(fixture.units().await, 4);
}

#[tokio::test]
async fn a_failed_request_leaves_no_record() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.adas(11).await, Err(Code::CONFLICT));
    assert!(fixture.records().await.is_empty());
    assert_eq!(fixture.adas(3).await, Ok((added(0, 3), false)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_equal_requests_at_the_same_time_one_has_the_effect() {
    let fixture = Fixture::new().await;
    for round in 0..10 {
        let before = fixture.units().await;
        let key = format!("k{round}");
        let equal = request("ada", "add", &key, 1);
        let outcomes = join_all((0..16).map(|_| fixture.add(&equal, 1))).await;
        let first = outcomes.iter().filter(|outcome| **outcome == Ok((added(before, before + 1), false))).count();
        let replayed = outcomes.iter().filter(|outcome| **outcome == Ok((added(before, before + 1), true))).count();
        assert_eq!((first, replayed), (1, 15), "{outcomes:?}");
        assert_eq!(fixture.units().await, before + 1);
    }
}

#[tokio::test]
async fn an_equal_request_in_between_is_why_one_fails() {
    let fixture = Fixture::new().await;
    let equal = request("ada", "add", "k", 6);
    let late = fixture.requests.once(&equal, TIME_LEFT, async || {
        fixture.adas(6).await.unwrap();
        fixture.effect(6).await
    });
    assert_eq!(shown(late.await), Ok((added(0, 6), true)));
    assert_eq!(fixture.units().await, 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn different_requests_at_the_same_time_are_told_the_states_that_they_made() {
    let fixture = Fixture::new().await;
    let keys: Vec<String> = (0..8).map(|number| format!("k{number}")).collect();
    let requests: Vec<_> = keys.iter().map(|key| request("ada", "add", key, 1)).collect();
    let outcomes = join_all(requests.iter().map(|request| fixture.add(request, 1))).await;
    for before in 0..8 {
        assert!(outcomes.contains(&Ok((added(before, before + 1), false))), "{before}: {outcomes:?}");
    }
}

#[tokio::test]
async fn a_lost_answer_of_the_database_is_no_second_effect() {
    let fixture = Fixture::new().await;
    fixture.fail(FaultKind::AnswerLost, 1);
    assert_eq!(fixture.adas(2).await, Ok((added(0, 2), false)));
    // Every try's is lost, and so the request's: it is sent again.
    fixture.fail(FaultKind::AnswerLost, 3);
    let lost = async || fixture.add(&request("ada", "add", "k2", 3), 3).await;
    assert_eq!(lost().await, Err(Code::SERVICE_UNAVAILABLE));
    assert_eq!(lost().await, Ok((added(2, 5), true)));
    fixture.fail(FaultKind::TransactionConflict, 3);
    assert_eq!(fixture.add(&request("ada", "add", "k3", 1), 1).await, Ok((added(5, 6), false)));
    assert_eq!(fixture.units().await, 6);
}

#[tokio::test]
async fn a_record_counts_for_a_day_whether_or_not_it_is_still_there() {
    let fixture = Fixture::new().await;
    fixture.adas(2).await.unwrap();
    let mut record = fixture.records().await.remove(0);
    let expires_at: u64 = record["expiresAt"].as_n().unwrap().parse().unwrap();
    assert!(expires_at <= envelope::timestamp::epoch_seconds() + LIFE_SECONDS);
    let put = async |record: &Item, expires_at: u64| {
        let mut record = record.clone();
        record.insert("expiresAt".to_owned(), number(expires_at));
        fixture.tables.client().put_item().table_name("RequestsTable").set_item(Some(record)).send().await.unwrap();
    };
    put(&record, expires_at - LIFE_SECONDS + 60).await;
    assert_eq!(fixture.adas(2).await, Ok((added(0, 2), true)));
    put(&record, expires_at - LIFE_SECONDS).await;
    // Another request may have the key, too.
    assert_eq!(fixture.adas(3).await, Ok((added(2, 5), false)));
    assert_eq!(fixture.adas(3).await, Ok((added(2, 5), true)));
    record = fixture.records().await.remove(0);
    assert!(record["expiresAt"].as_n().unwrap().parse::<u64>().unwrap() >= expires_at);
}

#[tokio::test]
async fn an_erased_user_has_no_records_and_gets_none() {
    let fixture = Fixture::new().await;
    for key in 0..40 {
        let key = key.to_string();
        fixture.add(&request("ada", "add", &key, 0), 0).await.unwrap();
    }
    fixture.add(&request("bob", "add", "k", 1), 1).await.unwrap();
    for outcome in join_all((0..3).map(|_| fixture.requests.erase("ada"))).await {
        outcome.unwrap();
    }
    assert_eq!(fixture.adas(1).await, Err(Code::INVALID_TOKEN));
    let ids: Vec<String> = fixture.records().await.iter().map(|item| item["id"].as_s().unwrap().clone()).collect();
    assert_eq!((ids.len(), ids.contains(&"erased".to_owned()), ids.contains(&"add k".to_owned())), (2, true, true));
    assert_eq!(fixture.units().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_beside_an_erasure_leave_no_record() {
    let fixture = Fixture::new().await;
    for round in 0..10 {
        let user = format!("ada-{round}");
        let keys: Vec<String> = (0..6).map(|number| number.to_string()).collect();
        let requests: Vec<_> = keys.iter().map(|key| request(&user, "add", key, 0)).collect();
        let added = join_all(requests.iter().map(|request| fixture.add(request, 0)));
        let (erased, _) = tokio::join!(fixture.requests.erase(&user), added);
        erased.unwrap();
    }
    assert!(fixture.records().await.iter().all(|item| item["id"].as_s().unwrap() == "erased"));
}

#[test]
fn what_a_request_asks_for_is_compared_by_its_meaning() {
    let key = || IdempotencyKey::parse("k").unwrap();
    let print = |meaning: (&str, u64)| Request::new("ada", "add", key(), &meaning).unwrap().fingerprint;
    assert_eq!(print(("c1", 1)), print(("c1", 1)));
    assert_ne!(print(("c1", 1)), print(("c2", 1)));
    assert_ne!(print(("c1", 1)), print(("c1", 2)));
    assert_eq!(print(("c1", 1)).len(), 64);
}
