//! A value with every function evaluated.

use crate::error::Mark;
use crate::tree::Entry;

/// One value, and where it was written.
#[derive(Debug, Clone)]
pub(crate) struct Value {
    pub(crate) mark: Mark,
    pub(crate) data: Data,
}

/// What a [`Value`] is. Numbers and booleans stay text until a property's type is known: CloudFormation takes `"3"` for
/// `3` and `"true"` for `true`.
#[derive(Debug, Clone)]
pub(crate) enum Data {
    Text(String),
    List(Vec<Value>),
    Map(Vec<Entry<Value>>),
    /// `!Ref AWS::NoValue`: the property or item is as if it were not written.
    NoValue,
    /// A problem was noted here; readers note no further one.
    Broken,
}

impl Value {
    pub(crate) fn text(mark: Mark, text: impl Into<String>) -> Self {
        Self { mark, data: Data::Text(text.into()) }
    }

    pub(crate) fn broken(mark: Mark) -> Self {
        Self { mark, data: Data::Broken }
    }

    /// What it is, for a message.
    pub(crate) fn what(&self) -> String {
        match &self.data {
            Data::Text(text) => format!("`{text}`"),
            Data::List(_) => "a list".to_owned(),
            Data::Map(_) => "a map".to_owned(),
            Data::NoValue => "AWS::NoValue".to_owned(),
            Data::Broken => "unreadable".to_owned(),
        }
    }
}
