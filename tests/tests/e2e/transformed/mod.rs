//! What CloudFormation gets once SAM has transformed the template: who may do what there is what is written, and what
//! `cargo local` enforces; it fits AWS's limits, and an update to it loses nothing.

mod alarms;
mod deployments;
mod limits;
mod metric_math;
mod references;
mod released;
mod sam;
mod stack;
mod statements;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use sam::environments;
use statements::list;

/// The roles of AWS's own services, which are no function's: each has one policy that AWS manages.
fn service_roles() -> BTreeMap<&'static str, &'static str> {
    let mut roles = BTreeMap::from([("ApiGatewayLoggingRole", "AmazonAPIGatewayPushToCloudWatchLogs")]);
    // Made where deployments shift traffic gradually.
    let services =
        ["NotificationsDeploymentRole", "OrdersDeploymentRole", "ProductsDeploymentRole", "UsersDeploymentRole"];
    roles.extend(services.map(|role| (role, "AWSCodeDeployRoleForLambdaLimited")));
    roles
}

/// The role of a function.
fn role_of(function: &Value) -> &str {
    match function["Role"]["Fn::GetAtt"].as_array().map(Vec::as_slice) {
        Some([role, attribute]) if attribute == "Arn" => role.as_str().unwrap(),
        _ => panic!("{function}"),
    }
}

#[apply(e2e)]
#[needs(SamTransform)]
fn a_function_has_the_rights_that_cargo_local_enforces_and_no_others() {
    for one in environments() {
        let functions: Vec<_> = one.of_type("AWS::Lambda::Function").collect();
        assert_eq!(functions.len(), one.system.functions.len(), "{}", one.environment);
        for (id, function) in functions {
            let (role, enforced) = (role_of(function), &one.system.functions[id].role);
            assert_eq!(role, enforced.name, "{}: {id}", one.environment);
            assert_eq!(one.statements(role), enforced.statements, "{}: {role}", one.environment);
            let properties: Vec<_> = one.resources[role]["Properties"].as_object().unwrap().keys().collect();
            let known = ["AssumeRolePolicyDocument", "ManagedPolicyArns", "Policies"];
            assert!(properties.iter().all(|name| known.contains(&name.as_str())), "{}: {role}", one.environment);
        }
    }
}

#[apply(e2e)]
#[needs(SamTransform)]
fn a_function_writes_its_logs_where_its_role_lets_it() {
    for one in environments() {
        for (id, function) in one.of_type("AWS::Lambda::Function") {
            let group = &function["LoggingConfig"]["LogGroup"]["Ref"];
            let group = format!("{}Policy", group.as_str().unwrap());
            let policies = list(&one.resources[role_of(function)]["Properties"]["ManagedPolicyArns"]);
            assert_eq!(policies, [json!({"Ref": "TracesPolicy"}), json!({"Ref": group})], "{}: {id}", one.environment);
        }
    }
}

#[apply(e2e)]
#[needs(SamTransform)]
fn no_other_role_is_made_than_those_of_awss_own_services() {
    for one in environments() {
        let functions: Vec<&str> =
            one.of_type("AWS::Lambda::Function").map(|(_, function)| role_of(function)).collect();
        let mut found = BTreeMap::new();
        for (id, role) in one.of_type("AWS::IAM::Role").filter(|(id, _)| !functions.contains(id)) {
            assert_eq!(role.get("Policies"), None, "{}: {id}", one.environment);
            let [policy] = &list(&role["ManagedPolicyArns"])[..] else { panic!("{}: {id}: {role}", one.environment) };
            let arn = policy["Fn::Sub"].as_str().or(policy.as_str()).unwrap().replace("${AWS::Partition}", "aws");
            let name = arn.strip_prefix("arn:aws:iam::aws:policy/service-role/");
            found.insert(id, name.unwrap_or_else(|| panic!("{}: {id}: {arn}", one.environment)).to_owned());
        }
        let expected = service_roles().into_iter().map(|(id, policy)| (id, policy.to_owned()));
        assert_eq!(found, expected.collect(), "{}", one.environment);
        let others = one.resources.iter().filter(|(_, resource)| {
            let kind = resource["Type"].as_str().unwrap();
            let known = ["AWS::IAM::Role", "AWS::IAM::ManagedPolicy"].contains(&kind);
            kind == "AWS::Lambda::Url" || (!known && (kind.ends_with("Policy") || kind.starts_with("AWS::IAM::")))
        });
        assert_eq!(others.map(|(id, _)| id).collect::<Vec<_>>(), [""; 0], "{}", one.environment);
        for (id, policy) in one.of_type("AWS::IAM::ManagedPolicy") {
            let keys: Vec<_> = policy.as_object().unwrap().keys().collect();
            assert_eq!(keys, ["PolicyDocument"], "{}: {id} attaches itself to no one", one.environment);
        }
    }
}

#[apply(e2e)]
#[needs(SamTransform)]
fn only_this_stacks_own_api_and_schedules_may_call_its_functions() {
    for one in environments() {
        let aliases: Vec<&str> = one.of_type("AWS::Lambda::Alias").map(|(id, _)| id).collect();
        let rules: Vec<&str> = one.of_type("AWS::Events::Rule").map(|(id, _)| id).collect();
        let mut permissions = 0;
        for (id, permission) in one.of_type("AWS::Lambda::Permission") {
            let told = format!("{}: {id}: {permission}", one.environment);
            assert_eq!(permission["Action"], "lambda:InvokeFunction", "{told}");
            assert!(aliases.contains(&permission["FunctionName"]["Ref"].as_str().unwrap()), "{told}");
            let source = &permission["SourceArn"];
            match permission["Principal"].as_str().unwrap() {
                "apigateway.amazonaws.com" => {
                    let [arn, names] = &list(&source["Fn::Sub"])[..] else { panic!("{told}") };
                    let api = "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId__}/";
                    let path = arn.as_str().and_then(|arn| arn.strip_prefix(api)).unwrap_or_else(|| panic!("{told}"));
                    assert!(path == "authorizers/*" || path.starts_with("${__Stage__}/"), "{told}");
                    assert_eq!(names["__ApiId__"], json!({"Ref": "Api"}), "{told}");
                }
                "events.amazonaws.com" => {
                    assert_eq!(source["Fn::GetAtt"][1], "Arn", "{told}");
                    assert!(rules.contains(&source["Fn::GetAtt"][0].as_str().unwrap()), "{told}");
                }
                _ => panic!("{told}"),
            }
            permissions += 1;
        }
        let routes = one.system.api.as_ref().unwrap().routes.len();
        assert_eq!(
            permissions,
            routes + 1 + rules.len(),
            "{}: a route, the authorizer and a schedule each",
            one.environment
        );
    }
}
