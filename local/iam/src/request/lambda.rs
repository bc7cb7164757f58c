//! Lambda. Developer Guide: "Resources and conditions for Lambda actions": a call of a version or an alias is one of the
//! qualified ARN, which the unqualified one does not mean.

use http::Uri;
use local_template::{ACCOUNT, System};

use crate::Access;

/// `None` if nothing is invoked.
pub(super) fn access(system: &System, uri: &Uri) -> Option<Access> {
    let (function, qualifier) = local_lambda::api::target(uri)?;
    let mut resource = arn(system, &function);
    if let Some(qualifier) = qualifier {
        resource = format!("{resource}:{qualifier}");
    }
    Some(Access::new("lambda:InvokeFunction", resource))
}

/// A function goes by its name, its ARN or a part of that (`ACCOUNT:function:NAME`); here also by its logical id.
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
