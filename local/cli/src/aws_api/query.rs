//! Answers of the Query protocol: XML with the names of the operation around them. Smithy: "AWS Query protocol".

use bytes::Bytes;
use http::Response;
use quick_xml::se::to_string_with_root;
use serde::Serialize;
use uuid::Uuid;

use super::protocol::xml;

/// A list: its members are called `member`.
#[derive(Debug, Serialize)]
pub struct List<T> {
    member: Vec<T>,
}

impl<T> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self { member: items.into_iter().collect() }
    }
}

/// The answer of an operation.
pub fn answer(namespace: &str, operation: &str, result: &impl Serialize) -> Response<Bytes> {
    let id = Uuid::now_v7().to_string();
    // Writing a struct of texts and lists can't fail.
    let result = to_string_with_root(&format!("{operation}Result"), result).unwrap_or_default();
    let text = format!(
        "<{operation}Response xmlns=\"{namespace}\">{result}\
         <ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></{operation}Response>"
    );
    xml(text, &id)
}
