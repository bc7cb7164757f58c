//! The routes of an API, gathered from the functions' events.

use super::Guards;
use crate::field::Field;
use crate::model::Route;

/// What an event says about its authorizer.
pub(crate) enum Guard {
    /// Nothing: the API's default.
    Default,
    /// `NONE`.
    None,
    Named(String),
}

/// Gathers routes and refuses those that API Gateway could not tell apart.
#[derive(Debug)]
pub(crate) struct Routes<'a> {
    guards: &'a Guards,
    gathered: Vec<Route>,
}

impl<'a> Routes<'a> {
    pub(crate) fn new(guards: &'a Guards) -> Self {
        Self { guards, gathered: Vec::new() }
    }

    pub(crate) fn into_vec(self) -> Vec<Route> {
        self.gathered
    }

    /// Whether there is an authorizer of this name.
    pub(crate) fn knows(&self, authorizer: &str) -> bool {
        self.guards.names.iter().any(|name| name == authorizer)
    }

    /// The authorizer of a route. SAM leaves the default off `OPTIONS` if it is told to.
    pub(crate) fn authorizer(&self, method: &str, guard: Guard) -> Option<String> {
        match guard {
            Guard::None => None,
            Guard::Named(name) => Some(name),
            Guard::Default if method == "OPTIONS" && !self.guards.preflight => None,
            Guard::Default => self.guards.default.clone(),
        }
    }

    /// Adds a route; `field` is where its path is written.
    pub(crate) fn add(&mut self, route: Route, field: &Field<'_>) {
        for other in &self.gathered {
            if other.method == route.method && other.path == route.path {
                let message = format!("{} {} already goes to `{}`", route.method, route.path, other.function);
                return field.note(message);
            }
            if let Some((ours, theirs)) = sibling_variables(&route.path, &other.path) {
                let message = format!("`{ours}` stands where {} has `{theirs}`: one name a place", other.path);
                return field.note(message);
            }
        }
        self.gathered.push(route);
    }
}

/// The variables of two paths that differ at one place: API Gateway has one variable below a resource.
fn sibling_variables<'p>(one: &'p str, other: &'p str) -> Option<(&'p str, &'p str)> {
    let (one, other) = one.split('/').zip(other.split('/')).find(|(one, other)| one != other)?;
    (one.starts_with('{') && other.starts_with('{')).then_some((one, other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_one_variable() {
        assert_eq!(sibling_variables("/a/{id}", "/a/{name}/b"), Some(("{id}", "{name}")));
        assert_eq!(sibling_variables("/a/{id}", "/a/{all+}"), Some(("{id}", "{all+}")));
        assert_eq!(sibling_variables("/a/{id}", "/a/{id}/b"), None);
        assert_eq!(sibling_variables("/a/{id}", "/b/{name}"), None);
        assert_eq!(sibling_variables("/a/{id}", "/a/fixed"), None);
    }
}
