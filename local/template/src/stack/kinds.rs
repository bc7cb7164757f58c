//! The resource types a template may have, and what `!Ref` and `!GetAtt` of each give.
//!
//! CloudFormation: "Resource and property types", the section "Return values" of each. In the answers `{name}` is the
//! physical name, `{region}` and `{account}` the local ones.

/// A resource type.
#[derive(Debug)]
pub(crate) struct Kind {
    /// `AWS::SQS::Queue`.
    pub(crate) name: &'static str,
    /// The property that names the resource, if it is set; else the name is the logical id.
    pub(crate) named_by: Option<&'static str>,
    /// What `!Ref` gives.
    pub(crate) reference: &'static str,
    /// What `!GetAtt` gives.
    pub(crate) attributes: &'static [(&'static str, &'static str)],
    /// What becomes of it on one machine.
    pub(crate) role: Role,
}

/// What becomes of a resource type on one machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// It is emulated.
    Emulated,
    /// It has no visible effect: logs, alarms, permissions of other principals than functions. Only its references are
    /// checked. (A function's role and its policies are read with the function.)
    Inert,
    /// Inert as long as only inert resources refer to it: a topic that alarms write to.
    InertAmongInert,
}

pub(crate) const FUNCTION: &str = "AWS::Serverless::Function";
pub(crate) const API: &str = "AWS::Serverless::Api";
pub(crate) const TABLE: &str = "AWS::DynamoDB::Table";
pub(crate) const QUEUE: &str = "AWS::SQS::Queue";
pub(crate) const SECRET: &str = "AWS::SecretsManager::Secret";
pub(crate) const ROLE: &str = "AWS::IAM::Role";
pub(crate) const POLICY: &str = "AWS::IAM::Policy";
pub(crate) const MANAGED_POLICY: &str = "AWS::IAM::ManagedPolicy";
pub(crate) const LOG_GROUP: &str = "AWS::Logs::LogGroup";

const KINDS: &[Kind] = &[
    Kind {
        name: FUNCTION,
        named_by: Some("FunctionName"),
        reference: "{name}",
        attributes: &[("Arn", "arn:aws:lambda:{region}:{account}:function:{name}")],
        role: Role::Emulated,
    },
    // Its id, not its `Name`: the logical id, which is also the API id of local requests.
    Kind {
        name: API,
        named_by: None,
        reference: "{name}",
        attributes: &[("RestApiId", "{name}"), ("RootResourceId", "root")],
        role: Role::Emulated,
    },
    Kind {
        name: TABLE,
        named_by: Some("TableName"),
        reference: "{name}",
        attributes: &[
            ("Arn", "arn:aws:dynamodb:{region}:{account}:table/{name}"),
            ("StreamArn", "arn:aws:dynamodb:{region}:{account}:table/{name}/stream/local"),
        ],
        role: Role::Emulated,
    },
    Kind {
        name: QUEUE,
        named_by: Some("QueueName"),
        reference: "{queue-url}",
        attributes: &[
            ("Arn", "arn:aws:sqs:{region}:{account}:{name}"),
            ("QueueName", "{name}"),
            ("QueueUrl", "{queue-url}"),
        ],
        role: Role::Emulated,
    },
    // On AWS six random characters end the ARN; here they stay the same.
    Kind {
        name: SECRET,
        named_by: Some("Name"),
        reference: "arn:aws:secretsmanager:{region}:{account}:secret:{name}-000000",
        attributes: &[("Id", "arn:aws:secretsmanager:{region}:{account}:secret:{name}-000000")],
        role: Role::Emulated,
    },
    inert(ROLE, Some("RoleName"), "{name}", &[("Arn", "arn:aws:iam::{account}:role/{name}"), ("RoleId", "AROA{name}")]),
    inert(POLICY, Some("PolicyName"), "{name}", &[]),
    inert(
        MANAGED_POLICY,
        Some("ManagedPolicyName"),
        "arn:aws:iam::{account}:policy/{name}",
        &[("PolicyArn", "arn:aws:iam::{account}:policy/{name}")],
    ),
    inert(LOG_GROUP, Some("LogGroupName"), "{name}", &[("Arn", "arn:aws:logs:{region}:{account}:log-group:{name}:*")]),
    inert("AWS::Logs::MetricFilter", None, "{name}", &[]),
    inert(
        "AWS::CloudWatch::Alarm",
        Some("AlarmName"),
        "{name}",
        &[("Arn", "arn:aws:cloudwatch:{region}:{account}:alarm:{name}")],
    ),
    inert(
        "AWS::CloudWatch::CompositeAlarm",
        Some("AlarmName"),
        "{name}",
        &[("Arn", "arn:aws:cloudwatch:{region}:{account}:alarm:{name}")],
    ),
    inert("AWS::CloudWatch::Dashboard", Some("DashboardName"), "{name}", &[]),
    inert("AWS::ApiGateway::Account", None, "{name}", &[]),
    inert("AWS::Lambda::Permission", None, "{name}", &[]),
    inert("AWS::SQS::QueuePolicy", None, "{name}", &[]),
    inert("AWS::SNS::TopicPolicy", None, "{name}", &[]),
    Kind {
        name: "AWS::SNS::Topic",
        named_by: Some("TopicName"),
        reference: "arn:aws:sns:{region}:{account}:{name}",
        attributes: &[("TopicArn", "arn:aws:sns:{region}:{account}:{name}"), ("TopicName", "{name}")],
        role: Role::InertAmongInert,
    },
];

const fn inert(
    name: &'static str,
    named_by: Option<&'static str>,
    reference: &'static str,
    attributes: &'static [(&'static str, &'static str)],
) -> Kind {
    Kind { name, named_by, reference, attributes, role: Role::Inert }
}

impl Kind {
    /// The type called `name`, if it is accepted on one machine.
    pub(crate) fn of(name: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.name == name)
    }

    /// Whether only its references are checked.
    pub(crate) fn is_inert(&self) -> bool {
        self.role != Role::Emulated
    }

    /// What `!GetAtt` of this attribute gives, before the name is put in.
    pub(crate) fn attribute(&self, name: &str) -> Option<&'static str> {
        self.attributes.iter().find(|(known, _)| *known == name).map(|(_, answer)| *answer)
    }
}
