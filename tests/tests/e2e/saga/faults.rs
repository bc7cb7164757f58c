//! A database that is busy: tried again within the time there is, and then the client is told to come again.

use envelope::Code;
use serde_json::{Value, json};
use tests::Stack;

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_few_conflicts_and_throttled_calls_cost_nobody_an_answer() {
    let stack = Stack::start().await;
    let (clerk, ada) = (stack.clerk().await, stack.visitor("Ada").await);
    let lamp = stack.stocked(&clerk, 100).await;
    let mut sold = 0;
    for (kind, caller, operation, times) in [
        ("TransactionConflict", "ReserveStockFunction", "TransactWriteItems", 4),
        ("ThrottlingException", "ReserveStockFunction", "TransactWriteItems", 2),
        ("ProvisionedThroughputExceededException", "ReserveStockFunction", "BatchGetItem", 2),
        ("InternalServerError", "ReserveStockFunction", "TransactWriteItems", 2),
        ("AnswerLost", "ReserveStockFunction", "TransactWriteItems", 1),
        ("AnswerLost", "CreateOrderFunction", "TransactWriteItems", 2),
        ("ThrottlingException", "CreateOrderFunction", "TransactWriteItems", 2),
        ("TransactionConflict", "CreateOrderFunction", "TransactWriteItems", 2),
        ("TransactionConflict", "SettleReservationFunction", "TransactWriteItems", 3),
        ("AnswerLost", "SettleReservationFunction", "TransactWriteItems", 1),
        ("AnswerLost", "ApplyStockEventFunction", "UpdateItem", 1),
        ("TransactionConflict", "ApplyStockEventFunction", "UpdateItem", 1),
    ] {
        stack.inject(json!({"kind": kind, "caller": caller, "operation": operation, "times": times})).await;
        let id = stack.placed(&ada, &[(&lamp, 3)]).await;
        stack.hurried().await;
        sold += 3;
        assert_eq!(stack.find_order(&ada, &id).await["status"], "confirmed", "{kind} of {caller}");
        let books = stack.assert_sound(&[(&lamp, 100)]).await;
        assert_eq!(books[&lamp].sold, sold, "{kind} of {caller}");
    }
    assert_eq!(stack.items("NotificationsTable").await.len(), 24);
}

/// Whatever the database does to the product service, its clients hear of that service and when to come again.
#[apply(e2e)]
#[needs(OwnStack)]
async fn without_end_they_are_a_503_that_says_when_to_come_again() {
    let stack = Stack::start().await;
    let (clerk, ada) = (stack.clerk().await, stack.visitor("Ada").await);
    let lamp = stack.stocked(&clerk, 10).await;
    for (kind, operation) in [("TransactionConflict", "TransactWriteItems"), ("ThrottlingException", "BatchGetItem")] {
        let caller = "ReserveStockFunction";
        stack.inject(json!({"kind": kind, "caller": caller, "operation": operation, "times": 1_000_000})).await;
        let answer = stack.order(&ada, &[(&lamp, 1)]).send().await;
        let details = json!({"service": "product-service"});
        answer.fails(Code::SERVICE_UNAVAILABLE, "product-service unavailable", details);
        // A last try may outlive the client's patience, and would then hold units for nobody until they are swept.
        while stack.instances().await.iter().any(|one| one.function == caller && one.busy) {}
        stack.clear_faults().await;
        assert_eq!(stack.stock_of(&lamp).await, 10);
    }
    // Its own table out of reach: nobody knows yet whether there is an order, and the same request again makes one.
    stack.inject(json!({"kind": "ThrottlingException", "caller": "CreateOrderFunction", "times": 1_000_000})).await;
    let answer = stack.order(&ada, &[(&lamp, 1)]).header("idempotency-key", "k1").send().await;
    answer.fails(Code::SERVICE_UNAVAILABLE, "Service temporarily unavailable", Value::Null);
    stack.clear_faults().await;
    assert_eq!((stack.stock_of(&lamp).await, stack.items("OrdersTable").await.len()), (9, 0));
    let again = stack.placed_under(&ada, "k1", &[(&lamp, 1)]).await;
    assert_eq!((again.status.as_u16(), again.header("idempotency-replayed")), (201, ""), "{again}");
    stack.hurried().await;
    assert_eq!(stack.assert_sound(&[(&lamp, 10)]).await[&lamp].sold, 1);
}
