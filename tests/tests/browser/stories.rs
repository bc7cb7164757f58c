//! A request's story is followed, and an invocation is made again.

use serde_json::{Value, json};
use tests::Stack;

use crate::accessibility::serious;
use crate::browser::{Browser, Screen};

#[apply(e2e)]
#[needs(OwnStack, Browser)]
async fn an_order_is_followed_from_the_click_to_the_second_notification() {
    let stack = Stack::start().await;
    let ada = stack.customer("Ada").await;
    let clerk = stack.clerk().await;
    let lamp = stack.stocked(&clerk, 5).await;
    let browser = Browser::start(&stack).await;
    // The list is open while the order is placed, and shows it without being asked.
    browser.open("stories").await;
    let order = stack.placed(&ada, &[(&lamp, 1)]).await;
    browser.click("//main//a[text()='POST /api/orders']").await;
    // What happens after the answer comes in by itself.
    stack.drained().await;
    for entry in [
        "AuthorizeFunction",
        "CreateOrderFunction",
        "ReserveStockFunction",
        "OrdersTable",
        "PublishOrdersFunction",
        "NotificationsQueue",
        "NotifyFunction",
        "SettleReservationFunction",
        "ApplyStockEventFunction",
    ] {
        browser.until_shown(entry).await;
    }
    let notified = "return [...document.querySelectorAll('.waterfall button')]
        .filter(one => one.textContent.includes('invocation NotifyFunction')).length >= 2";
    browser.until(notified, json!([]), "the second notification").await;

    browser.click("//button[contains(., 'invocation CreateOrderFunction')]").await;
    browser.until_shown("Log lines").await;
    browser.until_shown(&order).await;
    let text = browser.text().await;
    assert!(!text.contains(&ada.token) && text.contains("•••"), "{text}");
    assert_eq!(
        browser.run("return document.activeElement.textContent", json!([])).await,
        "invocation CreateOrderFunction"
    );

    for theme in ["light", "dark"] {
        browser.looks(Screen { width: 360, theme }).await;
        assert_eq!(serious(&browser).await, Vec::<Value>::new());
    }

    // An id leads to the stories that name it.
    browser.click(&format!("//main//pre//a[text()='{order}']")).await;
    browser
        .until("return location.hash.startsWith('#/stories?q=')", json!([]), "the stories that name the order")
        .await;
}
#[apply(e2e)]
#[needs(OwnStack, Browser)]
async fn an_invocation_is_replayed_as_it_was_and_edited() {
    let stack = Stack::start().await;
    let answer = stack.get("/api/products/00000000-0000-7000-8000-000000000000").send().await;
    assert_eq!(answer.status, 404, "{answer}");
    let browser = Browser::start(&stack).await;
    for event in ["as it was", "edited"] {
        browser.open("stories").await;
        browser.click("//main//a[starts-with(text(), 'GET /api/products/')]").await;
        browser.click("//button[contains(., 'invocation GetProductFunction')]").await;
        if event == "edited" {
            let value = browser.run("return document.querySelector('textarea[name=event]').value", json!([])).await;
            let edited = value.as_str().unwrap().replace("000000000000", "000000000001");
            browser.run("document.querySelector('textarea[name=event]').value = arguments[0]", json!([edited])).await;
        }
        browser.click("//button[text()='Replay']").await;
        browser.until_shown("operator").await;
        browser.click("//button[contains(., 'invocation GetProductFunction')]").await;
        let id = if event == "edited" { "000000000001" } else { "000000000000" };
        browser.until_shown(&format!("00000000-0000-7000-8000-{id}")).await;
        browser.until_shown("NOT_FOUND").await;
    }
}
