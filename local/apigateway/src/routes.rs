//! The route table: which resource of the API a path matches, and which of its methods a request calls.
//!
//! A literal segment beats `{parameter}`, which beats `{proxy+}`, from left to right; the path decides first, and only
//! then the method, then `ANY` (Developer Guide: "Set up a proxy integration with a proxy resource"). Slashes at the
//! end and repeated ones at the front do not count (LocalStack's snapshots `…-with-trailing-slash` and
//! `…-with-prepended-slash`); other empty segments can only be part of a greedy value. `HEAD` is not `GET`.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use http::Method;

use crate::Error;
use crate::authorizer::Authorizer;
use crate::cors::Preflight;
use crate::method::METHODS;

/// Segments of a path at most: each is a resource ("Quotas for configuring and running a REST API": 300 resources an API).
/// The tree of paths is walked by recursion.
const MOST_SEGMENTS: usize = 300;

/// The paths of an API, built once.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    root: Node,
    resources: Vec<Resource>,
}

/// A path and what can be done with it.
#[derive(Debug)]
pub(crate) struct Resource {
    /// `/api/things/{id}`.
    pub(crate) path: Arc<str>,
    /// `requestContext.resourceId`.
    pub(crate) id: String,
    /// The answer to `OPTIONS`, if the API has `Cors` and the template no such method.
    pub(crate) preflight: Option<Preflight>,
    parameters: Vec<String>,
    methods: BTreeMap<String, Target>,
}

/// The function behind a method.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// Logical id of the function.
    pub(crate) function: Arc<str>,
    /// Checks the caller first.
    pub(crate) authorizer: Option<Arc<Authorizer>>,
    /// How long the gateway waits for the function.
    pub(crate) timeout: Duration,
}

/// Where a request goes.
#[derive(Debug)]
pub(crate) enum Destination<'t> {
    Preflight(&'t Preflight),
    /// The method of the route, which may be `ANY`, and what is behind it.
    Function(&'t str, &'t Target),
}

/// The resource that a path matches, with the values of its parameters as they are in the path, undecoded.
#[derive(Debug)]
pub(crate) struct Found<'t, 'p> {
    pub(crate) resource: &'t Resource,
    values: Vec<&'p str>,
}

#[derive(Debug, Default)]
struct Node {
    literals: HashMap<String, Node>,
    parameter: Option<(String, Box<Node>)>,
    greedy: Option<usize>,
    resource: Option<usize>,
}

impl Routes {
    /// Adds a method to a path.
    pub(crate) fn add(&mut self, path: &str, method: &str, target: Target) -> Result<(), Error> {
        let method = method.to_ascii_uppercase();
        if method != "ANY" && !METHODS.contains(&method.as_str()) {
            return Err(Error::Method { path: path.to_owned(), method });
        }
        let (slot, parameters) = self.root.slot(path)?;
        let index = *slot.get_or_insert_with(|| {
            self.resources.push(Resource {
                path: path.into(),
                id: format!("r{:05}", self.resources.len()),
                preflight: None,
                parameters,
                methods: BTreeMap::new(),
            });
            self.resources.len() - 1
        });
        match self.resources[index].methods.insert(method.clone(), target) {
            None => Ok(()),
            Some(_) => Err(Error::Duplicate { path: path.to_owned(), method }),
        }
    }

    /// Every resource.
    pub(crate) fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.resources.iter()
    }

    /// Every resource, to be given its preflight.
    pub(crate) fn resources_mut(&mut self) -> impl Iterator<Item = &mut Resource> {
        self.resources.iter_mut()
    }

    /// The resource that a path matches.
    pub(crate) fn find<'p>(&self, path: &'p str) -> Option<Found<'_, 'p>> {
        let path = path.strip_prefix('/')?.trim_matches('/');
        let mut values = Vec::new();
        let index = self.root.walk((!path.is_empty()).then_some(path), &mut values)?;
        Some(Found { resource: &self.resources[index], values })
    }
}

impl Resource {
    /// The methods that the template gives it, in order.
    pub(crate) fn methods(&self) -> impl Iterator<Item = &str> {
        self.methods.keys().map(String::as_str)
    }

    /// Where a request with this method goes.
    pub(crate) fn destination(&self, method: &Method) -> Option<Destination<'_>> {
        if let Some(preflight) = self.preflight.as_ref().filter(|_| method == Method::OPTIONS) {
            return Some(Destination::Preflight(preflight));
        }
        let method = METHODS.iter().find(|known| **known == method.as_str())?;
        let route = self.methods.get_key_value(*method).or_else(|| self.methods.get_key_value("ANY"));
        route.map(|(method, target)| Destination::Function(method, target))
    }
}

impl<'t, 'p> Found<'t, 'p> {
    /// Name and value of each parameter.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = (&'t str, &'p str)> {
        self.resource.parameters.iter().map(String::as_str).zip(self.values.iter().copied())
    }
}

impl Node {
    /// Where the tree keeps the index of a path's resource, and the names of the path's parameters. New nodes are added.
    fn slot(&mut self, path: &str) -> Result<(&mut Option<usize>, Vec<String>), Error> {
        let problem = |problem| Error::Path { path: path.to_owned(), problem };
        let mut parameters = Vec::new();
        let mut node = self;
        let rest = path.strip_prefix('/').ok_or_else(|| problem("must begin with a slash"))?;
        if rest.split('/').count() > MOST_SEGMENTS {
            return Err(problem("has more segments than an API has resources (300)"));
        }
        let mut segments = (!rest.is_empty()).then(|| rest.split('/')).into_iter().flatten().peekable();
        while let Some(segment) = segments.next() {
            let variable = segment.strip_prefix('{').and_then(|segment| segment.strip_suffix('}'));
            if segment.is_empty() || matches!(variable, Some("" | "+")) {
                return Err(problem("has an empty segment"));
            }
            let name = variable.unwrap_or(segment).trim_end_matches('+');
            if name.contains(['{', '}', '%']) {
                return Err(problem("a segment is either literal or one {parameter}"));
            }
            match variable {
                None => node = node.literals.entry(segment.to_owned()).or_default(),
                Some(variable) => {
                    if parameters.iter().any(|known| known == name) {
                        return Err(problem("has a parameter twice"));
                    }
                    parameters.push(name.to_owned());
                    if variable.ends_with('+') {
                        if segments.peek().is_some() {
                            return Err(problem("a greedy parameter must come last"));
                        }
                        return Ok((&mut node.greedy, parameters));
                    }
                    let (known, child) = node.parameter.get_or_insert_with(|| (name.to_owned(), Box::default()));
                    if known != name {
                        let (path, parameter) = (path.to_owned(), name.to_owned());
                        return Err(Error::Sibling { path, parameter, other: known.clone() });
                    }
                    node = child;
                }
            }
        }
        Ok((&mut node.resource, parameters))
    }

    /// Matches a path from this node down. No node is visited twice, so no path is slow to match.
    fn walk<'p>(&self, path: Option<&'p str>, values: &mut Vec<&'p str>) -> Option<usize> {
        let Some(path) = path else { return self.resource };
        let (segment, rest) = match path.split_once('/') {
            Some((segment, rest)) => (segment, Some(rest)),
            None => (path, None),
        };
        if !segment.is_empty() {
            if let Some(found) = self.literals.get(segment).and_then(|node| node.walk(rest, values)) {
                return Some(found);
            }
            if let Some((_, node)) = &self.parameter {
                values.push(segment);
                if let Some(found) = node.walk(rest, values) {
                    return Some(found);
                }
                values.pop();
            }
        }
        let greedy = self.greedy?;
        values.push(path);
        Some(greedy)
    }
}

#[cfg(test)]
mod tests;
