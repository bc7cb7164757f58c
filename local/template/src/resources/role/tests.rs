use crate::testing::{function, function_with, problems, system};
use crate::{Effect, Role, Statement};

const TRUST: &str =
    "{Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]}";

/// A function `F`, on five lines, with a role `R` of these statements; they are on line 10.
fn with(statements: &str) -> String {
    in_role(&format!(
        "Policies: [{{PolicyName: p, PolicyDocument: {{Version: '2012-10-17', Statement: {statements}}}}}]"
    ))
}

/// The same, with a role of these properties.
fn in_role(properties: &str) -> String {
    let role = format!(
        "  R:\n    Type: AWS::IAM::Role\n    Properties: {{AssumeRolePolicyDocument: {TRUST}, {properties}}}\n"
    );
    function_with("Role: !GetAtt R.Arn") + &role
}

fn statement(effect: Effect, actions: &[&str], resources: &[&str]) -> Statement {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Statement { effect, actions: owned(actions), resources: owned(resources) }
}

#[test]
fn a_function_has_the_statements_of_its_role() {
    let queue = "  Q: {Type: AWS::SQS::Queue}\n";
    let template = with(
        "[{Effect: Allow, Action: 'sqs:*', Resource: !GetAtt Q.Arn},\
         {Sid: no, Effect: Deny, Action: [sqs:Purge?ueue, '*'], Resource: [!Sub '${Q.Arn}-*', '*']}]",
    );
    let system = system(&(template + queue));
    let queue = "arn:aws:sqs:us-east-1:000000000000:Q";
    let expected = Role {
        name: "R".to_owned(),
        statements: vec![
            statement(Effect::Allow, &["sqs:*"], &[queue]),
            statement(Effect::Deny, &["sqs:Purge?ueue", "*"], &[&format!("{queue}-*"), "*"]),
        ],
    };
    assert_eq!(function(&system).role, expected);
}

#[test]
fn policies_add_up_and_one_statement_needs_no_list() {
    let policy = |action: &str| {
        format!("{{PolicyName: p, PolicyDocument: {{Statement: {{Effect: Allow, Action: {action}, Resource: '*'}}}}}}")
    };
    let role = in_role(&format!("RoleName: worker, Policies: [{}, {}]", policy("s3:B"), policy("s3:D")));
    let system = system(&role);
    let statements = ["s3:B", "s3:D"].map(|action| statement(Effect::Allow, &[action], &["*"]));
    assert_eq!(function(&system).role, Role { name: "worker".to_owned(), statements: statements.into() });
}

#[test]
fn what_a_policy_says_beyond_effect_action_and_resource_is_refused() {
    for element in ["Condition: {}", "NotAction: s3:Y", "NotResource: '*'", "Principal: '*'", "Efect: Deny"] {
        let name = element.split(':').next().expect("a name");
        assert_eq!(
            problems(&with(&format!("[{{Effect: Allow, Action: s3:B, Resource: '*', {element}}}]"))),
            [format!(
                "t.yaml:9: R.Policies[0].PolicyDocument.Statement[0].{name}: `{name}` isn't emulated on one machine \
                 (or is misspelt): take it out"
            )]
        );
    }
}

#[test]
fn what_is_no_action_or_resource_is_refused() {
    let found = problems(&with(
        "[{Effect: allow, Action: [GetItem, 'x:'], Resource: [table/x, 'arn:aws:s3', !Sub 'arn:aws:s3:::${!aws:PrincipalTag/x}']}, {Effect: Deny}]",
    ));
    let at = |rest: &str| format!("t.yaml:9: R.Policies[0].PolicyDocument.Statement{rest}");
    assert_eq!(
        found,
        [
            at("[0].Effect: `allow` is not Allow or Deny"),
            at("[0].Action[0]: `GetItem` is not an action such as dynamodb:GetItem"),
            at("[0].Action[1]: `x:` is not an action such as dynamodb:GetItem"),
            at("[0].Resource[0]: `table/x` is not an ARN, nor `*`"),
            at("[0].Resource[1]: `arn:aws:s3` is not an ARN, nor `*`"),
            at("[0].Resource[2]: a policy variable isn't emulated on one machine"),
            at("[1]: needs `Action`"),
            at("[1]: needs `Resource`"),
        ]
    );
}

/// A managed policy `P` that allows one action.
fn managed(action: &str) -> String {
    format!(
        "  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties: {{PolicyDocument: {{Version: '2012-10-17', \
         Statement: [{{Effect: Allow, Action: {action}, Resource: '*'}}]}}}}\n"
    )
}

#[test]
fn a_role_has_the_statements_of_the_managed_policies_it_names_and_then_its_own() {
    let own = "Policies: [{PolicyName: p, PolicyDocument: {Statement: {Effect: Allow, Action: s3:D, Resource: '*'}}}]";
    let read = system(&(in_role(&format!("ManagedPolicyArns: [!Ref P], {own}")) + &managed("s3:B")));
    let statements = ["s3:B", "s3:D"].map(|action| statement(Effect::Allow, &[action], &["*"]));
    assert_eq!(function(&read).role.statements, statements);
}

#[test]
fn a_managed_policy_is_read_as_strictly_as_the_roles_own() {
    let found = problems(&(in_role("ManagedPolicyArns: [!Ref P]") + &managed("B, Condition: {}")));
    let at = |rest: &str| format!("t.yaml:12: P.PolicyDocument.Statement[0].{rest}");
    assert_eq!(
        found,
        [
            at("Condition: `Condition` isn't emulated on one machine (or is misspelt): take it out"),
            at("Action: `B` is not an action such as dynamodb:GetItem"),
        ]
    );
}

#[test]
fn rights_that_come_from_outside_the_template_are_refused() {
    let arn = "arn:aws:iam::aws:policy/AdministratorAccess";
    let managed = problems(&in_role(&format!("ManagedPolicyArns: [{arn}]")));
    let told = format!("`{arn}` is not the PolicyArn of an AWS::IAM::ManagedPolicy in this template");
    assert_eq!(managed, [format!("t.yaml:9: R.ManagedPolicyArns[0]: {told}")]);
    let boundary = problems(&in_role("PermissionsBoundary: arn:aws:iam::aws:policy/x"));
    let told = "isn't emulated on one machine (or is misspelt): take it out";
    assert_eq!(boundary, [format!("t.yaml:9: R.PermissionsBoundary: `PermissionsBoundary` {told}")]);
}

#[test]
fn a_policy_that_attaches_itself_to_a_functions_role_is_refused() {
    for kind in ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"] {
        let attached = format!("  P:\n    Type: {kind}\n    Properties: {{Roles: [other, !Ref R]}}\n");
        assert_eq!(
            problems(&(in_role("Path: /") + &attached)),
            ["t.yaml:12: P.Roles[1]: attaching a policy to the role of `F` isn't emulated on one machine: \
              name the policy in the role's `ManagedPolicyArns`"]
        );
    }
}

#[test]
fn sams_own_policies_are_refused() {
    let found = problems(&function_with("Policies: [{DynamoDBCrudPolicy: {TableName: x}}]"));
    let told = "`Policies` isn't emulated on one machine: write an AWS::IAM::Role and name it as `Role`";
    assert_eq!(found, [format!("t.yaml:6: F.Policies: {told}")]);
}

#[test]
fn a_role_that_is_not_in_the_template_or_not_lambdas_is_refused() {
    let foreign = problems(&function_with("Role: arn:aws:iam::000000000000:role/r"));
    let told = "`arn:aws:iam::000000000000:role/r` is not the Arn of an AWS::IAM::Role in this template";
    assert_eq!(foreign, [format!("t.yaml:6: F.Role: {told}")]);
    for other in [
        ("lambda.amazonaws.com", "apigateway.amazonaws.com"),
        ("Allow, Principal", "Deny, Principal"),
        ("sts:Assume", "sts:Tag"),
    ] {
        let found = problems(&in_role("Path: /").replace(other.0, other.1));
        let told = "does not let lambda.amazonaws.com assume the role (sts:AssumeRole)";
        assert_eq!(found, [format!("t.yaml:9: R.AssumeRolePolicyDocument: {told}")]);
    }
}

/// The service roles of a deployment: nobody calls with them here.
#[test]
fn a_role_that_is_no_functions_only_has_to_refer_to_things_that_are_there() {
    system(
        "  R:\n    Type: AWS::IAM::Role\n    Properties:\n      ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/x]\n",
    );
}

#[test]
fn a_function_without_a_role_may_write_logs_and_read_its_sources() {
    let sources = "Events: {T: {Type: DynamoDB, Properties: {Stream: !GetAtt T.StreamArn, StartingPosition: LATEST, \
                   DestinationConfig: {OnFailure: {Destination: !GetAtt Q.Arn}}}}, \
                   Q: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn}}}";
    let others = "  Q: {Type: AWS::SQS::Queue}\n  T:\n    Type: AWS::DynamoDB::Table\n    Properties: \
                  {BillingMode: PAY_PER_REQUEST, KeySchema: [{AttributeName: k, KeyType: HASH}], \
                  AttributeDefinitions: [{AttributeName: k, AttributeType: S}], \
                  StreamSpecification: {StreamViewType: NEW_IMAGE}}\n";
    let system = system(&(function_with(sources) + others));
    let Role { name, statements } = &function(&system).role;
    let actions: Vec<_> = statements.iter().map(|one| (one.actions[0].as_str(), one.resources[0].as_str())).collect();
    let queue = system.queues["Q"].arn.as_str();
    assert_eq!(name, "FRole");
    assert_eq!(
        actions,
        [
            ("logs:CreateLogGroup", "*"),
            ("dynamodb:DescribeStream", "*"),
            ("sqs:SendMessage", queue),
            ("sqs:ReceiveMessage", "*")
        ]
    );
}

#[test]
fn a_misspelt_action_is_told_where_it_stands() {
    let read = system(&with("[{Effect: Allow, Action: [dynamodb:DeleteItems, sqs:SendMessage], Resource: '*'}]"));
    let warnings: Vec<_> = read.warnings.iter().map(|warning| warning.message.as_str()).collect();
    assert_eq!(warnings, ["dynamodb has no action `DeleteItems`: is `dynamodb:DeleteItem` meant?"]);
    assert!(read.warnings[0].place.ends_with(".Action[0]"), "{:?}", read.warnings);
}
