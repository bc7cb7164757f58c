//! The role that SAM makes for a function that names none. AWS SAM: "AWS::Serverless::Function", property `Role`.

use crate::model::{Effect, EventSource, Role, Statement};

/// `AWSLambdaBasicExecutionRole`. AWS Managed Policy Reference Guide.
const BASIC: &[&str] = &["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"];

/// What `AWSLambdaDynamoDBExecutionRole` has besides.
const STREAM: &[&str] =
    &["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"];

/// What `AWSLambdaSQSQueueExecutionRole` has besides.
const QUEUE: &[&str] = &["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];

/// The managed policies that SAM gives it, all of which are about every resource there is: logs, and what its event
/// sources read. Nothing that its code could call.
pub(in crate::resources) fn generated(function: &str, sources: &[EventSource]) -> Role {
    let mut statements = vec![allow(BASIC, "*")];
    for source in sources {
        match source {
            EventSource::Stream(stream) => {
                statements.push(allow(STREAM, "*"));
                statements.extend(stream.on_failure.as_deref().map(|queue| allow(&["sqs:SendMessage"], queue)));
            }
            EventSource::Queue(_) => statements.push(allow(QUEUE, "*")),
            EventSource::Schedule(_) => {}
        }
    }
    statements.dedup();
    Role { name: format!("{function}Role"), statements }
}

fn allow(actions: &[&str], resource: &str) -> Statement {
    let actions = actions.iter().map(|action| (*action).to_owned()).collect();
    Statement { effect: Effect::Allow, actions, resources: vec![resource.to_owned()] }
}
