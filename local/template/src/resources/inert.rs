//! Resources without effect on one machine: nothing is metered here, no one but functions has a role, and no one outside calls.
//!
//! The properties of each type are listed, so that one that would have an effect (a topic's `Subscription`) is refused by name.
//! CloudFormation: "Resource and property types".

use super::resource_policy;
use super::role::check_actions;
use crate::error::Place;
use crate::field::{Accepted, Field};
use crate::stack::{Catalogue, FUNCTION, LOG_GROUP, MANAGED_POLICY, POLICY, ROLE, Resource, Scope};

const fn harmless(properties: &'static [&'static str]) -> Accepted {
    Accepted { emulated: &[], without_effect: properties }
}

/// There are no metrics here that a state could be made of.
const ALARM: Accepted = Accepted {
    // None may name a function, which would never be called.
    emulated: &["AlarmActions", "InsufficientDataActions", "OKActions"],
    without_effect: &[
        "ActionConfiguration",
        "ActionsEnabled",
        "AlarmDescription",
        "AlarmName",
        "ComparisonOperator",
        "DatapointsToAlarm",
        "Dimensions",
        "EvaluateLowSampleCountPercentile",
        "EvaluationCriteria",
        "EvaluationInterval",
        "EvaluationPeriods",
        "EvaluationWindow",
        "ExtendedStatistic",
        "MetricName",
        "Metrics",
        "Namespace",
        "Period",
        "Statistic",
        "Tags",
        "Threshold",
        "ThresholdMetricId",
        "TreatMissingData",
        "Unit",
        "WarmUpConfiguration",
    ],
};

const COMPOSITE_ALARM: Accepted = Accepted {
    emulated: ALARM.emulated,
    without_effect: &[
        "ActionConfiguration",
        "ActionsEnabled",
        "ActionsSuppressor",
        "ActionsSuppressorExtensionPeriod",
        "ActionsSuppressorWaitPeriod",
        "AlarmDescription",
        "AlarmName",
        "AlarmRule",
        "Tags",
    ],
};

/// What functions log is in files, whole and for as long as the data folder is there.
const LOG_GROUP_PROPERTIES: Accepted = harmless(&[
    "BearerTokenAuthenticationEnabled",
    "DataProtectionPolicy",
    "DeletionProtectionEnabled",
    "FieldIndexPolicies",
    "KmsKeyId",
    "LogGroupClass",
    "LogGroupName",
    "ResourcePolicyDocument",
    "RetentionInDays",
    "Tags",
]);

const METRIC_FILTER: Accepted = harmless(&[
    "ApplyOnTransformedLogs",
    "EmitSystemFieldDimensions",
    "FieldSelectionCriteria",
    "FilterName",
    "FilterPattern",
    "LogGroupName",
    "MetricTransformations",
]);

/// Permissions of AWS's other services, which are not here to call.
const PERMISSION: Accepted = harmless(&[
    "Action",
    "EventSourceToken",
    "FunctionName",
    "FunctionUrlAuthType",
    "InvokedViaFunctionUrl",
    "Principal",
    "PrincipalOrgID",
    "SourceAccount",
    "SourceArn",
]);

/// Nothing publishes to a topic here: only alarms may name one. A `Subscription` would deliver nothing.
const TOPIC: Accepted = harmless(&[
    "ArchivePolicy",
    "ContentBasedDeduplication",
    "DataProtectionPolicy",
    "DeliveryStatusLogging",
    "DisplayName",
    "FifoThroughputScope",
    "FifoTopic",
    "KmsMasterKeyId",
    "MaximumMessageSize",
    "SignatureVersion",
    "Tags",
    "TopicName",
    "TracingConfig",
]);

/// A function's role and its policies are read with the function, which refuses more.
const ROLES: Accepted = harmless(&[
    "AssumeRolePolicyDocument",
    "Description",
    "ManagedPolicyArns",
    "MaxSessionDuration",
    "Path",
    "PermissionsBoundary",
    "Policies",
    "RoleName",
    "Tags",
]);

const POLICY_PROPERTIES: Accepted = harmless(&["Groups", "PolicyDocument", "PolicyName", "Roles", "Users"]);

const MANAGED_POLICY_PROPERTIES: Accepted =
    harmless(&["Description", "Groups", "ManagedPolicyName", "Path", "PolicyDocument", "Roles", "Users"]);

fn accepted(kind: &str) -> &'static Accepted {
    match kind {
        ROLE => &ROLES,
        POLICY => &POLICY_PROPERTIES,
        MANAGED_POLICY => &MANAGED_POLICY_PROPERTIES,
        "AWS::ApiGateway::Account" => const { &harmless(&["CloudWatchRoleArn"]) },
        "AWS::CloudWatch::Alarm" => &ALARM,
        "AWS::CloudWatch::CompositeAlarm" => &COMPOSITE_ALARM,
        "AWS::CloudWatch::Dashboard" => const { &harmless(&["DashboardBody", "DashboardName", "Tags"]) },
        "AWS::Lambda::Permission" => &PERMISSION,
        LOG_GROUP => &LOG_GROUP_PROPERTIES,
        "AWS::Logs::MetricFilter" => &METRIC_FILTER,
        "AWS::SNS::Topic" => &TOPIC,
        "AWS::SNS::TopicPolicy" => const { &harmless(&["PolicyDocument", "Topics"]) },
        "AWS::SQS::QueuePolicy" => const { &Accepted { emulated: &["PolicyDocument"], without_effect: &["Queues"] } },
        _ => const { &harmless(&[]) },
    }
}

/// Checks the properties and references of all resources without effect.
pub(crate) fn check_inert(scope: &Scope<'_>, catalogue: &Catalogue) {
    for resource in catalogue.present().filter(|resource| resource.kind.is_inert()) {
        check(scope, catalogue, resource);
    }
}

fn check(scope: &Scope<'_>, catalogue: &Catalogue, resource: &Resource) {
    let place = Place::new(&resource.id);
    let value = scope.resolve(&resource.properties, &place);
    let properties = Field::new(scope.report, place, &value);
    properties.only(accepted(resource.kind.name));
    let actions = ALARM.emulated.iter().filter_map(|key| properties.get(key));
    for action in actions.flat_map(|actions| actions.one_or_more()) {
        let Some(arn) = action.text() else { continue };
        let functions =
            catalogue.of_kind(FUNCTION).filter_map(|function| Some((function, scope.own(function, "Arn")?)));
        for (function, own) in functions {
            if arn == own || arn.strip_prefix(&own).is_some_and(|rest| rest.starts_with(':')) {
                action.note(format!("no alarm goes off on one machine, so it would never call `{}`", function.id));
            }
        }
    }
    let document = properties.get("PolicyDocument");
    match resource.kind.name {
        "AWS::SQS::QueuePolicy" => document.iter().for_each(resource_policy::check),
        ROLE => {
            let policies = properties.get("Policies").map(|policies| policies.one_or_more()).unwrap_or_default();
            policies.iter().filter_map(|policy| policy.get("PolicyDocument")).for_each(|it| check_actions(&it));
        }
        _ => document.iter().for_each(check_actions),
    }
}

#[cfg(test)]
mod tests;
