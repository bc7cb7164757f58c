//! A function as it was deployed once. Deploying it again makes another of these; instances of the old one end.

use std::path::Path;

use crate::FunctionSpec;

pub(crate) struct Deployment {
    pub spec: FunctionSpec,
}

impl Deployment {
    /// `LAMBDA_TASK_ROOT`, which is also the function's working directory.
    pub fn task_root(&self) -> &Path {
        self.spec.executable.parent().unwrap_or(Path::new("/"))
    }
}
