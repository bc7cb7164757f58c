//! SQS. Developer Guide: "Amazon SQS API permissions: Actions and resource reference" (a batch needs the permission of
//! its single form).

use local_template::{ACCOUNT, System};
use serde_json::Value;

use super::ANY;
use crate::Access;

pub(super) fn access(system: &System, operation: &str, body: &Value) -> Access {
    let action = match operation {
        "SendMessageBatch" | "DeleteMessageBatch" | "ChangeMessageVisibilityBatch" => {
            operation.trim_end_matches("Batch")
        }
        other => other,
    };
    let queue = ["QueueUrl", "QueueName", "SourceArn"].iter().find_map(|key| body[*key].as_str());
    let resource = queue.map_or_else(|| ANY.to_owned(), |queue| arn(system, queue));
    Access::new(format!("sqs:{action}"), resource)
}

/// A request names a queue by its URL (whose path ends in its name), its name or its ARN.
fn arn(System { region, .. }: &System, queue: &str) -> String {
    if queue.starts_with("arn:") {
        return queue.to_owned();
    }
    let name = queue.rsplit('/').next().unwrap_or_default();
    format!("arn:aws:sqs:{region}:{ACCOUNT}:{name}")
}
