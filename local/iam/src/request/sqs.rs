//! SQS. Developer Guide: "Amazon SQS API permissions: Actions and resource reference" (a batch needs the permission of
//! its single form).

use local_template::{ACCOUNT, System};
use serde::Deserialize;

use super::ANY;
use crate::Access;

/// Where requests name a queue.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Names {
    queue_url: Option<String>,
    queue_name: Option<String>,
    source_arn: Option<String>,
}

pub(super) fn access(system: &System, operation: &str, names: Names) -> Access {
    let action = match operation {
        "SendMessageBatch" | "DeleteMessageBatch" | "ChangeMessageVisibilityBatch" => {
            operation.trim_end_matches("Batch")
        }
        other => other,
    };
    let queue = names.queue_url.or(names.queue_name).or(names.source_arn);
    let resource = queue.map_or_else(|| ANY.to_owned(), |queue| arn(system, &queue));
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
