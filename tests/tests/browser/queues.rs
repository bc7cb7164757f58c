//! Dead letters are looked at and moved back.

use http::Method;
use serde_json::json;
use tests::Stack;

use crate::browser::Browser;

#[apply(e2e)]
#[needs(OwnStack, Browser)]
async fn a_dead_letter_is_redriven_and_handled() {
    let stack = Stack::start().await;
    // The function fails for as long as its table does, and no longer.
    stack.inject(json!({"kind": "InternalServerError", "times": 1000, "caller": "NotifyFunction"})).await;
    let ada = stack.customer("Ada").await;
    stack.control(Method::POST, "event-sources/drain?hurry").await;
    stack.clear_faults().await;

    let browser = Browser::start(&stack).await;
    browser.open("queues").await;
    browser.click("//a[text()='NotificationsDeadLetters']").await;
    browser.until_shown("received 5 times").await;
    browser.until_shown("user.created").await;
    browser.click("//button[text()='Move all back where they came from']").await;
    browser.until_shown("1 of 1 message moved back.").await;
    browser.until_shown("0 waiting, 0 in flight, 0 delayed.").await;
    stack.drained().await;
    assert_eq!(stack.notifications(&ada).await[0]["type"], "user.created");
}

#[apply(e2e)]
#[needs(OwnStack, Browser)]
async fn a_message_is_sent_from_the_page() {
    let stack = Stack::start().await;
    let browser = Browser::start(&stack).await;
    browser.open("queues/OrdersDeadLetters").await;
    browser.type_in("//textarea[@name='body']", "{\"sent\": \"by hand\"}").await;
    browser.click("//button[text()='Send']").await;
    browser.until_shown("Sent as ").await;
    browser.until_shown("1 waiting").await;
    let messages = stack.control(Method::GET, "queues/OrdersDeadLetters/messages").await;
    assert_eq!(messages[0]["body"], "{\"sent\": \"by hand\"}");
}
