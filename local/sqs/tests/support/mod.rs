//! Queues for the tests, in process or behind HTTP.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_sqs::config::{BehaviorVersion, Region};
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use local_sqs::Sqs;
use local_template::{Queue, Redrive};
use tokio::net::TcpListener;

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
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(serve(listener, self.sqs.clone()));
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::from_keys("key", "secret", None))
            .http_client(aws::http::client(Some("http://")))
            .endpoint_url(endpoint)
            .build();
        aws_sdk_sqs::Client::from_conf(config)
    }
}

async fn serve(listener: TcpListener, sqs: Sqs) {
    while let Ok((stream, _)) = listener.accept().await {
        let sqs = sqs.clone();
        let answer = service_fn(move |request: Request<hyper::body::Incoming>| {
            let sqs = sqs.clone();
            async move {
                let (parts, body) = request.into_parts();
                let body = body.collect().await?.to_bytes();
                Ok::<_, hyper::Error>(sqs.handle(Some("tester"), Request::from_parts(parts, body)).await.map(Full::new))
            }
        });
        tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
    }
}
