//! The data folder goes back to an earlier moment.

use serde_json::json;
use tests::Stack;

use crate::browser::Browser;

const ENTER: &str = "\u{e007}";

#[apply(e2e)]
#[needs(OwnStack, Browser)]
async fn a_snapshot_is_taken_restored_and_deleted_by_keyboard() {
    let stack = Stack::start().await;
    let kept = stack.customer("Kept").await;
    let browser = Browser::start(&stack).await;
    browser.open("snapshots").await;
    browser.until_shown("None yet.").await;
    browser.type_in("//input[@name='name']", "../elsewhere\u{e007}").await;
    browser.until_shown("That failed: \"../elsewhere\" is no name of a snapshot").await;
    browser.run("document.querySelector('input').value = ''", json!([])).await;
    browser.type_in("//input[@name='name']", "by-hand\u{e007}").await;
    browser.until_shown("The snapshot by-hand is taken.").await;

    let gone = stack.customer("Gone").await;
    press(&browser, "Restore by-hand").await;
    browser.until_shown("by-hand is restored. What was there is the snapshot before-restore-").await;
    for (person, status) in [(&kept, 200), (&gone, 401)] {
        let answer = stack.post("/api/users/login").json(person.credentials()).send().await;
        assert_eq!(answer.status, status, "{answer}");
    }

    browser.run("window.confirm = () => true", json!([])).await;
    press(&browser, "Delete by-hand").await;
    browser.until_shown("by-hand is deleted.").await;
    let focused = browser.run("return document.activeElement.name", json!([])).await;
    let buttons = "return [...document.querySelectorAll('main td button')].length";
    assert_eq!((focused, browser.run(buttons, json!([])).await), (json!("name"), json!(2)));
}

async fn press(browser: &Browser, label: &str) {
    let focus =
        "const one = document.querySelector(`[aria-label=\"${arguments[0]}\"]`); one?.focus(); return one !== null";
    browser.until(focus, json!([label]), label).await;
    browser.press(ENTER).await;
}
