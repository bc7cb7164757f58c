//! What becomes of each property that AWS's schemas give to the resource types and events read here (`properties.txt`): it is done,
//! does no harm if it is left out on one machine, or is refused by name.

use std::collections::BTreeMap;

use local_template::{Error, System};

/// A template of one resource `X`, or one event `X` of a function, with one property: one of a value that no property has.
fn template(kind: &str, property: &str) -> String {
    let nonsense = format!("{{{property}: {{Odd: [x]}}}}");
    let resources = match kind.strip_prefix("event ") {
        Some(event) => format!(
            "  F:\n    Type: AWS::Serverless::Function\n    Metadata: {{BuildMethod: rust-cargolambda, BuildProperties: {{Binary: f}}}}\n    \
             Properties:\n      Runtime: provided.al2023\n      Events: {{X: {{Type: {event}, Properties: {nonsense}}}}}\n"
        ),
        None => format!("  X: {{Type: {kind}, Properties: {nonsense}}}\n"),
    };
    format!("Transform: AWS::Serverless-2016-10-31\nResources:\n{resources}")
}

/// What becomes of a property.
fn fate(kind: &str, property: &str) -> &'static str {
    let text = template(kind, property);
    let problems = match System::parse(&text, "t.yaml", &BTreeMap::new()) {
        Ok(_) => return "harmless",
        Err(Error::Refused(problems)) => problems,
        Err(error) => panic!("{error}"),
    };
    let own = |place: &str| {
        let below = place
            .split_once(&format!("X.{property}"))
            .or_else(|| place.split_once(&format!("X.Properties.{property}")));
        below.is_some_and(|(_, rest)| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let told: Vec<_> = problems.iter().filter(|problem| own(&problem.place)).collect();
    let refusal = format!("`{property}` isn't emulated on one machine");
    match told.as_slice() {
        [] => "harmless",
        told if told.iter().any(|problem| problem.message.contains(&refusal)) => {
            let line = text.lines().position(|line| line.contains(property)).map(|before| before + 1);
            assert!(told.iter().all(|problem| Some(problem.line) == line), "{kind} {property}: {told:?}");
            "refused"
        }
        _ => "done",
    }
}

#[test]
fn every_property_that_aws_has_is_done_harmless_or_refused_by_name() {
    let mut wrong = Vec::new();
    let mut checked = 0;
    for line in include_str!("properties.txt").lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (head, properties) = line.split_once(": ").expect("`type, fate: properties`");
        let (kind, expected) = head.split_once(", ").expect("`type, fate`");
        for property in properties.split(' ') {
            let found = fate(kind, property);
            checked += 1;
            if found != expected {
                wrong.push(format!("{property} of {kind} is {found}, not {expected}"));
            }
        }
    }
    assert!(checked > 280, "{checked}");
    assert_eq!(wrong, [""; 0], "if that is meant, change tests/properties.txt, and docs/local.md");
}

#[test]
fn a_property_that_aws_does_not_have_is_refused_everywhere() {
    let lines = include_str!("properties.txt").lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    for kind in lines.filter_map(|line| Some(line.split_once(", ")?.0)) {
        assert_eq!(fate(kind, "Misspelt"), "refused", "{kind}");
    }
}
