//! Each function may do what it does and no more: everything that functions call is called once, on a stack that
//! enforces their roles and remembers what they were good for; what is left over in a role is too much.

mod denied;
mod everything;
mod rights;
mod services;

use std::collections::BTreeSet;

use tests::Stack;

use crate::template::system;

use rights::Right;
pub(crate) use services::Services;

/// What each function was seen to do.
async fn used(stack: &Stack) -> BTreeSet<Right> {
    let used = stack.control(http::Method::GET, "iam/used").await;
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let right = |one: &serde_json::Value| Right {
        function: text(&one["function"]),
        action: text(&one["action"]),
        resource: text(&one["resource"]),
    };
    used.as_array().unwrap().iter().map(right).collect()
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn every_right_of_a_role_is_one_that_its_function_uses() {
    let stack = Stack::start().await;
    everything::done(&stack).await;
    let used = used(&stack).await;
    let given = rights::given(&system());
    let excess: Vec<&Right> = given.difference(&used).collect();
    assert!(
        excess.is_empty(),
        "rights that no function has used: take them out of the role, or add a request that needs them to \
         tests/tests/e2e/least_privilege/everything.rs: {excess:#?}"
    );
    let more: Vec<&Right> = used.difference(&given).collect();
    assert!(more.is_empty(), "not enforced: {more:#?}");
}

#[apply(e2e)]
fn logs_are_written_to_the_log_group_of_the_functions_own_service_and_nowhere_else() {
    let (system, services) = (system(), Services::read());
    for function in system.functions.values() {
        let [traces, logs] = rights::of_telemetry(function)[..] else {
            panic!("{}: {:?}", function.name, function.role)
        };
        let group = format!("/aws/lambda/local/{}", services.of_function(&system, &function.name));
        let group = format!("arn:aws:logs:us-east-1:000000000000:log-group:{group}:*");
        assert_eq!(logs.actions, ["logs:CreateLogStream", "logs:PutLogEvents"], "{}", function.name);
        assert_eq!(logs.resources, [group], "{}", function.name);
        assert_eq!(traces.actions, ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "{}", function.name);
        assert_eq!(traces.resources, ["*"], "{}", function.name);
    }
}

/// A service asks another through its functions or hears of it through queues; its data is its own.
#[apply(e2e)]
fn no_role_reaches_into_another_service() {
    let system = system();
    let services = Services::read();
    for right in rights::given(&system) {
        let (own, of) =
            (services.of_function(&system, &right.function), services.of_resource(&system, &right.resource));
        assert!(own == of || services::may_cross(&system, &right), "{own} reaches into {of}: {right:?}");
    }
}
