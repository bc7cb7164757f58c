//! `.ci/preflight`: what would make a deployment fail is found before it, with the command that mends it.

mod account;
mod state;

use account::{Account, Findings};
use serde_json::json;

/// What prints nothing but its summary.
fn quiet(summary: &str) -> Findings {
    Findings { status: 0, lines: Vec::new(), summary: summary.to_owned() }
}

const F2: &str = "storefront-prod-F2";

#[apply(e2e)]
#[needs(SamTransform)]
fn a_stack_in_order_has_no_findings_and_is_only_read() {
    // As many as the shop has: over a page of resources.
    let account = Account::of(33);
    assert_eq!(account.preflight(&["prod"]), quiet("storefront-prod: problems: 0, warnings: 0"));
    let asked = account.asked();
    for each in ["lambda get-alias", "lambda get-function-concurrency"] {
        assert_eq!(asked.iter().filter(|call| *call == each).count(), 33, "{each}");
    }
    let reads = |call: &String| {
        let operation = call.split(' ').nth(1).unwrap();
        ["get-", "list-", "describe-", "batch-get-"].iter().any(|verb| operation.starts_with(verb))
    };
    assert!(asked.iter().all(reads), "{asked:?}");
}

#[apply(e2e)]
#[needs(SamTransform)]
fn versions_that_a_rolled_back_update_left_are_named_with_what_deletes_them() {
    let mut account = Account::healthy();
    // Over a page of them, and a number that text would sort first.
    account.state["versions"][F2] = json!((1..=57).map(|version| version.to_string()).collect::<Vec<_>>());
    account.state["resources"].as_array_mut().unwrap().iter_mut().for_each(|one| {
        if one["PhysicalResourceId"].as_str().unwrap().ends_with("F2:6") {
            one["PhysicalResourceId"] =
                json!("arn:aws:lambda:eu-central-1:000000000000:function:storefront-prod-F2:55");
        }
    });
    account.state["aliases"][format!("{F2}:live")]["FunctionVersion"] = json!("55");
    let found = account.preflight(&["prod", "--region", "eu-central-1"]);
    assert_eq!(
        found.lines,
        [
            "problem: storefront-prod-F2 has versions after the stack's 55, which an update left that was taken back: 56 57. \
             Lambda publishes none for the same code again, and the deployment fails (\"A version for this Lambda function exists\")",
            "    aws lambda delete-function --function-name storefront-prod-F2 --qualifier 56 --region eu-central-1",
            "    aws lambda delete-function --function-name storefront-prod-F2 --qualifier 57 --region eu-central-1",
        ]
    );
    assert_eq!((found.status, &*found.summary), (1, "storefront-prod in eu-central-1: problems: 1, warnings: 0"));
}

#[apply(e2e)]
#[needs(SamTransform)]
fn an_alias_that_was_moved_by_hand_is_a_problem_where_codedeploy_moves_it() {
    let mut account = Account::healthy();
    account.state["aliases"][format!("{F2}:live")]["FunctionVersion"] = json!("5");
    let mends = "    aws lambda update-alias --function-name storefront-prod-F2 --name live --function-version 6 \
                 --routing-config AdditionalVersionWeights={}";
    let finding = "alias live of storefront-prod-F2 is at version 5, the stack has 6: ";
    let refused = "CodeDeploy refuses to move an alias that is not where the stack left it. If 6 must not run again, see \
                   docs/aws.md, \"Roll back\"";
    let found = account.preflight(&["prod"]);
    assert_eq!((found.status, found.lines), (1, vec![format!("problem: {finding}{refused}"), mends.to_owned()]));

    // What the page says there: for once, without CodeDeploy.
    account.edit("template.yaml", "prod: {GradualDeployment: \"true\"", "prod: {GradualDeployment: \"false\"");
    let unmoved = format!("warning: {finding}a deployment moves it only if it changes the function");
    let found = account.preflight(&["prod"]);
    assert_eq!((found.status, found.lines), (0, vec![unmoved.clone(), mends.to_owned()]));

    // One of the functions that get all calls at once, beside others that don't.
    let mut account = Account::without_group_of("F2");
    account.state["aliases"][format!("{F2}:live")]["FunctionVersion"] = json!("5");
    let found = account.preflight(&["prod"]);
    assert_eq!((found.status, found.lines), (0, vec![unmoved, mends.to_owned()]));
}

#[apply(e2e)]
#[needs(SamTransform)]
fn an_alias_between_two_versions_is_a_problem() {
    let mut account = Account::healthy();
    account.state["versions"][F2] = json!(["6", "7"]);
    account.state["aliases"][format!("{F2}:live")]["RoutingConfig"] = json!({"AdditionalVersionWeights": {"7": 0.1}});
    let found = account.preflight(&["prod"]);
    assert_eq!((found.status, found.lines.len()), (1, 4), "{found:?}");
    assert_eq!(
        found.lines[0],
        "problem: alias live of storefront-prod-F2 is at version 6 and gives version 7 a share: a deployment stopped half \
         way, and CodeDeploy begins none from there"
    );
    // Only then can version 7 be deleted.
    assert!(found.lines[1].ends_with("--function-version 6 --routing-config AdditionalVersionWeights={}"), "{found:?}");
    assert_eq!(found.lines[3], "    aws lambda delete-function --function-name storefront-prod-F2 --qualifier 7");
}

#[apply(e2e)]
#[needs(SamTransform)]
fn an_alias_that_is_gone_is_a_problem() {
    let mut account = Account::healthy();
    account.state["aliases"].as_object_mut().unwrap().remove(&format!("{F2}:live"));
    let found = account.preflight(&["prod"]);
    assert_eq!(
        (found.status, &*found.lines[1]),
        (1, "    aws lambda create-alias --function-name storefront-prod-F2 --name live --function-version 6")
    );
}

#[apply(e2e)]
#[needs(SamTransform)]
fn an_alarm_that_codedeploy_watches_is_a_problem_and_any_other_of_the_stack_a_warning() {
    let mut account = Account::healthy();
    account.state["firing"] =
        json!(["storefront-prod-DeadLetters", "storefront-prod-ApiErrors", "somebody-elses-alarm"]);
    let watched = "alarm storefront-prod-ApiErrors is on";
    let found = account.preflight(&["prod"]);
    assert_eq!(
        (found.status, &*found.lines[0], &*found.lines[2]),
        (
            1,
            "problem: alarm storefront-prod-ApiErrors is on: CodeDeploy stops a deployment while it is. To deploy what \
             mends it, see docs/aws.md, \"Roll back\"",
            "warning: alarm storefront-prod-DeadLetters is on"
        )
    );
    assert_eq!(
        found.lines[3],
        "    aws cloudwatch describe-alarm-history --alarm-name storefront-prod-DeadLetters --history-item-type StateUpdate \
         --max-records 1"
    );

    account.edit("template.yaml", "prod: {GradualDeployment: \"true\"", "prod: {GradualDeployment: \"false\"");
    let found = account.preflight(&["prod"]);
    assert_eq!((found.status, found.lines[0].as_str()), (0, format!("warning: {watched}").as_str()));
}

#[apply(e2e)]
#[needs(SamTransform)]
fn a_quota_below_the_scale_is_a_problem_and_that_of_a_new_account_a_warning() {
    let mut account = Account::healthy();
    let raise = |value: u32| {
        format!(
            "    aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 \
             --desired-value {value}"
        )
    };
    // Less by a hundred for the stack's own functions, and by another for somebody else's.
    account.state["limits"]["UnreservedConcurrentExecutions"] = json!(800);
    let found = account.preflight(&["prod"]);
    assert_eq!(
        found.lines,
        [
            "problem: Lambda runs 900 functions of this account and region at once (1000, less what is reserved for other \
             functions), and Scale=large takes 1000: calls are throttled, and a gradual deployment is taken back for their \
             errors"
                .to_owned(),
            raise(1100)
        ]
    );

    account.state["limits"] = json!({"ConcurrentExecutions": 10, "UnreservedConcurrentExecutions": 10});
    account.state["stack"] = json!(null);
    let found = account.preflight(&["default"]);
    assert_eq!(
        (found.status, found.lines),
        (
            0,
            vec![
                "stack storefront does not exist yet: this is its first deployment".to_owned(),
                "warning: Lambda runs 10 functions of this account and region at once: calls beyond that are throttled, and \
                 events wait"
                    .to_owned(),
                raise(1000),
            ]
        )
    );
}

/// `sam deploy` keeps the value of a parameter that samconfig.toml does not name.
#[apply(e2e)]
#[needs(SamTransform)]
fn the_scale_is_the_one_that_the_deployment_will_have() {
    let mut account = Account::healthy();
    account.state["limits"] = json!({"ConcurrentExecutions": 500, "UnreservedConcurrentExecutions": 500});
    let status = |account: &Account| account.preflight(&["prod"]).status;
    assert_eq!(status(&account), 1);
    account.edit("samconfig.toml", " Scale=large", "");
    assert_eq!(status(&account), 1, "as the stack has it");
    account.state["stack"]["Parameters"][1]["ParameterValue"] = json!("small");
    assert_eq!(status(&account), 0);
    // As `sam deploy --guided` writes it.
    account.edit(
        "samconfig.toml",
        "Architecture=arm64 PasswordRateLimit=100",
        "Architecture=\\\"arm64\\\" Scale=\\\"large\\\"",
    );
    assert_eq!(status(&account), 1);
    account.edit("samconfig.toml", "Scale=\\\"large\\\"", "ParameterKey=Scale,ParameterValue=small");
    assert_eq!(status(&account), 0);
    account.state["stack"]["Parameters"].as_array_mut().unwrap().drain(..2);
    account.edit("samconfig.toml", " ParameterKey=Scale,ParameterValue=small", "");
    assert_eq!(status(&account), 0, "as the template has it");
}

#[apply(e2e)]
#[needs(SamTransform)]
fn prod_without_the_origin_of_its_pages_is_a_problem() {
    let mut account = Account::healthy();
    let missing = Findings {
        status: 1,
        lines: vec![
            "problem: AllowedOrigins is *, and prod has to name the web origin of the shop's pages: the template refuses the \
             parameters"
                .to_owned(),
            "    add AllowedOrigins=https://… to parameter_overrides of [prod.deploy.parameters] in samconfig.toml".to_owned(),
        ],
        summary: "storefront-prod: problems: 1, warnings: 0".to_owned(),
    };
    account.state["stack"]["Parameters"][2]["ParameterValue"] = json!("*");
    assert_eq!(account.preflight(&["prod"]), missing);
    // As `sam deploy` has it, and `sam deploy --guided`.
    for named in ["AllowedOrigins=https://shop.example.com", "AllowedOrigins=\\\"https://[::1]:8443\\\""] {
        account.edit("samconfig.toml", "Architecture=arm64 Scale", &format!("Architecture=arm64 {named} Scale"));
        assert_eq!(account.preflight(&["prod"]), quiet("storefront-prod: problems: 0, warnings: 0"), "{named}");
        account.edit("samconfig.toml", &format!("{named} "), "");
    }
    account.state["stack"]["Parameters"].as_array_mut().unwrap().pop();
    assert_eq!(account.preflight(&["prod"]), missing, "as the template has it");
    account.edit(
        "samconfig.toml",
        "Environment=prod Architecture=arm64 Scale",
        "Environment=staging Architecture=arm64 Scale",
    );
    assert_eq!(account.preflight(&["prod"]).status, 0, "another environment may allow every origin");
}

#[apply(e2e)]
#[needs(SamTransform)]
fn what_could_not_be_found_out_is_neither_a_problem_nor_none() {
    for (denied, asked) in [
        ("cloudformation describe-stacks", "cloudformation"),
        ("lambda get-alias", "lambda"),
        ("lambda list-versions-by-function", "lambda"),
        ("lambda get-account-settings", "lambda"),
        ("lambda get-function-concurrency", "lambda"),
        ("deploy batch-get-deployment-groups", "deploy"),
        ("cloudwatch describe-alarms", "cloudwatch"),
        ("cloudformation list-stack-resources", "cloudformation"),
    ] {
        let mut account = Account::healthy();
        account.state["denied"] = json!([denied]);
        let found = account.preflight(&["prod"]);
        assert_eq!(found.status, 2, "{denied}: {found:?}");
        assert!(found.summary.contains(&format!("aws {denied} failed: ")), "{asked}: {found:?}");
    }
    let account = Account::healthy();
    let found = account.preflight(&["nowhere"]);
    assert_eq!(
        (found.status, &*found.summary),
        (2, "samconfig.toml names no stack for \"nowhere\": give --stack-name")
    );
}
