//! An event that was given up while its order waits for it: redriving it ends the order.

use serde_json::json;
use tests::{Stack, local};

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_redriven_event_ends_the_order_that_waited_for_it() {
    let stack = Stack::start().await;
    let (clerk, ada) = (stack.clerk().await, stack.visitor("Ada").await);
    let lamp = stack.stocked(&clerk, 5).await;
    for (consumer, queue) in
        [("SettleReservationFunction", "HoldsDeadLetters"), ("ApplyStockEventFunction", "OrdersDeadLetters")]
    {
        stack.inject(json!({"kind": "InternalServerError", "caller": consumer, "times": 1_000_000})).await;
        let id = stack.placed(&ada, &[(&lamp, 2)]).await;
        stack.hurried().await;
        assert_eq!(stack.dead_letters().await, [(queue.to_owned(), 1)].into());
        assert_eq!(stack.find_order(&ada, &id).await["status"], "pending");
        assert!(stack.bodies(queue).await[0].contains(&id));
        stack.clear_faults().await;

        let exit = local(&["dlq", "redrive", queue, "--port", &stack.port().to_string()]).await;
        let told = format!("1 of 1 messages of {queue} are back where they came from\n");
        assert_eq!((exit.code, exit.output), (Some(0), told));
        stack.hurried().await;
        assert_eq!(stack.find_order(&ada, &id).await["status"], "confirmed");
    }
    let books = stack.assert_sound(&[(&lamp, 5)]).await;
    assert_eq!((books[&lamp].stock, books[&lamp].sold), (1, 4));
}
