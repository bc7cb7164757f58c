//! Which function a request names: `FunctionName` of the path, and `Qualifier` of the query.
//!
//! `FunctionName` is a name, an ARN, or a partial ARN (`ACCOUNT:function:NAME`), each with or without `:QUALIFIER`.
//! Versions are not kept on one machine, so a qualifier is `$LATEST` or the function's alias, which are the same.

use http::Uri;
use percent_encoding::percent_decode_str;

use super::error::Error;
use crate::Lambda;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Target {
    function: String,
    qualifier: Option<String>,
}

impl Target {
    /// `None` if the path is not the one of Invoke.
    pub fn parse(uri: &Uri) -> Option<Self> {
        let name = uri.path().strip_prefix("/2015-03-31/functions/")?.strip_suffix("/invocations")?;
        if name.is_empty() || name.contains('/') {
            return None;
        }
        let mut pairs = uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
        let qualifier = pairs.find(|(name, _)| *name == "Qualifier").map(|(_, value)| decode(value));
        let name = decode(name);
        let (function, suffix) = split_qualifier(&name);
        Some(Self { function: function.to_owned(), qualifier: qualifier.or(suffix.map(str::to_owned)) })
    }

    /// The function's name or ARN.
    pub fn unqualified(&self) -> &str {
        // A name of its own first: a partial ARN and a name can't be confused, as names have no colons.
        let name = self.function.split_once(":function:").filter(|_| !self.function.starts_with("arn:"));
        name.map_or(self.function.as_str(), |(_account, name)| name)
    }

    /// The function as it was named, and the qualifier.
    pub fn into_parts(self) -> (String, Option<String>) {
        (self.function, self.qualifier)
    }

    /// The function as the stack knows it.
    pub fn function(&self, lambda: &Lambda) -> Result<String, Error> {
        let Self { qualifier, .. } = self;
        let known = self.unqualified();
        let named = match qualifier.as_deref() {
            None | Some("$LATEST") => known.to_owned(),
            Some(alias) => format!("{known}:{alias}"),
        };
        lambda.check(&named).map_err(|_| Error::NotFound(named.clone()))?;
        Ok(named)
    }
}

fn split_qualifier(name: &str) -> (&str, Option<&str>) {
    let unqualified_parts = if name.starts_with("arn:") {
        7
    } else if name.contains(":function:") {
        3
    } else {
        1
    };
    match name.match_indices(':').nth(unqualified_parts - 1) {
        Some((at, _)) => (&name[..at], Some(&name[at + 1..])),
        None => (name, None),
    }
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use local_fuzz_inputs::{cases, spoiled};
    use proptest::prelude::*;

    use super::*;

    fn parsed(path: &str) -> Option<(String, Option<String>)> {
        let target = Target::parse(&path.parse().unwrap())?;
        Some((target.function, target.qualifier))
    }

    fn target(function: &str, qualifier: Option<&str>) -> Option<(String, Option<String>)> {
        Some((function.to_owned(), qualifier.map(str::to_owned)))
    }

    #[test]
    fn a_function_is_named_by_name_arn_or_partial_arn_each_with_or_without_a_qualifier() {
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:echo";
        let path = |name: &str| format!("/2015-03-31/functions/{name}/invocations");
        assert_eq!(parsed(&path("echo")), target("echo", None));
        assert_eq!(parsed(&path("echo:7")), target("echo", Some("7")));
        assert_eq!(parsed(&path(arn)), target(arn, None));
        assert_eq!(parsed(&path(&arn.replace(':', "%3A"))), target(arn, None));
        assert_eq!(parsed(&path(&format!("{arn}:live"))), target(arn, Some("live")));
        assert_eq!(parsed(&path("000000000000:function:echo")), target("000000000000:function:echo", None));
        assert_eq!(
            parsed(&path("000000000000:function:echo:$LATEST")),
            target("000000000000:function:echo", Some("$LATEST"))
        );
        assert_eq!(parsed(&format!("{}?Qualifier=%24LATEST", path("echo"))), target("echo", Some("$LATEST")));
    }

    #[test]
    fn another_path_is_not_an_invocation() {
        for path in ["/", "/2015-03-31/functions/", "/2015-03-31/functions//invocations", "/2015-03-31/functions/echo"]
        {
            assert_eq!(parsed(path), None, "{path}");
        }
        assert_eq!(parsed("/2015-03-31/functions/a/b/invocations"), None);
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn a_path_names_a_function_or_none(text in spoiled(&[
            "/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:echo:live/invocations?Qualifier=%24LATEST",
            "/2015-03-31/functions/000000000000%3Afunction%3Aecho/invocations",
        ])) {
            let Ok(uri) = text.parse() else { return Ok(()) };
            if let Some(target) = Target::parse(&uri) {
                prop_assert!(target.function.starts_with("arn:") || target.function.ends_with(target.unqualified()));
            }
        }
    }
}
