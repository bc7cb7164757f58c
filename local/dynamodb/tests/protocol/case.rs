//! A request, and what AWS's documents say of its answer.

use serde_json::{Value, json};

use crate::engine::{Database, Engine, plain};
use crate::streams;

/// One request on tables that earlier ones have filled.
pub struct Case {
    pub name: String,
    before: Vec<(&'static str, Value)>,
    call: (&'static str, Value),
    /// What is compared: any of the members that [`observe`] has.
    expected: Value,
}

impl Case {
    /// This call, which has to succeed unless the case says otherwise.
    pub fn new(name: impl Into<String>, operation: &'static str, body: Value) -> Self {
        Self { name: name.into(), before: Vec::new(), call: (operation, body), expected: json!({ "error": null }) }
    }

    /// After a call that has to succeed.
    pub fn after(mut self, operation: &'static str, body: Value) -> Self {
        self.before.push((operation, body));
        self
    }

    /// The call is refused, in these words where AWS's documents or its service have some.
    pub fn refused(mut self, error: &str, message: Option<&str>) -> Self {
        self.expected["error"] = error.into();
        if let Some(message) = message {
            self.expected["message"] = message.into();
        }
        self
    }

    /// What else is so after the call: `answer`, `reasons`, `things`, `pairs` or `records`.
    pub fn then(mut self, what: &str, expected: Value) -> Self {
        self.expected[what] = expected;
        self
    }

    /// The operations that an engine has to have for it.
    pub fn needs(&self) -> Vec<&'static str> {
        let mut needed: Vec<&str> = self.before.iter().map(|(operation, _)| *operation).collect();
        needed.push(self.call.0);
        if self.expected["records"].is_array() {
            needed.extend(streams::OPERATIONS);
        } else if self.call.1["StreamSpecification"].is_object() {
            needed.push("DescribeStream");
        }
        needed
    }

    /// Asks it of an engine.
    ///
    /// # Panics
    /// The engine answers something else than it is expected to.
    pub async fn ask(&self, engine: Engine) {
        let database = Database::of(engine).await;
        for (operation, body) in &self.before {
            database.done(operation, body).await;
        }
        let known = engine.known().differences.iter().find(|known| known.case == self.name);
        let mut expected = self.expected.clone();
        if let Some(known) = known {
            let differing: Value = serde_json::from_str(known.instead).unwrap();
            for (what, value) in differing.as_object().unwrap() {
                assert_ne!(expected[what], *value, "{}: {what} is no difference", known.case);
                expected[what] = value.clone();
            }
        }
        let observed = observe(&database, &self.call, &expected).await;
        let why = known.map_or("no difference is known", |known| known.reason);
        assert_eq!(observed, expected, "{} {}: {why}", self.call.0, self.call.1);
    }
}

/// Those of the members that are expected: the error's name or null, its message, the reasons of a cancelled transaction, the
/// answer, the tables' items, the stream's records.
async fn observe(database: &Database, (operation, body): &(&str, Value), expected: &Value) -> Value {
    let (status, mut answer) = database.call(operation, body).await;
    let mut observed = json!({});
    for what in expected.as_object().unwrap().keys() {
        observed[what] = match what.as_str() {
            "error" if status == 200 => Value::Null,
            "error" => answer["__type"].as_str().and_then(|kind| kind.rsplit('#').next()).into(),
            "message" => {
                let message = if answer["message"].is_string() { &answer["message"] } else { &answer["Message"] };
                message.as_str().map(|message| message.trim_start_matches("1 validation error detected: ")).into()
            }
            "reasons" => answer["CancellationReasons"].clone(),
            "answer" => plain(&mut answer.clone()),
            "things" => database.items("Things").await,
            "pairs" => database.items("Pairs").await,
            "records" => {
                let mut records = database.records().await;
                records.as_array_mut().unwrap().iter_mut().map(|record| record[2].take()).collect()
            }
            _ => panic!("nothing is called {what}"),
        };
    }
    answer.take();
    observed
}
