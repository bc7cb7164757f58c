//! An error with its causes.

use std::error::Error;

use serde_json::error::Category;

/// The error and each of its sources, from the outermost to the root cause: `the store failed: timed out`.
pub fn error_chain(error: &(dyn Error + 'static)) -> String {
    let mut chain = text(error);
    let mut source = error.source();
    while let Some(error) = source {
        chain.push_str(": ");
        chain.push_str(&text(error));
        source = error.source();
    }
    chain
}

fn text(error: &(dyn Error + 'static)) -> String {
    error.downcast_ref().map_or_else(|| error.to_string(), misread)
}

/// Where JSON was not understood. Not what is there: serde quotes values and names, which may be personal, and no log has such.
pub(crate) fn misread(error: &serde_json::Error) -> String {
    let kind = match error.classify() {
        Category::Data => "not of the expected form",
        Category::Syntax | Category::Eof | Category::Io => "not JSON",
    };
    format!("{kind}, line {} column {}", error.line(), error.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the call failed")]
    struct Failed(#[source] serde_json::Error);

    #[test]
    fn json_that_is_not_understood_is_not_quoted() {
        let number = serde_json::from_str::<u32>(r#""ada@example.com""#).unwrap_err();
        assert_eq!(error_chain(&Failed(number)), "the call failed: not of the expected form, line 1 column 17");
        let broken = serde_json::from_str::<u32>("ada@example.com").unwrap_err();
        assert_eq!(error_chain(&broken), "not JSON, line 1 column 1");
    }
}
