//! A Chromium of a test's own, with the console of one stack in it.

use std::time::Duration;

use rustix::process::geteuid;
use serde_json::{Value, json};
use tests::{Folder, Stack};

use crate::webdriver::Session;

/// How long a page may take to show something.
const PATIENCE: Duration = Duration::from_secs(30);

/// A browser that shows a stack's console. Dropping it ends its processes.
pub struct Browser {
    session: Session,
    console: String,
    /// After the session: its processes write to it.
    _profile: Folder,
}

/// What a page looks like to its visitor.
#[derive(Debug, Clone, Copy)]
pub struct Screen {
    /// Its width in CSS pixels.
    pub width: u32,
    /// `light` or `dark`.
    pub theme: &'static str,
}

impl Browser {
    /// Starts it.
    pub async fn start(stack: &Stack) -> Self {
        let profile = Folder::new();
        let profile_folder = format!("--user-data-dir={}", profile.path().display());
        let mut arguments =
            vec!["--headless".into(), "--disable-gpu".into(), "--disable-dev-shm-usage".into(), profile_folder];
        // Chromium's sandbox refuses to run as root.
        if geteuid().is_root() {
            arguments.push("--no-sandbox".to_owned());
        }
        let session = Session::start(&arguments).await;
        Self { session, console: format!("http://127.0.0.1:{}/_local/", stack.port()), _profile: profile }
    }

    /// Shows a page of the console: `queues/OrdersQueue`.
    pub async fn open(&self, page: &str) {
        self.session.show(&format!("{}#/{page}", self.console)).await;
        self.until("return document.querySelector('main h1') !== null", json!([]), page).await;
    }

    /// Shows what the stack's own URL leads to.
    pub async fn open_root(&self) {
        self.session.show(self.console.trim_end_matches("_local/")).await;
        self.until("return document.querySelector('main h1') !== null", json!([]), "a page").await;
    }

    /// Clicks on the first element of this XPath, once there is one.
    pub async fn click(&self, path: &str) {
        let clicked = async {
            loop {
                match self.session.find(path).await {
                    Some(element) if element.click().await => return,
                    _ => {}
                }
            }
        };
        if tokio::time::timeout(PATIENCE, clicked).await.is_err() {
            panic!("nothing to click on: {path}\n{}", self.text().await);
        }
    }

    /// Types a text into the first element of this XPath.
    pub async fn type_in(&self, path: &str, text: &str) {
        let element = self.session.find(path).await.unwrap_or_else(|| panic!("there is no {path}"));
        element.type_in(text).await;
    }

    /// Presses a key, wherever the focus is.
    pub async fn press(&self, key: &str) {
        self.session.focused().await.type_in(key).await;
    }

    /// Waits until the page has a text.
    pub async fn until_shown(&self, text: &str) {
        self.until("return document.body.innerText.includes(arguments[0])", json!([text]), text).await;
    }

    /// Waits until a script gives `true`.
    pub async fn until(&self, script: &str, arguments: Value, what: &str) {
        let waited =
            tokio::time::timeout(PATIENCE, async { while self.run(script, arguments.clone()).await != true {} });
        if waited.await.is_err() {
            panic!("not shown: {what}\n{}", self.text().await);
        }
    }

    /// What the page says.
    pub async fn text(&self) -> String {
        self.run("return document.body.innerText", json!([])).await.as_str().unwrap_or_default().to_owned()
    }

    /// Runs a script in the page, and gives what it returns.
    pub async fn run(&self, script: &str, arguments: Value) -> Value {
        self.session.run(script, arguments).await
    }

    /// Lets the page look so.
    pub async fn looks(&self, screen: Screen) {
        let Screen { width, theme } = screen;
        let size = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.session.devtools("Emulation.setDeviceMetricsOverride", size).await;
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": theme}]});
        self.session.devtools("Emulation.setEmulatedMedia", features).await;
    }
}
