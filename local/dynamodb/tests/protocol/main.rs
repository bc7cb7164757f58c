//! The protocol: each request has to get the answer that AWS's documents give it, here and, where `DYNAMODB_ENDPOINT_URL` names
//! another engine, there too.
//!
//! What an engine is known to do otherwise stands in [`differences`], with the reason.
#![allow(clippy::unwrap_used)] // tests report by panicking

mod case;
mod cases;
mod differences;
mod dynalite;
mod engine;
mod random;
mod streams;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use serde_json::json;

use crate::case::Case;
use crate::engine::{Database, Engine};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let cases: &'static [Case] = Vec::leak(cases::all());
    for (at, case) in cases.iter().enumerate() {
        assert!(cases[..at].iter().all(|other| other.name != case.name), "two cases are called {}", case.name);
    }
    for known in [&differences::OURS, &dynalite::DYNALITE].iter().flat_map(|known| known.differences) {
        assert!(cases.iter().any(|case| case.name == known.case), "no case is called {}", known.case);
    }
    let other = local_testing::Remote::named().is_some();
    let mut trials = Vec::new();
    for (whose, engine) in [("ours", Engine::Ours), ("other", Engine::Other)] {
        let lacks = engine.known().lacks;
        let lacking = |needed: &[&'static str]| needed.iter().find(|needed| lacks.contains(needed)).copied();
        let streams = lacking(&streams::OPERATIONS);
        let mut of_engine = vec![
            trial(whose, "a stream is read", streams, move || streams::read(engine)),
            trial(whose, "a stream's requests are refused", streams, move || streams::refuse(engine)),
            trial(whose, "what it is said to lack", None, move || lack(engine)),
        ];
        of_engine.extend(
            cases.iter().map(|case| trial(whose, &case.name, lacking(&case.needs()), move || case.ask(engine))),
        );
        if engine == Engine::Other && !other {
            of_engine = of_engine.into_iter().map(|trial| trial.with_ignored_flag(true)).collect();
        }
        trials.extend(of_engine);
    }
    trials.push(trial("other", "random requests", None, random::compare).with_ignored_flag(!other));
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !other && !arguments.list {
        println!("other:: is ignored: DYNAMODB_ENDPOINT_URL names no engine\n");
    }
    conclusion.exit_code()
}

/// An engine that has got an operation since is asked the cases that need it.
async fn lack(engine: Engine) {
    let database = Database::of(engine).await;
    for operation in engine.known().lacks {
        let (status, answer) = database.call(operation, &json!({})).await;
        let named = answer["__type"].as_str().and_then(|kind| kind.rsplit('#').next());
        assert_eq!((status, named), (400, Some("UnknownOperationException")), "{operation}: {answer}");
    }
}

/// A test, ignored where the engine lacks an operation.
fn trial<F: Future<Output = ()>>(
    whose: &str,
    name: &str,
    lacks: Option<&str>,
    test: impl FnOnce() -> F + Send + 'static,
) -> Trial {
    let trial = Trial::test(format!("{whose}::{name}"), move || {
        tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(test());
        Ok(())
    });
    match lacks {
        Some(operation) => trial.with_kind(format!("lacks {operation}")).with_ignored_flag(true),
        None => trial,
    }
}
