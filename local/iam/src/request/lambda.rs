//! Lambda. Developer Guide: "Resources and conditions for Lambda actions": calling a version or an alias needs a
//! right to the qualified ARN; one to the unqualified ARN does not include it.

use http::Uri;
use local_template::{ACCOUNT, System};

use crate::Access;

/// The right to invoke a function; `None` if the request is no invocation.
pub(super) fn access(system: &System, uri: &Uri) -> Option<Access> {
    let (function, qualifier) = local_lambda::api::target(uri)?;
    let mut resource = arn(system, &function);
    if let Some(qualifier) = qualifier {
        resource = format!("{resource}:{qualifier}");
    }
    Some(Access::new("lambda:InvokeFunction", resource))
}

/// A request names a function by its name, its ARN or a part of that (`ACCOUNT:function:NAME`); here also by its logical id.
fn arn(system: &System, function: &str) -> String {
    if function.starts_with("arn:") {
        return function.to_owned();
    }
    let name = function.rsplit(':').next().unwrap_or_default();
    let by_name = system.functions.values().find(|known| known.name == name);
    match by_name.or_else(|| system.functions.get(name)) {
        Some(known) => known.arn.clone(),
        None => format!("arn:aws:lambda:{}:{ACCOUNT}:function:{name}", system.region),
    }
}
