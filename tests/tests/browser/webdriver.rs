//! A session of Chromium's WebDriver. W3C: "WebDriver", Level 2; ChromeDriver adds a way to DevTools.
//!
//! The WebDriver crates there are bring their own versions and features of what this workspace is built from, so that
//! `cargo test` would compile most of it a second time. These few requests need none of them.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use reqwest::{Client, Method};
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};

/// The member of an element's JSON that has its id ("Elements" of the standard).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A session with a browser of its own. Dropping it ends the driver and the browser.
pub struct Session {
    http: Client,
    url: String,
    _driver: Driver,
}

/// A reference to an element of the page that the session shows.
pub struct Element<'s> {
    session: &'s Session,
    id: String,
}

impl Session {
    /// Starts a browser with these arguments.
    pub async fn start(arguments: &[String]) -> Self {
        let (driver, port) = tokio::task::spawn_blocking(Driver::start).await.unwrap();
        let url = format!("http://127.0.0.1:{port}/session");
        let mut session = Self { http: Client::new(), url, _driver: driver };
        let wanted = json!({"capabilities": {"alwaysMatch": {"goog:chromeOptions": {"args": arguments}}}});
        let created = session.command(Method::POST, "", wanted).await.unwrap();
        session.url = format!("{}/{}", session.url, created["sessionId"].as_str().unwrap());
        session
    }

    /// Shows a page.
    pub async fn show(&self, url: &str) {
        self.command(Method::POST, "/url", json!({"url": url})).await.unwrap();
    }

    /// The first element of this XPath, if the page has one now.
    pub async fn find(&self, path: &str) -> Option<Element<'_>> {
        let found = self.command(Method::POST, "/element", json!({"using": "xpath", "value": path})).await.ok()?;
        Some(Element { session: self, id: found[ELEMENT].as_str()?.to_owned() })
    }

    /// The element that has the focus.
    pub async fn focused(&self) -> Element<'_> {
        let found = self.command(Method::GET, "/element/active", Value::Null).await.unwrap();
        Element { session: self, id: found[ELEMENT].as_str().unwrap().to_owned() }
    }

    /// Runs the body of a function in the page, and gives what it returns, or its promise brings.
    pub async fn run(&self, script: &str, arguments: Value) -> Value {
        let call = json!({"script": script, "args": arguments});
        self.command(Method::POST, "/execute/sync", call).await.unwrap()
    }

    /// Gives a command of the DevTools protocol.
    pub async fn devtools(&self, command: &str, parameters: Value) {
        let call = json!({"cmd": command, "params": parameters});
        self.command(Method::POST, "/goog/cdp/execute", call).await.unwrap();
    }

    /// The value that a command answers with, or its error.
    async fn command(&self, method: Method, path: &str, body: Value) -> Result<Value, String> {
        let request = self.http.request(method.clone(), format!("{}{path}", self.url));
        let request = if method == Method::GET { request } else { request.json(&body) };
        let response = request.send().await.map_err(|error| error.to_string())?;
        let succeeded = response.status().is_success();
        let mut answer: Value = response.json().await.map_err(|error| error.to_string())?;
        if succeeded { Ok(answer["value"].take()) } else { Err(answer["value"].to_string()) }
    }
}

impl Element<'_> {
    /// Clicks on it: false if it is gone or covered, as when the page has just changed.
    pub async fn click(&self) -> bool {
        self.command("click", json!({})).await.is_ok()
    }

    /// Types a text into it. Keys without a character are those of the standard: U+E004 is Tab, U+E007 is Enter.
    pub async fn type_in(&self, text: &str) {
        self.command("value", json!({"text": text})).await.unwrap();
    }

    async fn command(&self, command: &str, body: Value) -> Result<Value, String> {
        self.session.command(Method::POST, &format!("/element/{}/{command}", self.id), body).await
    }
}

/// The driver's process, and the browser that it starts.
struct Driver(Child);

impl Driver {
    /// Starts it on a free port, which it tells.
    fn start() -> (Self, u16) {
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // The browser is in the group too.
            .process_group(0)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let driver = Self(child);
        let port =
            |line: String| line.split_once("started successfully on port ")?.1.trim_end_matches('.').parse().ok();
        let told = lines.find_map(port);
        // It must not be held up by what it goes on to say.
        std::thread::spawn(move || lines.for_each(drop));
        (driver, told.expect("chromedriver tells its port"))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = kill_process_group(Pid::from_child(&self.0), Signal::KILL);
        let _ = self.0.wait();
    }
}
