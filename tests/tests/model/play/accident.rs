//! Accidents: database calls that fail, functions that are killed, time that passes.

use serde_json::{Value, json};
use tests::{Signal, try_signal};

use super::{HOLD_SECONDS, Shop};
use crate::history::{Outage, Trouble};

/// Tries of one call to the database (`max_attempts` of the crate `aws`).
const TRIES: u32 = 3;

/// Functions that write an order.
const ORDERING: [&str; 2] = ["CreateOrderFunction", "ReserveStockFunction"];

impl Shop<'_> {
    /// Makes the next order fail in this way.
    pub(super) async fn inject(&self, trouble: Trouble) {
        let fault = |kind: &str, caller: &str, operation: &str, times: u32| json!({"kind": kind, "caller": caller, "operation": operation, "times": times});
        let faults = match trouble {
            Trouble::WriteFails => {
                vec![fault("InternalServerError", "CreateOrderFunction", "TransactWriteItems", TRIES)]
            }
            Trouble::OutcomeLost => vec![
                fault("AnswerLost", "CreateOrderFunction", "TransactWriteItems", TRIES),
                fault("InternalServerError", "CreateOrderFunction", "GetItem", TRIES),
            ],
            Trouble::ReservationLost => vec![fault("AnswerLost", "ReserveStockFunction", "TransactWriteItems", 1)],
            Trouble::Killed => Vec::new(),
        };
        for fault in faults {
            self.stack.inject(fault).await;
        }
    }

    /// Waits for functions whose client was answered already, and leaves no failures but those of consumers that are held
    /// up.
    pub(super) async fn settle_down(&self) {
        while self.stack.instances().await.iter().any(|one| one.busy && ORDERING.contains(&one.function.as_str())) {}
        self.stack.clear_faults().await;
        for (consumer, outage) in &self.held_up {
            let mut fault = json!({"kind": "InternalServerError", "caller": consumer.function(), "times": 1_000_000});
            if *outage == Outage::AnswersLost {
                fault["kind"] = json!("AnswerLost");
                fault["operation"] = json!(consumer.write());
            }
            self.stack.inject(fault).await;
        }
    }

    /// Kills a process of a function, one at work if there is any, and waits until its end is noticed.
    pub(super) async fn kill(&self, function: &str) {
        let instances = self.stack.instances().await;
        let of_it = || instances.iter().filter(|one| one.function == function);
        let Some(victim) = of_it().find(|one| one.busy).or_else(|| of_it().next()) else { return };
        try_signal(victim.pid, Signal::KILL);
        self.until_gone(victim.pid).await;
    }

    /// Kills the function that writes an order as soon as it is at work. Gives its process id.
    pub(super) async fn kill_at_work(&self) -> u32 {
        let pid = self.stack.until_busy(ORDERING[0]).await;
        try_signal(pid, Signal::KILL);
        pid
    }

    /// Waits until the end of a process is noticed: before, it may be given a request.
    pub(super) async fn until_gone(&self, pid: u32) {
        while self.stack.pids().await.contains(&pid) {}
    }

    /// Takes the time of every hold that is held out of what is left to it.
    pub(super) async fn time_out_holds(&self) {
        for hold in self.stack.items("HoldsTable").await.iter().filter(|hold| hold["state"] == "held") {
            let expires_at = hold["expiresAt"].as_u64().unwrap_or_else(|| panic!("a hold for ever: {hold}"));
            let number = |number: u64| json!({"N": number.to_string()});
            let input = json!({
                "TableName": "HoldsTable",
                "Key": {"orderId": {"S": hold["orderId"]}},
                "UpdateExpression": "SET expiresAt = :over",
                "ConditionExpression": "#state = :held AND expiresAt = :seen",
                "ExpressionAttributeNames": {"#state": "state"},
                "ExpressionAttributeValues": {
                    ":over": number(expires_at - (HOLD_SECONDS + 2)), ":seen": number(expires_at), ":held": {"S": "held"},
                },
            });
            let answer = self.stack.aws("DynamoDB_20120810.UpdateItem", input).send().await;
            // A hold that has changed meanwhile was given more time, or needs none.
            let has_changed = answer.text.contains("ConditionalCheckFailedException");
            assert!(answer.status == 200 || has_changed, "{answer}");
        }
    }

    /// A product as an admin sees it.
    pub(super) async fn product(&self, id: &str) -> Value {
        let answer = self.stack.get(&format!("/api/admin/products/{id}")).token(&self.admin.token).send().await;
        assert_eq!(answer.status, 200, "{answer}");
        answer.data().clone()
    }
}
