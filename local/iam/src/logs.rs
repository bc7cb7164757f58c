//! The rights that a function's role needs for the lines that the function logs. Without them the function works, and nobody
//! hears of it. Lambda: "Sending Lambda function logs to CloudWatch Logs".

use std::fmt;

use local_template::{ACCOUNT, Function, System};

use crate::{Access, Decision, decide};

const CREATE: &str = "logs:CreateLogGroup";

/// A function whose role does not let its lines be written to its log group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlogged {
    /// The function's name.
    pub function: String,
    /// The line of its logical id in the template.
    pub line: usize,
    /// The role's name.
    pub role: String,
    /// The first right that it lacks.
    pub access: Access,
}

impl fmt::Display for Unlogged {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { function, role, access: Access { action, resource }, .. } = self;
        let why = if action == CREATE {
            "the template has no such LogGroup, and the function's LoggingConfig names none"
        } else {
            "does the function's LoggingConfig name the LogGroup that the role means?"
        };
        write!(formatter, "{function}: its lines are lost on AWS: {role} does not allow {action} on {resource} ({why})")
    }
}

/// The functions whose lines would be lost.
pub fn unlogged(system: &System) -> Vec<Unlogged> {
    let functions = system.functions.values();
    functions.filter_map(|function| Some(told(function, missing(&system.region, function)?))).collect()
}

fn told(function: &Function, access: Access) -> Unlogged {
    Unlogged { function: function.name.clone(), line: function.line, role: function.role.name.clone(), access }
}

fn missing(region: &str, function: &Function) -> Option<Access> {
    let group = format!("arn:aws:logs:{region}:{ACCOUNT}:log-group:{}", function.log_group);
    let needed = ["logs:CreateLogStream", "logs:PutLogEvents"];
    let streams = needed.map(|action| Access::new(action, format!("{group}:log-stream:any"))).into_iter();
    // What IAM is asked for a group ends like this.
    let create = function.makes_log_group.then(|| Access::new(CREATE, format!("{group}:log-stream:")));
    streams
        .chain(create)
        .find(|access| decide(&function.role.statements, &access.action, &access.resource) != Decision::Allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warnings(logging: &str, actions: &str, resource: &str) -> Vec<String> {
        let text = format!(
            "
Transform: AWS::Serverless-2016-10-31
Resources:
  Logs: {{Type: AWS::Logs::LogGroup, Properties: {{LogGroupName: /aws/lambda/shop}}}}
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{{Effect: Allow, Principal: {{Service: lambda.amazonaws.com}}, Action: sts:AssumeRole}}]
      Policies:
        - PolicyName: p
          PolicyDocument:
            Statement: [{{Effect: Allow, Action: [{actions}], Resource: {resource}}}]
  Work:
    Type: AWS::Serverless::Function
    Metadata: {{BuildMethod: rust-cargolambda, BuildProperties: {{Binary: work}}}}
    Properties: {{Runtime: provided.al2023, Role: !GetAtt R.Arn{logging}}}
  Free:
    Type: AWS::Serverless::Function
    Metadata: {{BuildMethod: rust-cargolambda, BuildProperties: {{Binary: free}}}}
    Properties: {{Runtime: provided.al2023}}
"
        );
        let system = System::parse(&text, "t.yaml", &[].into()).unwrap_or_else(|error| panic!("{error}"));
        unlogged(&system).iter().map(|told| format!("{}: {told}", told.line)).collect()
    }

    const WRITE: &str = "logs:CreateLogStream, logs:PutLogEvents";

    #[test]
    fn a_function_logs_where_its_role_lets_it() {
        let named = ", LoggingConfig: {LogGroup: !Ref Logs}";
        assert_eq!(warnings(named, WRITE, "!GetAtt Logs.Arn"), [""; 0]);
        assert_eq!(warnings(named, WRITE, "'*'"), [""; 0]);
        // A group of another stack.
        assert_eq!(warnings(", LoggingConfig: {LogGroup: /shop}", WRITE, "'*'"), [""; 0]);
        for resource in [
            "'*'",
            "arn:aws:logs:*:*:*",
            "!Sub 'arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda/*:*'",
        ] {
            assert_eq!(warnings("", "'logs:*'", resource), [""; 0]);
        }
    }

    #[test]
    fn a_forgotten_logging_config_is_told() {
        let told = "14: Work: its lines are lost on AWS: R does not allow logs:CreateLogStream on \
                    arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/Work:log-stream:any (does the function's \
                    LoggingConfig name the LogGroup that the role means?)";
        assert_eq!(warnings("", WRITE, "!GetAtt Logs.Arn"), [told]);
        assert_eq!(warnings(", LoggingConfig: {LogFormat: JSON}", WRITE, "!GetAtt Logs.Arn"), [told]);
        let told = "14: Work: its lines are lost on AWS: R does not allow logs:CreateLogGroup on \
                    arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/Work:log-stream: (the template has no such \
                    LogGroup, and the function's LoggingConfig names none)";
        assert_eq!(warnings("", WRITE, "'*'"), [told]);
    }

    #[test]
    fn a_group_of_the_template_need_not_be_made() {
        assert_eq!(warnings(", FunctionName: shop", WRITE, "'*'"), [""; 0]);
    }
}
