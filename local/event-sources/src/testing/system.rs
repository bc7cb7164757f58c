//! Systems for tests: tables with streams, a queue, functions with one source each.

use std::collections::BTreeMap;
use std::time::Duration;

use local_template::{EventSource, Function, Queue, QueueSource, Redrive, StreamSource, System, Table};
use serde_json::json;

pub(crate) const QUEUE: &str = "arn:aws:sqs:eu-central-1:000000000000:Discarded";

pub(crate) fn table(name: &str) -> Table {
    Table {
        name: name.to_owned(),
        arn: format!("arn:aws:dynamodb:eu-central-1:000000000000:table/{name}"),
        definition: json!({
            "TableName": name,
            "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
            "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
            "BillingMode": "PAY_PER_REQUEST",
            "StreamSpecification": { "StreamViewType": "NEW_AND_OLD_IMAGES" },
        }),
        ttl_attribute: None,
    }
}

/// Reads `Things` from its start, with the defaults of a template.
pub(crate) fn source() -> StreamSource {
    StreamSource {
        id: "Stream".to_owned(),
        table: "Things".to_owned(),
        from_start: true,
        batch_size: 100,
        batch_window: Duration::ZERO,
        filters: Vec::new(),
        maximum_retry_attempts: None,
        maximum_record_age: None,
        bisect: false,
        report_batch_item_failures: false,
        on_failure: None,
        enabled: true,
    }
}

pub(crate) fn function(name: &str, source: StreamSource) -> Function {
    function_with(name, EventSource::Stream(source))
}

pub(crate) fn function_with(name: &str, source: EventSource) -> Function {
    Function {
        line: 1,
        name: name.to_owned(),
        log_group: format!("/aws/lambda/{name}"),
        makes_log_group: false,
        arn: format!("arn:aws:lambda:eu-central-1:000000000000:function:{name}"),
        binary: name.to_owned(),
        memory_mb: 128,
        timeout: Duration::from_secs(3),
        environment: BTreeMap::new(),
        alias: None,
        role: local_template::Role::default(),
        reserved_concurrency: None,
        event_invoke: local_template::EventInvoke::default(),
        sources: vec![source],
    }
}

/// The tables `Things` and `Others`, and a function `reader` with `source`.
pub(crate) fn system(source: StreamSource) -> System {
    System {
        region: "eu-central-1".to_owned(),
        functions: BTreeMap::from([("reader".to_owned(), function("reader", source))]),
        tables: ["Things", "Others"].map(|name| (name.to_owned(), table(name))).into(),
        queues: queues().into(),
        ..System::default()
    }
}

/// The queue `Jobs`, whose messages are tried twice, and its dead-letter queue `Dead`.
pub(crate) fn queues() -> [(String, Queue); 2] {
    let queue = |name: &str| Queue {
        name: name.to_owned(),
        arn: format!("arn:aws:sqs:eu-central-1:000000000000:{name}"),
        visibility_timeout: Duration::from_secs(30),
        retention: Duration::from_secs(4 * 24 * 3600),
        delay: Duration::ZERO,
        receive_wait: Duration::ZERO,
        redrive: None,
    };
    let redrive = Some(Redrive { dead_letter_arn: queue("Dead").arn, max_receive_count: 2 });
    [("Jobs".to_owned(), Queue { redrive, ..queue("Jobs") }), ("Dead".to_owned(), queue("Dead"))]
}

/// Reads `Jobs`, with the defaults of a template and `ReportBatchItemFailures`.
pub(crate) fn queue_source() -> QueueSource {
    QueueSource {
        id: "Queue".to_owned(),
        queue: queues()[0].1.arn.clone(),
        batch_size: 10,
        batch_window: Duration::ZERO,
        filters: Vec::new(),
        report_batch_item_failures: true,
        maximum_concurrency: None,
        enabled: true,
    }
}

/// A function `worker` with `source`.
pub(crate) fn queue_system(source: QueueSource) -> System {
    let worker = function_with("worker", EventSource::Queue(source));
    System { functions: BTreeMap::from([("worker".to_owned(), worker)]), ..system(self::source()) }
}
