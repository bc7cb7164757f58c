//! Short ways to read templates in tests.

use std::collections::BTreeMap;

use crate::{Error, Function, System};

/// Reads a whole template.
pub(crate) fn parse(text: &str, overrides: &[(&str, &str)]) -> Result<System, Error> {
    let overrides: BTreeMap<_, _> =
        overrides.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    System::parse(text, "t.yaml", &overrides)
}

/// A template with these resources: its line 3 is their first.
pub(crate) fn template(resources: &str) -> String {
    format!("Transform: AWS::Serverless-2016-10-31\nResources:\n{resources}")
}

/// Reads a template with these resources, which has no problem.
pub(crate) fn system(resources: &str) -> System {
    parse(&template(resources), &[]).unwrap_or_else(|error| panic!("{error}"))
}

/// The problems of a template with these resources, as a terminal shows them.
pub(crate) fn problems(resources: &str) -> Vec<String> {
    lines(parse(&template(resources), &[]))
}

/// The problems of what was read.
pub(crate) fn lines(read: Result<System, Error>) -> Vec<String> {
    read.expect_err("a problem").to_string().lines().map(str::to_owned).collect()
}

/// A function `F`, on four lines, with these properties in flow style (`MemorySize: 256`).
pub(crate) fn function_with(properties: &str) -> String {
    format!(
        "  F:\n    Type: AWS::Serverless::Function\n    \
         Metadata: {{BuildMethod: rust-cargolambda, BuildProperties: {{Binary: f}}}}\n    \
         Properties: {{Runtime: provided.al2023, {properties}}}\n"
    )
}

/// A function `F` whose environment has `X` with this value, beside other resources.
pub(crate) fn valued(value: &str, others: &str) -> String {
    function_with(&format!("Environment: {{Variables: {{XX: {value}}}}}")) + others
}

/// What `X` of [`valued`] is.
pub(crate) fn value(system: &System) -> &str {
    &function(system).environment["XX"]
}

/// The function `F`.
pub(crate) fn function(system: &System) -> &Function {
    &system.functions["F"]
}
