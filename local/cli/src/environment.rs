//! The environment of functions that another program runs: what the template says, and where the services are.
//!
//! It is written to a file for that program, which both engines read in their ways: `sam local` takes the JSON as
//! `--env-vars`; `cargo lambda watch` starts functions with `cargo run`, which is told to start them through
//! [`run`].

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use local_secretsmanager::SecretsManager;
use local_template::{Function, System};
use serde_json::json;

use crate::arguments::Engine;
use crate::error::Error;
use crate::runner::access_key_id;

/// Variables by function, as the engine calls it.
pub type Environments = BTreeMap<String, BTreeMap<String, String>>;

/// What an authorizer's function knows its secret by.
const SECRET: &str = "JWT_SECRET_ARN";

impl Engine {
    /// What the engine calls a function.
    pub fn name_of(self, logical_id: &str, function: &Function) -> String {
        match self {
            Self::CargoLambda => function.binary.clone(),
            Self::Sam => logical_id.to_owned(),
        }
    }

    /// Whether the engine has authorizers, so that functions need not verify tokens themselves.
    fn authorizes(self) -> bool {
        self == Self::Sam
    }
}

/// What each function finds in its environment. `url` is where the services are.
pub async fn environments(
    system: &System,
    engine: Engine,
    url: &str,
    secrets: &SecretsManager,
) -> Result<Environments, Error> {
    let mut all = Environments::new();
    for (logical_id, function) in &system.functions {
        let mut variables = function.environment.clone();
        // A function of its own to the services, which look at its role.
        let key = access_key_id(logical_id);
        let services = [
            ("AWS_ENDPOINT_URL", url),
            ("AWS_REGION", &system.region),
            ("AWS_DEFAULT_REGION", &system.region),
            ("AWS_ACCESS_KEY_ID", &key),
            ("AWS_SECRET_ACCESS_KEY", "local"),
        ];
        variables.extend(services.map(|(name, value)| (name.to_owned(), value.to_owned())));
        if let Some(secret) = guard(system, logical_id).filter(|_| !engine.authorizes()) {
            let (id, key) = secrets.current(secret).await?;
            variables.extend([("JWT_KEY_ID".to_owned(), id), ("JWT_KEY".to_owned(), key)]);
        }
        all.insert(engine.name_of(logical_id, function), variables);
    }
    Ok(all)
}

/// The secret that guards a function's routes: the one its authorizer verifies tokens with.
fn guard<'a>(system: &'a System, logical_id: &str) -> Option<&'a str> {
    let api = system.api.as_ref()?;
    let route = api.routes.iter().find(|route| route.function == logical_id && route.authorizer.is_some())?;
    let authorizer = api.authorizers.get(route.authorizer.as_ref()?)?;
    system.functions.get(&authorizer.function)?.environment.get(SECRET).map(String::as_str)
}

/// The files that an engine reads.
pub struct Files {
    /// The variables of each function.
    pub environment: PathBuf,
    /// A configuration of cargo that has `cargo run` start functions with them.
    pub cargo_config: PathBuf,
}

/// Writes the files, for this user's eyes only: there is a key in them.
pub fn write(environments: &Environments, folder: &Path) -> Result<Files, Error> {
    let files = Files { environment: folder.join("environment.json"), cargo_config: folder.join("cargo.toml") };
    let own = std::env::current_exe().map_err(Error::Start)?;
    // JSON's strings and lists are TOML's.
    let runner = json!([own, "run-function", files.environment]);
    let config = format!(
        "# Starts functions with the environment of `cargo local --only backends`.\n[target.'cfg(all())']\nrunner = {runner}\n"
    );
    for (path, text) in [(&files.environment, format!("{:#}", json!(environments))), (&files.cargo_config, config)] {
        let replaced = replace(path, &text);
        replaced.map_err(|cause| Error::File { path: path.clone(), cause })?;
    }
    Ok(files)
}

/// Whoever reads meanwhile finds the old text or the new one.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let new = path.with_extension("new");
    let _ = fs::remove_file(&new);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
    file.write_all(text.as_bytes())?;
    fs::rename(&new, path)
}

/// What a function keeps of the environment it is started in: the rest is the developer's, whom it must not depend on.
fn is_kept(name: &str) -> bool {
    // Of Lambda's own it would warn of this one, which it has no use for.
    let lambdas = name.starts_with("AWS_LAMBDA_") && name != "AWS_LAMBDA_MAX_CONCURRENCY";
    lambdas || ["PATH", "RUST_BACKTRACE"].contains(&name)
}

/// Becomes the function, with the variables that `file` has for its name.
pub fn run(file: &Path, executable: &Path) -> Result<(), Error> {
    let unreadable = |cause| Error::File { path: file.to_owned(), cause };
    let text = fs::read(file).map_err(unreadable)?;
    let mut all: Environments = serde_json::from_slice(&text).map_err(|error| unreadable(error.into()))?;
    let name = executable.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let Some(variables) = all.remove(&name) else {
        return Err(Error::NoEnvironment { file: file.to_owned(), name });
    };
    let kept = std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_kept));
    let cause = Command::new(executable).env_clear().envs(kept).envs(variables).exec();
    Err(Error::Execute { executable: executable.to_owned(), cause })
}

#[cfg(test)]
mod tests;
