//! What runs, and where it is to be found.

use serde::Serialize;
use serde_json::Value;

use super::{Failure, failed, value};
use crate::stack::Stack;
use crate::{data_folder, docs};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Status<'a> {
    url: &'a str,
    aws_endpoint_url: &'a str,
    /// Whether functions and API run here, and not in another program.
    is_whole: bool,
    docs: Option<String>,
    console: Option<String>,
    data_folder: String,
    template: String,
    started_at: String,
    process_id: u32,
    routes: usize,
    functions: usize,
    instances: usize,
    tables: usize,
    queues: usize,
    secrets: usize,
    /// What the seed file printed when the folder was new.
    seed: Vec<String>,
}

/// What runs here.
pub fn status(stack: &Stack) -> Result<Value, Failure> {
    let (about, system) = (&stack.about, &*stack.system);
    let is_whole = stack.lambda.is_here();
    value(&Status {
        url: &about.url,
        aws_endpoint_url: &about.url,
        is_whole,
        docs: about.has_docs.then(|| format!("{}{}", about.url, docs::PATH)),
        console: is_whole.then(|| format!("{}{}", about.url, super::PREFIX)),
        data_folder: about.data_folder.display().to_string(),
        template: about.template.display().to_string(),
        started_at: stack.started(),
        process_id: std::process::id(),
        routes: system.api.as_ref().filter(|_| is_whole).map_or(0, |api| api.routes.len()),
        functions: system.functions.len(),
        instances: stack.lambda.instances().len(),
        tables: system.tables.len(),
        queues: system.queues.len(),
        secrets: system.secrets.len(),
        seed: data_folder::printed(&about.data_folder).map_err(failed)?,
    })
}
