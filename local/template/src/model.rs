//! What a template says, resolved: every intrinsic function evaluated, every default filled in.
//!
//! A resource's physical name on one machine is its logical id (as under `sam local`), unless the template names it.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::error::Problem;

mod api;
mod role;

pub use api::{Api, Authorizer, Cors, GatewayResponse, Parameter, Route, Throttle, Throttling};
pub use role::{Effect, Role, Statement};

/// The account id that local ARNs carry.
pub const ACCOUNT: &str = "000000000000";

/// The region that local ARNs carry.
pub const REGION: &str = "us-east-1";

/// The endpoint of the queue URLs that `!Ref` gives, until [`System::serve_queues_at`] puts another in its place. The SQS API
/// looks at a URL's path only.
pub const QUEUE_ENDPOINT: &str = "http://sqs.us-east-1.localhost";

/// The URL of a queue, as the SQS API answers it.
///
/// `endpoint` is where the SQS API is served (`http://127.0.0.1:3001`). On AWS the URL is
/// `https://sqs.REGION.amazonaws.com/ACCOUNT/NAME`: the same path under another endpoint.
pub fn queue_url(endpoint: &str, name: &str) -> String {
    format!("{}/{ACCOUNT}/{name}", endpoint.trim_end_matches('/'))
}

/// The ARN of an alias of a function.
pub fn alias_arn(function: &str, alias: &str) -> String {
    format!("{function}:{alias}")
}

/// Everything one template describes.
#[derive(Debug, Clone, Default)]
pub struct System {
    /// The region its ARNs name.
    pub region: String,
    /// `AWS::Serverless::Function`s by logical id.
    pub functions: BTreeMap<String, Function>,
    /// The `AWS::Serverless::Api`, if there is one.
    pub api: Option<Api>,
    /// `AWS::DynamoDB::Table`s by logical id.
    pub tables: BTreeMap<String, Table>,
    /// `AWS::SQS::Queue`s by logical id.
    pub queues: BTreeMap<String, Queue>,
    /// `AWS::SecretsManager::Secret`s by logical id.
    pub secrets: BTreeMap<String, Secret>,
    /// Every resource, emulated or not, in the template's order.
    pub resources: Vec<Resource>,
    /// `Outputs` by name.
    pub outputs: BTreeMap<String, String>,
    /// What AWS would take and is most likely not meant, by line.
    pub warnings: Vec<Problem>,
}

/// A resource, as CloudFormation lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Its logical id.
    pub id: String,
    /// Its type: `AWS::SQS::Queue`.
    pub kind: &'static str,
    /// Its physical id: what `!Ref` gives.
    pub physical_id: String,
}

impl System {
    /// Puts another endpoint (`http://127.0.0.1:3000`) in the place of [`QUEUE_ENDPOINT`], for clients that send to the URL of a
    /// queue and not to the endpoint they are given.
    pub fn serve_queues_at(&mut self, endpoint: &str) {
        let from = format!("{QUEUE_ENDPOINT}/{ACCOUNT}/");
        let to = format!("{}/{ACCOUNT}/", endpoint.trim_end_matches('/'));
        let environments = self.functions.values_mut().flat_map(|function| function.environment.values_mut());
        let physical_ids = self.resources.iter_mut().map(|resource| &mut resource.physical_id);
        for text in environments.chain(self.outputs.values_mut()).chain(physical_ids) {
            if text.contains(&from) {
                *text = text.replace(&from, &to);
            }
        }
        for function in self.functions.values_mut() {
            for source in &mut function.sources {
                if let EventSource::Schedule(ScheduleSource { input: Some(input), .. }) = source {
                    *input = input.replace(&from, &to);
                }
            }
        }
    }
}

/// A Lambda function.
#[derive(Debug, Clone)]
pub struct Function {
    /// The line of its logical id in the template.
    pub line: usize,
    /// `FunctionName`, or the logical id.
    pub name: String,
    /// Its ARN, unqualified.
    pub arn: String,
    /// `AutoPublishAlias`: a name for the version that is in use, which on one machine is the only one.
    pub alias: Option<String>,
    /// The cargo binary target it runs: `Metadata.BuildProperties.Binary` (`BuildMethod: rust-cargolambda`).
    pub binary: String,
    /// `MemorySize` in MB.
    pub memory_mb: u32,
    /// `Timeout`.
    pub timeout: Duration,
    /// `Environment.Variables`.
    pub environment: BTreeMap<String, String>,
    /// `LoggingConfig.LogGroup`, or the one that Lambda makes: `/aws/lambda/` and the name.
    pub log_group: String,
    /// Whether Lambda has to make the log group: `LoggingConfig` names none, and the template has none of that name.
    pub makes_log_group: bool,
    /// `Role`, or the one that SAM makes for a function without.
    pub role: Role,
    /// `ReservedConcurrentExecutions`: at most this many instances at once.
    pub reserved_concurrency: Option<u32>,
    /// `EventInvokeConfig`: when an asynchronous invocation is given up.
    pub event_invoke: EventInvoke,
    /// What invokes it besides the API.
    pub sources: Vec<EventSource>,
}

/// When an asynchronous invocation is given up. AWS Lambda: "Configuring error handling settings for asynchronous
/// invocations".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventInvoke {
    /// `MaximumRetryAttempts`: how often an invocation that ended in an error is tried again, 2 by default.
    pub maximum_retry_attempts: usize,
    /// `MaximumEventAgeInSeconds`: how long an event waits at most for a try, 6 hours by default.
    pub maximum_event_age: Duration,
}

impl Default for EventInvoke {
    fn default() -> Self {
        Self { maximum_retry_attempts: 2, maximum_event_age: Duration::from_secs(6 * 3600) }
    }
}

/// An event source mapping or schedule of a function.
#[derive(Debug, Clone)]
pub enum EventSource {
    /// `Type: DynamoDB`.
    Stream(StreamSource),
    /// `Type: SQS`.
    Queue(QueueSource),
    /// `Type: Schedule` or `ScheduleV2`.
    Schedule(ScheduleSource),
}

/// A DynamoDB stream that feeds a function. AWS Lambda: "Using AWS Lambda with Amazon DynamoDB".
#[derive(Debug, Clone)]
pub struct StreamSource {
    /// The event's logical id inside the function.
    pub id: String,
    /// Name of the table whose stream it reads.
    pub table: String,
    /// `StartingPosition: TRIM_HORIZON` (true) or `LATEST` (false).
    pub from_start: bool,
    /// `BatchSize`, 100 by default.
    pub batch_size: usize,
    /// `MaximumBatchingWindowInSeconds`, 0 by default.
    pub batch_window: Duration,
    /// `FilterCriteria.Filters[].Pattern`, each parsed; a record passes if any matches, or if there are none.
    pub filters: Vec<serde_json::Value>,
    /// `MaximumRetryAttempts`; `None` is without limit (-1, the default).
    pub maximum_retry_attempts: Option<u32>,
    /// `MaximumRecordAgeInSeconds`; `None` is without limit (-1, the default).
    pub maximum_record_age: Option<Duration>,
    /// `BisectBatchOnFunctionError`.
    pub bisect: bool,
    /// `FunctionResponseTypes: [ReportBatchItemFailures]`.
    pub report_batch_item_failures: bool,
    /// `DestinationConfig.OnFailure.Destination`: the ARN of a queue.
    pub on_failure: Option<String>,
    /// `Enabled`, true by default.
    pub enabled: bool,
}

/// A queue that feeds a function. AWS Lambda: "Using Lambda with Amazon SQS".
#[derive(Debug, Clone)]
pub struct QueueSource {
    /// The event's logical id inside the function.
    pub id: String,
    /// The queue's ARN.
    pub queue: String,
    /// `BatchSize`, 10 by default.
    pub batch_size: usize,
    /// `MaximumBatchingWindowInSeconds`, 0 by default.
    pub batch_window: Duration,
    /// `FilterCriteria.Filters[].Pattern`, each parsed.
    pub filters: Vec<serde_json::Value>,
    /// `FunctionResponseTypes: [ReportBatchItemFailures]`.
    pub report_batch_item_failures: bool,
    /// `ScalingConfig.MaximumConcurrency` (2 to 1000).
    pub maximum_concurrency: Option<u32>,
    /// `Enabled`, true by default.
    pub enabled: bool,
}

/// A schedule that calls a function. EventBridge: "Schedule types", rate expressions only.
#[derive(Debug, Clone)]
pub struct ScheduleSource {
    /// The event's logical id inside the function.
    pub id: String,
    /// The period of `Schedule: rate(…)`.
    pub every: Duration,
    /// `Input`: the payload, as JSON text; `None` sends EventBridge's own event.
    pub input: Option<String>,
    /// `Enabled` or `State`, enabled by default.
    pub enabled: bool,
}

/// A DynamoDB table. `definition` is the body of a CreateTable call made of the resource's own properties.
#[derive(Debug, Clone)]
pub struct Table {
    /// `TableName`, or the logical id.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// A CreateTable request: `TableName`, `KeySchema`, `AttributeDefinitions`, indexes, `BillingMode`, `StreamSpecification`.
    pub definition: serde_json::Value,
    /// The attribute of `TimeToLiveSpecification`, where enabled.
    pub ttl_attribute: Option<String>,
}

impl Table {
    /// The ARN of its stream, which stays the same for as long as the table exists.
    #[must_use]
    pub fn stream_arn(&self) -> String {
        format!("{}/stream/local", self.arn)
    }
}

/// A standard SQS queue.
#[derive(Debug, Clone)]
pub struct Queue {
    /// `QueueName`, or the logical id.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// `VisibilityTimeout`, 30 s by default.
    pub visibility_timeout: Duration,
    /// `MessageRetentionPeriod`, 4 days by default.
    pub retention: Duration,
    /// `DelaySeconds`.
    pub delay: Duration,
    /// `ReceiveMessageWaitTimeSeconds`.
    pub receive_wait: Duration,
    /// `RedrivePolicy`: ARN of the dead-letter queue and `maxReceiveCount`.
    pub redrive: Option<Redrive>,
}

impl Queue {
    /// What `!Ref` of it gives: its [`queue_url`] at [`QUEUE_ENDPOINT`].
    #[must_use]
    pub fn url(&self) -> String {
        queue_url(QUEUE_ENDPOINT, &self.name)
    }
}

/// `RedrivePolicy` of a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redrive {
    /// `deadLetterTargetArn`.
    pub dead_letter_arn: String,
    /// `maxReceiveCount`.
    pub max_receive_count: u32,
}

/// A Secrets Manager secret.
#[derive(Debug, Clone)]
pub struct Secret {
    /// `Name`, or the logical id.
    pub name: String,
    /// Its ARN (what `!Ref` gives).
    pub arn: String,
    /// `SecretString`, or how to generate it.
    pub value: SecretValue,
}

/// Where a secret's first value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretValue {
    /// `SecretString`, as written.
    Given(String),
    /// `GenerateSecretString`.
    Generated {
        /// `PasswordLength`, 32 by default.
        length: usize,
        /// The characters it is made of, after every `Exclude…`.
        alphabet: String,
        /// `RequireEachIncludedType`: the value has at least one character of each of these (none, if switched off).
        require: Vec<String>,
        /// `GenerateStringKey` and `SecretStringTemplate`: the value becomes one key of that JSON object.
        template: Option<(String, String)>,
    },
}
