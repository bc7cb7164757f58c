//! The pages are for everybody: axe-core's rules, the keyboard, narrow screens, light and dark.

use serde_json::{Value, json};
use tests::{Setup, Stack, axe_core, local};

use crate::browser::{Browser, Screen};

/// Each page, with a heading that tells it apart.
const PAGES: [(&str, &str); 14] = [
    ("stories", "Stories"),
    ("map", "Map"),
    ("functions", "Functions"),
    ("functions/CreateOrderFunction", "Function CreateOrderFunction"),
    ("routes", "Routes"),
    ("tables", "Tables"),
    ("tables/ProductsTable", "Table ProductsTable"),
    ("queues", "Queues"),
    ("queues/NotificationsDeadLetters", "Queue NotificationsDeadLetters"),
    ("schedules", "Schedules"),
    ("mails", "Mails"),
    ("secrets", "Secrets"),
    ("faults", "Faults"),
    ("snapshots", "Snapshots"),
];

/// What axe-core finds wrong with a page, of the serious and the critical.
const FINDINGS: &str = "return axe.run(document, {resultTypes: ['violations']}).then(found => found.violations
    .filter(one => one.impact === 'serious' || one.impact === 'critical')
    .map(one => `${one.id} (${one.impact}): ${one.help}: ` + one.nodes.map(node => node.html).slice(0, 3).join(' | ')))";

#[apply(e2e)]
#[needs(OwnStack, Browser)]
async fn axe_finds_nothing_serious_on_any_page_wide_or_narrow_light_or_dark() {
    let stack = Setup::new().demo().start().await;
    stack.customer("Ada").await;
    assert_eq!(local(&["snapshot", "take", "one", "--port", &stack.port().to_string()]).await.code, Some(0));
    stack
        .aws(
            "AmazonSQS.SendMessage",
            json!({"QueueUrl": "http://sqs/000000000000/NotificationsDeadLetters", "MessageBody": "{\"a\": 1}"}),
        )
        .send()
        .await;
    let browser = Browser::start(&stack).await;
    let mut findings = Vec::new();
    for (page, title) in PAGES {
        browser.open(page).await;
        browser.until("return document.querySelector('h1').textContent === arguments[0]", json!([title]), title).await;
        loaded(&browser).await;
        for width in [360, 800, 1440] {
            for theme in ["light", "dark"] {
                browser.looks(Screen { width, theme }).await;
                let found = serious(&browser).await;
                findings.extend(found.iter().map(|one| format!("{page}, {width} px, {theme}: {one}")));
                let wider = browser.run("return document.documentElement.scrollWidth > innerWidth", json!([])).await;
                if wider == true {
                    findings.push(format!("{page}, {width} px: it is wider than the screen"));
                }
            }
        }
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

/// What axe-core finds seriously wrong with the page as it is now.
pub async fn serious(browser: &Browser) -> Vec<Value> {
    let axe = std::fs::read_to_string(axe_core().expect("axe-core: AXE_CORE names its file")).unwrap();
    browser.run(&axe, json!([])).await;
    let found = browser.run(FINDINGS, json!([])).await;
    found.as_array().unwrap().clone()
}

/// Waits until the page shows more than its heading.
async fn loaded(browser: &Browser) {
    browser.until("return document.querySelector('main').children.length > 1", json!([]), "the page's content").await;
    browser.until("return !document.body.innerText.includes('Asking …')", json!([]), "the answer").await;
}

#[apply(e2e)]
#[needs(OwnStack, Browser)]
async fn the_root_leads_to_the_console_and_a_keyboard_is_enough() {
    let stack = Stack::start().await;
    let browser = Browser::start(&stack).await;
    browser.open_root().await;
    // The first stop skips the menu.
    browser.press("\u{e004}").await;
    assert_eq!(focused(&browser).await, "Skip to the content");
    browser.press("\u{e007}").await;
    assert_eq!(browser.run("return document.activeElement.id", json!([])).await, "content");
    // A link of the menu leads to a page whose heading has the focus, so that a screen reader says where it is.
    browser
        .run("[...document.querySelectorAll('nav a')].find(one => one.textContent === 'Queues').focus()", json!([]))
        .await;
    browser.press("\u{e007}").await;
    browser
        .until(
            "return document.activeElement.textContent === 'Queues' && document.activeElement.tagName === 'H1'",
            json!([]),
            "the heading with the focus",
        )
        .await;
    assert_eq!(browser.run("return document.title", json!([])).await, "Queues – cargo local");
    let current = "return [...document.querySelectorAll('[aria-current=page]')].map(one => one.textContent)";
    assert_eq!(browser.run(current, json!([])).await, json!(["Queues"]));
}

async fn focused(browser: &Browser) -> Value {
    browser.run("return document.activeElement.textContent", json!([])).await
}
