//! Reads a whole template: its sections, in the order in which they depend on each other.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::{Error, Mark, Place, Report};
use crate::field::{Accepted, Field};
use crate::model::{self, REGION, System};
use crate::quotas;
use crate::resources::{self, Guards, Routes};
use crate::stack::{self, API, Catalogue, FUNCTION, Globals, QUEUE, Resource, SECRET, Scope, TABLE, Truths};
use crate::tree::{Node, Tree, load};

/// The only `Transform`.
const SAM: &str = "AWS::Serverless-2016-10-31";

impl System {
    /// Reads the template at `path`, its parameters set to `overrides`, else to what its `Metadata` has for one machine
    /// (`CargoLocal`), else to their defaults.
    ///
    /// # Errors
    /// The file can't be read, or has problems: see [`System::parse`].
    pub fn read(path: &Path, overrides: &BTreeMap<String, String>) -> Result<Self, Error> {
        let file = path.display().to_string();
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(source) => return Err(Error::Unreadable { file, source }),
        };
        match std::str::from_utf8(&bytes) {
            Ok(text) => Self::parse(text, &file, overrides),
            Err(error) => {
                let line = bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count() + 1;
                let report = Report::default();
                report.note(Mark::of_line(line), &Place::new("YAML"), "the file is not UTF-8 from here on");
                report.finish(&file, Self::default()).map(|(system, _)| system)
            }
        }
    }

    /// Reads the text of a template; problems call it `file_name`.
    ///
    /// # Errors
    /// Everything that CloudFormation or SAM would refuse (as far as it is checked here), and everything that can't be
    /// emulated on one machine, all together and by line.
    pub fn parse(text: &str, file_name: &str, overrides: &BTreeMap<String, String>) -> Result<Self, Error> {
        let report = Report::default();
        let root = quotas::fits(text, &report).then(|| load(text, &report)).flatten();
        let root = root.filter(|root| quotas::are_kept(root, &report));
        let system = root.map(|root| system(&root, overrides, &report)).unwrap_or_default();
        let (system, warnings) = report.finish(file_name, system)?;
        Ok(Self { warnings, ..system })
    }
}

fn system(root: &Node, overrides: &BTreeMap<String, String>, report: &Report) -> System {
    check_sections(root, report);
    let mut values = stack::on_one_machine(root.get("Metadata"), report);
    values.extend(overrides.iter().map(|(name, value)| (name.clone(), value.clone())));
    let parameters = stack::parameters(root.get("Parameters"), &values, report);
    let mut scope = Scope::new(report, &parameters, root.get("Mappings"));
    stack::rules(root.get("Rules"), root.get("Conditions"), &scope);
    let truths = stack::conditions(root.get("Conditions"), &scope);
    scope.truths = Some(&truths);
    let globals = Globals::read(root.get("Globals"), report);
    let nothing = Node { mark: root.mark, tree: Tree::Map(Vec::new()) };
    let resources = root.get("Resources").unwrap_or(&nothing);
    let catalogue = Catalogue::read(resources, &globals, &truths, report);
    scope.catalogue = Some(&catalogue);

    stack::check_names(catalogue.present().filter_map(|one| Some((one, scope.physical_name(one)?))), report);
    let mut system = emulated(&scope, &catalogue);
    resources::check_oddities(&scope, &catalogue, &system);
    scope.inert = true;
    resources::check_inert(&scope, &catalogue);
    resources::check_attached(&scope, &catalogue, &system.functions);
    system.outputs = outputs(root.get("Outputs"), &scope, &truths);
    let listed = |one: &Resource| {
        let physical_id = scope.filled(one.kind.reference, one)?;
        Some(model::Resource { id: one.id.clone(), kind: one.kind.name, physical_id })
    };
    system.resources = catalogue.present().filter_map(listed).collect();
    system
}

/// CloudFormation: "CloudFormation template sections".
fn check_sections(root: &Node, report: &Report) {
    let place = Place::new("template");
    let Some(sections) = root.map() else {
        return report.note(root.mark, &place, "has to be a map of sections");
    };
    for section in sections {
        let place = Place::new(&section.key);
        match section.key.as_str() {
            "AWSTemplateFormatVersion" => {
                if section.value.text() != Some("2010-09-09") {
                    report.note(section.value.mark, &place, "has to be 2010-09-09");
                }
            }
            "Description" | "Metadata" | "Transform" => {}
            "Parameters" | "Rules" | "Mappings" | "Conditions" | "Globals" | "Resources" | "Outputs" => {
                if section.value.map().is_none() && !matches!(section.value.tree, Tree::Broken) {
                    report.note(section.value.mark, &place, format!("{} is not a map", section.value.what()));
                }
            }
            other => report.note(section.mark, &place, format!("a template has no section `{other}`")),
        }
    }
    let transform = root.get("Transform");
    let transforms = transform.map(|node| node.list().unwrap_or(std::slice::from_ref(node))).unwrap_or_default();
    if !matches!(transforms, [one] if one.text() == Some(SAM)) {
        let mark = transform.map_or(root.mark, |node| node.mark);
        report.note(mark, &Place::new("Transform"), format!("has to be {SAM}, and nothing else"));
    }
    if root.get("Resources").is_none() {
        report.note(root.mark, &place, "needs `Resources`");
    }
}

/// Reads the emulated resources. Functions come last: their events refer to queues and to the API.
fn emulated(scope: &Scope<'_>, catalogue: &Catalogue) -> System {
    let mut system = System { region: REGION.to_owned(), ..System::default() };
    system.queues = all(catalogue, QUEUE, |resource| resources::queue(scope, resource));
    system.tables = all(catalogue, TABLE, |resource| resources::table(scope, resource));
    system.secrets = all(catalogue, SECRET, |resource| resources::secret(scope, resource));
    let mut apis = catalogue.of_kind(API);
    let first = apis.next();
    if let (Some(first), Some(second)) = (first, apis.next()) {
        let message = format!("a second API (after `{}`) isn't emulated on one machine", first.id);
        scope.report.note(second.mark, &Place::new(&second.id), message);
    }
    let (api, guards) = first.map_or((None, Guards::default()), |resource| resources::api(scope, resource));
    let mut routes = Routes::new(&guards);
    system.functions =
        all(catalogue, FUNCTION, |resource| resources::function(scope, resource, &system.queues, &mut routes));
    system.api = api.map(|mut api| {
        api.routes = routes.into_vec();
        api
    });
    system
}

/// Reads all resources of a type; those with a problem are left out, and the problem is in the report.
fn all<T>(
    catalogue: &Catalogue,
    kind: &'static str,
    mut read: impl FnMut(&Resource) -> Option<T>,
) -> BTreeMap<String, T> {
    catalogue.of_kind(kind).filter_map(|resource| Some((resource.id.clone(), read(resource)?))).collect()
}

/// Reads the outputs whose conditions are true.
fn outputs(section: Option<&Node>, scope: &Scope<'_>, truths: &Truths) -> BTreeMap<String, String> {
    let mut outputs = BTreeMap::new();
    for output in section.and_then(Node::map).unwrap_or_default() {
        let place = Place::new("Outputs").key(&output.key);
        if let Some(condition) = output.value.get("Condition") {
            let name = condition.text().unwrap_or_default();
            if truths.get(name, condition.mark, &place, scope.report) != Some(true) {
                continue;
            }
        }
        let value = scope.resolve(&output.value, &place);
        let field = Field::new(scope.report, place, &value);
        field.only(&Accepted { emulated: &["Condition", "Value"], without_effect: &["Description", "Export"] });
        if let Some(text) = field.need("Value").and_then(|value| value.text()) {
            outputs.insert(output.key.clone(), text);
        }
    }
    outputs
}
