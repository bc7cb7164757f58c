//! The system as the template draws it: what there is, and what may call or feed what.

use std::collections::BTreeSet;

use local_template::{Effect, EventSource, Function, System};
use serde_json::{Value, json};

/// The node that stands for SES, where a function may send mails.
const MAIL: &str = "mail";

/// Nodes (`api`, `function`, `table`, `queue`, `secret`, `schedule`, `mail`), and arrows from one to another.
pub fn map(system: &System) -> Value {
    let mut arrows = Arrows { system, found: BTreeSet::new() };
    if let Some(api) = &system.api {
        for route in &api.routes {
            arrows.add(("api", &api.id), ("function", arrows.name(&route.function)), "calls");
        }
        for authorizer in api.authorizers.values() {
            arrows.add(("api", &api.id), ("function", arrows.name(&authorizer.function)), "authorizes");
        }
    }
    for function in system.functions.values() {
        arrows.sources(function);
        arrows.rights(function);
    }
    for queue in system.queues.values() {
        let dead_letters = queue.redrive.as_ref().and_then(|redrive| arrows.resource(&redrive.dead_letter_arn));
        if let Some(target) = dead_letters {
            arrows.add(("queue", &queue.name), target, "gives up to");
        }
    }
    let nodes = nodes(system, arrows.found.iter().any(|arrow| arrow.1.0 == MAIL));
    let arrow = |((from_kind, from), (to_kind, to), what): &(Node, Node, &str)| json!({"from": id(from_kind, from), "to": id(to_kind, to), "what": what});
    json!({"nodes": nodes, "arrows": arrows.found.iter().map(arrow).collect::<Vec<_>>()})
}

type Node = (&'static str, String);

fn id(kind: &str, name: &str) -> String {
    format!("{kind}/{name}")
}

fn nodes(system: &System, has_mail: bool) -> Vec<Value> {
    let schedules = system.functions.values().flat_map(|function| {
        let is_schedule = |source: &&EventSource| matches!(source, EventSource::Schedule(_));
        function.sources.iter().find(is_schedule).map(|_| ("schedule", function.name.as_str()))
    });
    let api = system.api.iter().map(|api| ("api", api.id.as_str()));
    let functions = system.functions.values().map(|function| ("function", function.name.as_str()));
    let tables = system.tables.values().map(|table| ("table", table.name.as_str()));
    let queues = system.queues.values().map(|queue| ("queue", queue.name.as_str()));
    let secrets = system.secrets.values().map(|secret| ("secret", secret.name.as_str()));
    let mail = has_mail.then_some((MAIL, MAIL));
    let all = api.chain(schedules).chain(functions).chain(tables).chain(queues).chain(secrets).chain(mail);
    all.map(|(kind, name)| json!({"id": id(kind, name), "kind": kind, "name": name})).collect()
}

struct Arrows<'a> {
    system: &'a System,
    found: BTreeSet<(Node, Node, &'static str)>,
}

impl<'a> Arrows<'a> {
    fn add(&mut self, from: (&'static str, &str), to: (&'static str, &str), what: &'static str) {
        self.found.insert(((from.0, from.1.to_owned()), (to.0, to.1.to_owned()), what));
    }

    /// The name of a function that the template calls so.
    fn name(&self, logical_id: &str) -> &'a str {
        self.system.functions.get(logical_id).map_or("", |function| function.name.as_str())
    }

    /// The queue or table of an ARN.
    fn resource(&self, arn: &str) -> Option<(&'static str, &'a str)> {
        let queue = self.system.queues.values().find(|queue| queue.arn == arn);
        let table = self.system.tables.values().find(|table| table.arn == arn);
        let queue = queue.map(|queue| ("queue", queue.name.as_str()));
        queue.or_else(|| table.map(|table| ("table", table.name.as_str())))
    }

    /// What invokes a function besides the API.
    fn sources(&mut self, function: &Function) {
        let target = ("function", function.name.as_str());
        for source in &function.sources {
            match source {
                EventSource::Stream(stream) => {
                    self.add(("table", &stream.table), target, "streams to");
                    if let Some(queue) = stream.on_failure.as_deref().and_then(|arn| self.resource(arn)) {
                        self.add(target, queue, "gives up to");
                    }
                }
                EventSource::Queue(queue) => {
                    if let Some(queue) = self.resource(&queue.queue) {
                        self.add(queue, target, "feeds");
                    }
                }
                EventSource::Schedule(_) => self.add(("schedule", &function.name), target, "runs"),
            }
        }
    }

    /// What a function's role lets it call.
    fn rights(&mut self, function: &Function) {
        let caller = ("function", function.name.as_str());
        for statement in function.role.statements.iter().filter(|statement| statement.effect == Effect::Allow) {
            for action in &statement.actions {
                let Some((service, operation)) = action.split_once(':') else { continue };
                let Some(what) = verb(service, operation) else { continue };
                if service == "ses" {
                    self.add(caller, (MAIL, MAIL), what);
                    continue;
                }
                for target in self.named(service, &statement.resources) {
                    self.add(caller, target, what);
                }
            }
        }
    }

    /// The resources of a service that a statement names.
    fn named(&self, service: &str, resources: &[String]) -> Vec<(&'static str, &'a str)> {
        let is_named = |arn: &str| {
            resources.iter().any(|resource| {
                let start = resource.strip_suffix('*');
                resource == arn || start.is_some_and(|start| arn.starts_with(start))
            })
        };
        let system = self.system;
        match service {
            "dynamodb" => {
                let tables = system.tables.values().filter(|table| {
                    let parts = format!("{}/index/", table.arn);
                    is_named(&table.arn) || resources.iter().any(|resource| resource.starts_with(&parts))
                });
                tables.map(|table| ("table", table.name.as_str())).collect()
            }
            "sqs" => {
                let queues = system.queues.values().filter(|queue| is_named(&queue.arn));
                queues.map(|queue| ("queue", queue.name.as_str())).collect()
            }
            "secretsmanager" => {
                let secrets = system.secrets.values().filter(|secret| is_named(&secret.arn));
                secrets.map(|secret| ("secret", secret.name.as_str())).collect()
            }
            "lambda" => {
                let functions = system.functions.values().filter(|function| {
                    let alias = function.alias.as_deref().map(|alias| local_template::alias_arn(&function.arn, alias));
                    is_named(&function.arn) || alias.is_some_and(|arn| is_named(&arn))
                });
                functions.map(|function| ("function", function.name.as_str())).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// What an action does, in a word; `None` for what event sources need, which have arrows of their own.
fn verb(service: &str, operation: &str) -> Option<&'static str> {
    const READS: [&str; 6] = ["GetItem", "Query", "Scan", "BatchGetItem", "ConditionCheckItem", "DescribeTable"];
    match (service, operation) {
        ("dynamodb", operation) if READS.contains(&operation) => Some("reads"),
        ("dynamodb", "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem" | "*") => Some("writes"),
        ("sqs", "SendMessage" | "*") => Some("sends to"),
        ("secretsmanager", _) => Some("reads"),
        ("lambda", "InvokeFunction" | "*") => Some("calls"),
        ("ses", _) => Some("sends"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn the_map_has_what_the_template_connects() {
        let system = System::parse(TEMPLATE, "template.yaml", &BTreeMap::new()).unwrap();
        let map = map(&system);
        let ids: Vec<&str> = map["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap()).collect();
        assert_eq!(
            ids,
            [
                "api/Api",
                "schedule/Send",
                "function/Put",
                "function/Send",
                "table/Things",
                "queue/Dead",
                "queue/Jobs",
                "mail/mail"
            ]
        );
        let arrow = |arrow: &Value| {
            format!(
                "{} {} {}",
                arrow["from"].as_str().unwrap(),
                arrow["what"].as_str().unwrap(),
                arrow["to"].as_str().unwrap()
            )
        };
        let mut arrows: Vec<String> = map["arrows"].as_array().unwrap().iter().map(arrow).collect();
        arrows.sort();
        assert_eq!(
            arrows,
            [
                "api/Api calls function/Put",
                "function/Put sends to queue/Jobs",
                "function/Put writes table/Things",
                "function/Send sends mail/mail",
                "queue/Jobs feeds function/Send",
                "queue/Jobs gives up to queue/Dead",
                "schedule/Send runs function/Send",
                "table/Things streams to function/Put",
            ]
        );
    }

    const TEMPLATE: &str = r#"
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: provided.al2023, Handler: bootstrap, CodeUri: .}}
Resources:
  Api: {Type: AWS::Serverless::Api, Properties: {StageName: dev}}
  Things:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      StreamSpecification: {StreamViewType: NEW_IMAGE}
  Dead: {Type: AWS::SQS::Queue}
  Jobs:
    Type: AWS::SQS::Queue
    Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}}
  Put:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: put}}
    Properties:
      Role: !GetAtt PutRole.Arn
      Events:
        Route: {Type: Api, Properties: {RestApiId: !Ref Api, Method: put, Path: /things}}
        Stream: {Type: DynamoDB, Properties: {Stream: !GetAtt Things.StreamArn, StartingPosition: LATEST}}
  Send:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: send}}
    Properties:
      Role: !GetAtt SendRole.Arn
      Events:
        Jobs: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}
        Often: {Type: Schedule, Properties: {Schedule: rate(1 minute)}}
  PutRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: &lambda
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
      Policies:
        - PolicyName: own
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: dynamodb:PutItem, Resource: !GetAtt Things.Arn}
              - {Effect: Allow, Action: sqs:SendMessage, Resource: !GetAtt Jobs.Arn}
  SendRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: *lambda
      Policies:
        - PolicyName: own
          PolicyDocument: {Statement: [{Effect: Allow, Action: ses:SendEmail, Resource: '*'}]}
"#;
}
