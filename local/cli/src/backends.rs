//! `cargo local --only backends`: tables, queues, secrets and event sources, for functions that another program runs.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use local_lambda::Remote;
use local_lambda::remote::Reach;
use local_template::System;
use tokio::net::TcpListener;
use tokio::sync::{OnceCell, watch};

use crate::arguments::Run;
use crate::current::Current;
use crate::data_folder::DataFolder;
use crate::engine::Engine;
use crate::environment::{self, Files};
use crate::error::Error;
use crate::project::Project;
use crate::running::Running;
use crate::stack::{About, Stack};
use crate::{console, server, snapshots};

/// Serves until dropped.
///
/// # Errors
/// Why the stack did not start.
pub async fn serve(arguments: Run, running: &OnceCell<Running>) -> Result<Infallible, Error> {
    let started = Instant::now();
    let listener = server::listen(arguments.port).await?;
    let port = listener.local_addr().map_or(arguments.port, |address| address.port());
    let host = arguments.elsewhere.host.clone();
    let for_functions = listen_for_functions(host.as_deref(), port).await?;
    let url = format!("http://{}:{port}", host.as_deref().unwrap_or("127.0.0.1"));

    let Project { workspace, template, mut system, iam } = Project::read(&arguments).await?;
    system.serve_queues_at(&url);
    let engine = arguments.elsewhere.engine;
    let endpoint = arguments.elsewhere.lambda_endpoint.unwrap_or_else(|| engine.default_endpoint().to_owned());
    let remote = Remote::new(&endpoint, names(&system, engine))?;
    // A folder of its own: the whole stack would take this data for a first start that was cut short, and empty it.
    let data_dir = arguments.data_dir.unwrap_or_else(|| workspace.target.join("local-backends"));
    let data = DataFolder::take(data_dir, arguments.fresh)?;

    let about = About { url: url.clone(), data_folder: data.path().to_owned(), template, has_docs: false, host };
    let iam = Arc::new(iam);
    let start = async || {
        let (iam, remote, about) = (Arc::clone(&iam), remote.clone(), about.clone());
        Ok(Arc::new(Stack::start_backends(&system, iam, &data, remote, about).await?))
    };
    let (snapshots, worker) = snapshots::of(&data, &system);
    let current = Arc::new(Current::new(start().await?, snapshots));
    let environments = environment::environments(&system, engine, &url, &endpoint);
    let files = environment::write(&environments, &data.folder("functions")?)?;
    if let Some(listener) = for_functions {
        tokio::spawn(server::serve(listener, Arc::clone(&current), None));
    }
    let server = tokio::spawn(server::serve(listener, Arc::clone(&current), None)).abort_handle();
    let _ = running.set(Running { current: Arc::clone(&current), server, log_files: None });
    data.mark_used()?;
    say_ready(&format!("http://127.0.0.1:{port}"), started);
    say_next(engine, &endpoint, &files, &workspace.root, port);
    let telling = async {
        tell(remote.reach(), &endpoint).await;
        std::future::pending().await
    };
    tokio::select! {
        fatal = worker.run(&current, start) => Err(fatal),
        never = telling => never,
    }
}

/// The engine's name for each function, by logical id, name and ARN.
fn names(system: &System, engine: Engine) -> BTreeMap<String, String> {
    let of = |(logical_id, function): (&String, &local_template::Function)| {
        let there = engine.name_of(logical_id, function);
        [logical_id.clone(), function.name.clone(), function.arn.clone()].map(|here| (here, there.clone()))
    };
    system.functions.iter().flat_map(of).collect()
}

/// A listener at `host`, if that is an address that is not loopback. A name (`host.docker.internal`) leads to loopback.
async fn listen_for_functions(host: Option<&str>, port: u16) -> Result<Option<TcpListener>, Error> {
    let Some(host) = host else { return Ok(None) };
    match host.parse::<IpAddr>() {
        Ok(address) if address.is_unspecified() || address.is_ipv6() => Err(Error::Host(host.to_owned())),
        Ok(address) if address.is_loopback() => Ok(None),
        Ok(address) => server::listen_at(SocketAddr::new(address, port)).await.map(Some),
        Err(_) if host.is_empty() || host.contains(|c: char| !c.is_ascii_alphanumeric() && !"-.".contains(c)) => {
            Err(Error::Host(host.to_owned()))
        }
        Err(_) => Ok(None),
    }
}

fn say_ready(url: &str, started: Instant) {
    let took = console::told(started.elapsed());
    console::say(&format!("\n  {url} is ready ({took}): tables, queues, secrets, event sources. Ctrl-C stops it\n"));
}

fn say_next(engine: Engine, endpoint: &str, files: &Files, root: &Path, port: u16) {
    let config = files.cargo_config.strip_prefix(root).unwrap_or(&files.cargo_config).display();
    console::say(&format!("  Functions and API are for another program to run, at {endpoint}:"));
    console::say(&match engine {
        Engine::CargoLambda => {
            format!("    cargo lambda watch --invoke-address 127.0.0.1 --disable-cors --config {config}")
        }
        Engine::Sam => "    local/with-sam starts it, with a copy of the template and a network of its own".to_owned(),
    });
    console::say(
        "  docs/engines.md says how; local/with-cargo-lambda and local/with-sam do it all. The seed file is\n  \
         not sent here, as there are no functions yet",
    );
    console::say(&format!("  `cargo local invoke FUNCTION JSON --port {port}` calls a function once they run\n"));
}

/// Says each time that the functions become reachable or unreachable.
async fn tell(mut reach: watch::Receiver<Reach>, endpoint: &str) {
    loop {
        let known = *reach.borrow_and_update();
        match known {
            Reach::Reached => console::say(&format!("functions are called at {endpoint}")),
            Reach::Lost => {
                console::say(&format!("no functions at {endpoint}: streams, queues and schedules wait for them"));
            }
            Reach::Unknown => {}
        }
        if reach.changed().await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_host_is_a_name_or_an_address_of_this_machine() {
        for host in [None, Some("127.0.0.1"), Some("host.docker.internal")] {
            assert!(listen_for_functions(host, 0).await.unwrap().is_none(), "{host:?}");
        }
        for host in ["", "0.0.0.0", "::", "http://a", "a:1", "a/b"] {
            assert!(matches!(listen_for_functions(Some(host), 0).await, Err(Error::Host(_))), "{host}");
        }
        // Nobody's address (RFC 5737).
        assert!(matches!(listen_for_functions(Some("192.0.2.1"), 0).await, Err(Error::Listen { .. })));
    }
}
