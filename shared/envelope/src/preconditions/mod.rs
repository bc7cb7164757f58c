//! Conditional requests (RFC 9110, section 13): what a request demands of the version of its resource.

mod tag_list;

use http::{HeaderMap, Method};
use serde_json::json;

use self::tag_list::{Malformed, TagList};
use crate::{Code, EntityTag, Failure, headers};

/// The most tags of one `If-Match`.
const MAX_TAGS: usize = 100;

/// `If-Match`: the versions in which the request may change its resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(TagList);

impl IfMatch {
    /// The condition of a request, if it sets one.
    ///
    /// # Errors
    /// 400 for a value that is no list of entity tags, or of more than a hundred. (A condition that can't be read is not
    /// left out: the client relies on it.)
    pub(crate) fn of(request: &HeaderMap) -> Result<Option<Self>, Failure> {
        match TagList::read(headers::all(request, "if-match")) {
            None => Ok(None),
            Some(Ok(TagList::OneOf(tags))) if tags.len() > MAX_TAGS => {
                Err(refused("TOO_LONG", format!("must be at most {MAX_TAGS} entity tags")))
            }
            Some(Ok(list)) => Ok(Some(Self(list))),
            Some(Err(Malformed)) => Err(refused("INVALID_FORMAT", "must be * or entity tags in quotes".to_owned())),
        }
    }

    /// Whether this is one of the versions (the strong comparison of section 8.8.3.2).
    pub fn holds(&self, current: &EntityTag) -> bool {
        self.versions().is_none_or(|mut versions| versions.any(|version| version == current.as_str()))
    }

    /// The versions, without quotes; `None` for `*`, which any version meets. (A weak tag names none: section 13.1.1.)
    pub fn versions(&self) -> Option<impl Iterator<Item = &str>> {
        match &self.0 {
            TagList::Any => None,
            TagList::OneOf(tags) => Some(tags.iter().filter(|tag| !tag.is_weak).map(|tag| tag.opaque.as_str())),
        }
    }
}

fn refused(code: &str, message: String) -> Failure {
    let problem = json!({"field": "If-Match", "code": code, "message": message});
    Failure::validation(Code::INVALID_FIELDS, "Validation failed").detail("fields", [problem])
}

/// What a reading request's conditions make of its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Selected {
    /// The client gets it.
    Changed,
    /// The client has it.
    NotModified,
}

/// Evaluates the conditions of a reading request by the tag of its answer, in the order of section 13.2.2. One that can't be
/// read is left out: the answer is then sent in full.
///
/// # Errors
/// 412 if `If-Match` does not hold.
pub(crate) fn select(method: &Method, request: &HeaderMap, current: &EntityTag) -> Result<Selected, Failure> {
    if !method.is_safe() {
        return Ok(Selected::Changed);
    }
    if let Ok(Some(condition)) = IfMatch::of(request)
        && !condition.holds(current)
    {
        return Err(Failure::precondition_failed(current));
    }
    match TagList::read(headers::all(request, "if-none-match")) {
        Some(Ok(list)) if list.has_weakly(current) => Ok(Selected::NotModified),
        _ => Ok(Selected::Changed),
    }
}
