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
        resource: identity(text(&one["resource"])),
    };
    let used: BTreeSet<Right> = used.as_array().unwrap().iter().map(right).collect();
    let sets = used.iter().filter_map(|right| {
        let (account, _) = right.resource.split_once(":identity/")?;
        Some(Right { resource: format!("{account}:configuration-set/*"), ..right.clone() })
    });
    // Nothing here has a configuration set. On AWS whoever sends from an identity that has one by default uses it.
    used.iter().cloned().chain(sets).collect()
}

/// Which identity SES asks for, the sender's address or its domain, is known once one is verified: a role has them all.
fn identity(resource: String) -> String {
    match resource.split_once(":identity/") {
        Some((account, _)) => format!("{account}:identity/*"),
        None => resource,
    }
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

/// Whoever can read the secret can sign as anyone. All others verify by public keys.
#[apply(e2e)]
fn only_what_signs_tokens_may_read_the_secret() {
    let system = system();
    let keys = system.tables["SigningKeysTable"].arn.clone();
    let (mut readers, mut publishers) = (BTreeSet::new(), BTreeSet::new());
    for function in system.functions.values() {
        let statements = &function.role.statements;
        let mut actions = statements.iter().flat_map(|statement| &statement.actions);
        if actions.any(|action| action.starts_with("secretsmanager:") || action.contains('*')) {
            readers.insert(function.binary.as_str());
        }
        let is_told = function.environment.values().any(|value| system.secrets.values().any(|one| one.arn == *value));
        let mut writes = statements.iter().filter(|statement| statement.resources.contains(&keys));
        if writes.any(|statement| statement.actions.iter().any(|action| action != "dynamodb:Scan")) {
            publishers.insert(function.binary.as_str());
        }
        assert_eq!(is_told, readers.contains(function.binary.as_str()), "{}", function.name);
    }
    // What signs publishes its key first.
    assert_eq!(readers, publishers);
    assert!(readers.is_superset(&BTreeSet::from(["login", "register"])), "{readers:?}");
    for verifier in ["authorize", "verify-token", "get-jwks"] {
        assert!(!readers.contains(verifier), "{readers:?}");
    }
}

/// A service asks another through its functions or hears of it through queues; its data is its own.
#[apply(e2e)]
fn no_role_reaches_into_another_service() {
    let system = system();
    let services = Services::read();
    // The identities that mails are sent from are the account's, and no service's.
    for right in rights::given(&system).into_iter().filter(|right| !right.action.starts_with("ses:")) {
        let (own, of) =
            (services.of_function(&system, &right.function), services.of_resource(&system, &right.resource));
        assert!(own == of || services::may_cross(&system, &right), "{own} reaches into {of}: {right:?}");
    }
}
