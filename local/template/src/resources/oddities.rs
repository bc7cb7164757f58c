//! What AWS takes and is most likely not meant, across resources: warnings.

use std::collections::BTreeMap;

use crate::error::Place;
use crate::field::Field;
use crate::model::{Function, Route, System};
use crate::stack::{API, Catalogue, FUNCTION, Scope};

/// The methods that `ANY` stands for.
const METHODS: [&str; 6] = ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"];

/// Warns of what looks like a mistake in a template that has no problem for all that.
pub(crate) fn check_oddities(scope: &Scope<'_>, catalogue: &Catalogue, system: &System) {
    check_binaries(scope, catalogue, &system.functions);
    if let Some(api) = &system.api {
        check_cors(scope, catalogue, &api.routes);
    }
}

/// Two functions may share a binary, but a copied line is likelier.
fn check_binaries(scope: &Scope<'_>, catalogue: &Catalogue, functions: &BTreeMap<String, Function>) {
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    for resource in catalogue.of_kind(FUNCTION) {
        let Some(Function { binary, .. }) = functions.get(&resource.id) else { continue };
        let Some(known) = first.get(binary.as_str()) else {
            first.insert(binary, &resource.id);
            continue;
        };
        let properties = resource.metadata.as_ref().and_then(|metadata| metadata.get("BuildProperties"));
        let mark = properties.and_then(|properties| properties.get("Binary")).map_or(resource.mark, |node| node.mark);
        let place = Place::new(&resource.id).key("Metadata").key("BuildProperties").key("Binary");
        scope.report.warn(mark, &place, format!("`{binary}` is the binary of `{known}` too: was it copied?"));
    }
}

/// Pages of other origins may not use a method that `Cors` leaves out. Fetch Standard: "CORS-preflight fetch".
fn check_cors(scope: &Scope<'_>, catalogue: &Catalogue, routes: &[Route]) {
    for resource in catalogue.of_kind(API) {
        let place = Place::new(&resource.id);
        let value = scope.resolve(&resource.properties, &place);
        let cors = Field::new(scope.report, place, &value).get("Cors");
        let Some(field) = cors.and_then(|cors| cors.get("AllowMethods")) else { continue };
        let Some(text) = field.text() else { continue };
        let allowed: Vec<&str> = text.trim_matches('\'').split(',').map(str::trim).collect();
        let mut missing: Vec<&str> = routes
            .iter()
            .flat_map(|route| if route.method == "ANY" { METHODS.to_vec() } else { vec![route.method.as_str()] })
            .filter(|method| *method != "OPTIONS" && !allowed.iter().any(|one| one == method || *one == "*"))
            .collect();
        missing.sort_unstable();
        missing.dedup();
        if !missing.is_empty() {
            let missing = missing.join(", ");
            field.warn(format!("leaves out {missing}, which a route has: pages of other origins can't use it"));
        }
    }
}

#[cfg(test)]
mod tests;
