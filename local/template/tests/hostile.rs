//! Small templates that say much: each is read or refused within seconds and within the stack of a thread.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use local_template::{Error, System};

/// More than the slowest machine needs for what is read once, and far less than what grows takes.
const IN_TIME: Duration = Duration::from_secs(60);

/// The problems of a template, as messages; none if it is read.
fn problems(text: String) -> Vec<String> {
    let (sender, problems) = mpsc::channel();
    thread::spawn(move || {
        let problems = match System::parse(&text, "t.yaml", &BTreeMap::new()) {
            Ok(_) => Vec::new(),
            Err(Error::Refused(problems)) => problems.into_iter().map(|problem| problem.message).collect(),
            Err(error) => vec![error.to_string()],
        };
        sender.send(problems)
    });
    problems.recv_timeout(IN_TIME).expect("the template is read or refused in time")
}

fn is_refused(text: String, why: &str) {
    let problems = problems(text);
    assert!(problems.iter().any(|problem| problem.contains(why)), "{:.2000}", problems.join("\n"));
}

fn template(sections: &str) -> String {
    format!("Transform: AWS::Serverless-2016-10-31\n{sections}\n")
}

#[test]
fn aliases_within_aliases_are_as_deep_as_what_they_stand_for() {
    let mut text = "a0: &a0 [x]\n".to_owned();
    for n in 1..30_000 {
        writeln!(text, "a{n}: &a{n} [*a{}]", n - 1).unwrap();
    }
    is_refused(text, "nested more than 100 deep");
    let deep = |n: usize| format!("{}*a{n}{}", "[".repeat(90), "]".repeat(90));
    let mut text = "a0: &a0 [x]\n".to_owned();
    for n in 1..60 {
        writeln!(text, "a{n}: &a{n} {}", deep(n - 1)).unwrap();
    }
    is_refused(text, "nested more than 100 deep");
}

#[test]
fn merges_of_merges_count_like_any_value() {
    let mut text = "a0: &a0 {}\n".to_owned();
    for n in 1..40 {
        let one = format!("*a{}", n - 1);
        writeln!(text, "a{n}: &a{n} {{<<: [{}]}}", vec![one; 10].join(", ")).unwrap();
    }
    is_refused(text, "aliases make more than");
}

#[test]
fn a_map_of_many_keys_and_a_report_of_many_problems_take_no_longer_than_their_length() {
    let keys: String = (0..60_000).map(|n| format!(" a{n}: x\n")).collect();
    is_refused(format!("Metadata:\n{keys}"), "needs `Resources`");
    is_refused(format!("Metadata:\n{}", " - null\n".repeat(60_000)), "has no value");
}

#[test]
fn a_section_has_as_many_entries_as_cloudformation_takes() {
    for (section, most) in [("Parameters", 200), ("Mappings", 200), ("Resources", 500), ("Outputs", 200)] {
        let with = |count: usize| {
            let entries: String = (0..count).map(|n| format!("  a{n}: x\n")).collect();
            template(&format!("{section}:\n{entries}"))
        };
        let told = format!("a template has at most {most} {}", section.to_ascii_lowercase());
        assert!(!problems(with(most)).contains(&told), "{section}");
        assert_eq!(problems(with(most + 1)), [told]);
    }
}

#[test]
fn a_template_has_a_size() {
    is_refused(template(&format!("Description: {}", "x".repeat(1_048_576))), "at most 1 MB");
}

#[test]
fn nothing_is_nested_beyond_the_stack() {
    for open in ["[", "{a: ", "- ", "? ", "!Sub [", "[&a ", "\"", "{", "a:\n ", "!x "] {
        let problems = problems(open.repeat(250_000 / open.len()));
        assert!(!problems.is_empty(), "{open}");
    }
    for depth in 1..200 {
        let nested: String = (0..depth).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
        assert!(!problems(template(&nested)).is_empty(), "{depth}");
    }
}

#[test]
fn a_variable_is_evaluated_once() {
    let value = (0..40).fold("text".to_owned(), |inner, _| format!("!Sub ['${{v}}${{v}}', {{v: {inner}}}]"));
    is_refused(template(&format!("Resources: {{}}\nOutputs: {{O: {{Value: {value}}}}}")), "longer than a template");
    let value = (0..45).fold("!Ref X".to_owned(), |inner, _| format!("!Sub ['${{v}}${{v}}', {{v: {inner}}}]"));
    is_refused(template(&format!("Resources: {{}}\nOutputs: {{O: {{Value: {value}}}}}")), "is called `X`");
}

#[test]
fn names_made_of_names_are_made_once_and_have_a_length() {
    let mut resources = "Resources:\n  Q0: {Type: AWS::SQS::Queue, Properties: {QueueName: aa}}\n".to_owned();
    for n in 1..60 {
        let name = format!("!Sub '${{Q{0}.QueueName}}${{Q{0}.QueueName}}'", n - 1);
        writeln!(resources, "  Q{n}: {{Type: AWS::SQS::Queue, Properties: {{QueueName: {name}}}}}").unwrap();
    }
    is_refused(template(&resources), "longer than a template");
}

#[test]
fn a_chain_of_names_is_no_deeper_than_a_value() {
    let mut resources = "Resources:\n".to_owned();
    for n in 0..499 {
        let name = format!("!Join ['', [!Join ['', [!Select [0, [!GetAtt Q{}.QueueName]]]]]]", n + 1);
        writeln!(resources, "  Q{n}: {{Type: AWS::SQS::Queue, Properties: {{QueueName: {name}}}}}").unwrap();
    }
    writeln!(resources, "  Q499: {{Type: AWS::SQS::Queue, Properties: {{QueueName: end}}}}").unwrap();
    is_refused(template(&resources), "made of too many others");
}

#[test]
fn conditions_of_conditions_are_evaluated_once_and_no_deeper_than_a_value() {
    let mut conditions = "Resources: {}\nConditions:\n  C0: !Equals [a, a]\n".to_owned();
    for n in 1..40 {
        let one = format!("!Condition C{}", n - 1);
        writeln!(conditions, "  C{n}: !And [{}]", vec![one; 10].join(", ")).unwrap();
    }
    assert_eq!(problems(template(&conditions)), [""; 0]);
    let mut conditions = "Resources: {}\nConditions:\n".to_owned();
    for n in 0..20_000 {
        writeln!(conditions, "  C{n}: !Not [!Condition C{}]", n + 1).unwrap();
    }
    conditions.push_str("  C20000: !Equals [a, a]\n");
    is_refused(template(&conditions), "made of too many others");
}

#[test]
fn a_mapping_holds_text_only() {
    for value in ["[!FindInMap [A, a, b]]", "[!FindInMap [A, a, b], !FindInMap [A, a, b]]", "[{c: d}]", "!Ref A"] {
        let mapping = format!("Mappings: {{A: {{a: {{b: {value}}}}}}}\nResources: {{}}\n");
        let text = format!("{mapping}Outputs: {{O: {{Value: !Join ['', !FindInMap [A, a, b]]}}}}");
        is_refused(template(&text), "Mappings.A.a.b is neither text nor a list of texts");
    }
}
