//! Queues for the tests, in process or behind HTTP.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_sqs::config::{BehaviorVersion, Region};
use local_sqs::Sqs;
use local_template::{Queue, Redrive};

pub fn arn(name: &str) -> String {
    format!("arn:aws:sqs:eu-central-1:000000000000:{name}")
}

/// `jobs`, which gives up to `jobs-dead` after two receives, `jobs-dead`, and `other`.
pub fn queues() -> Vec<Queue> {
    let queue = |name: &str| Queue {
        name: name.into(),
        arn: arn(name),
        visibility_timeout: Duration::from_secs(30),
        retention: Duration::from_secs(345_600),
        delay: Duration::ZERO,
        receive_wait: Duration::ZERO,
        redrive: None,
    };
    let redrive = Some(Redrive { dead_letter_arn: arn("jobs-dead"), max_receive_count: 2 });
    vec![Queue { redrive, ..queue("jobs") }, queue("jobs-dead"), queue("other")]
}

/// The queues in a folder that goes with the test.
pub struct TestBed {
    pub sqs: Sqs,
    pub folder: tempfile::TempDir,
}

impl TestBed {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { sqs: Sqs::open(folder.path(), &queues()).unwrap(), folder }
    }

    /// The same folder opened again, as after a restart.
    pub fn reopened(self) -> Self {
        let Self { sqs, folder } = self;
        drop(sqs);
        Self { sqs: Sqs::open(folder.path(), &queues()).unwrap(), folder }
    }

    /// Serves the queues until the runtime ends, and gives a real SDK client of them.
    pub async fn client(&self) -> aws_sdk_sqs::Client {
        let sqs = self.sqs.clone();
        let endpoint = local_testing::http::serve(move |request| {
            let sqs = sqs.clone();
            async move { sqs.handle(Some("tester"), request).await }
        })
        .await;
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::from_keys("key", "secret", None))
            .http_client(local_testing::http::client())
            .endpoint_url(endpoint)
            .build();
        aws_sdk_sqs::Client::from_conf(config)
    }
}
