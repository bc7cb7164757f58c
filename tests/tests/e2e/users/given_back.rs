//! A right password is no failed login, whatever fails behind it.

use serde_json::json;
use tests::Stack;

/// Six logins, one more than wrong guesses are heard, and in the end one without the fault.
#[apply(e2e)]
#[needs(OwnStack)]
async fn whoever_has_the_right_password_is_not_locked_out_by_what_fails_behind_it() {
    let stack = Stack::start().await;
    let ada = stack.customer("Ada").await;
    let log_in = async || stack.post("/api/users/login").json(ada.credentials()).send().await;
    for fault in [
        // The key of a function that has not signed yet is published.
        json!({"kind": "ThrottlingException", "operation": "PutItem", "caller": "LoginFunction", "times": 1_000_000}),
        json!({"kind": "ThrottlingException", "operation": "TransactWriteItems", "table": "SessionsTable", "times": 1_000_000}),
    ] {
        stack.inject(fault.clone()).await;
        for _ in 0..6 {
            let answer = log_in().await;
            assert_eq!(answer.status, 503, "{fault}: {answer}");
        }
        stack.clear_faults().await;
        let answer = log_in().await;
        assert_eq!(answer.status, 200, "{fault}: {answer}");
    }
}
