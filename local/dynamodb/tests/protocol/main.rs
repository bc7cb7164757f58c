//! The protocol: each request has to get the answer that AWS's documents give it, here and, where `DYNAMODB_ENDPOINT_URL` names
//! another engine, there too.
//!
//! What is known to be otherwise here stands in [`differences`], with the reason.
#![allow(clippy::unwrap_used)] // tests report by panicking

mod case;
mod cases;
mod differences;
mod engine;
mod streams;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use crate::case::Case;
use crate::engine::Engine;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let cases: &'static [Case] = Vec::leak(cases::all());
    for (at, case) in cases.iter().enumerate() {
        assert!(cases[..at].iter().all(|other| other.name != case.name), "two cases are called {}", case.name);
    }
    for known in differences::DIFFERENCES {
        assert!(cases.iter().any(|case| case.name == known.case), "no case is called {}", known.case);
    }
    let other = local_testing::Remote::named().is_some();
    let mut trials = Vec::new();
    for (whose, engine) in [("ours", Engine::Ours), ("other", Engine::Other)] {
        let mut of_engine = vec![
            trial(whose, "a stream is read", move || streams::read(engine)),
            trial(whose, "a stream's requests are refused", move || streams::refuse(engine)),
        ];
        of_engine.extend(cases.iter().map(|case| trial(whose, &case.name, move || case.ask(engine))));
        trials.extend(of_engine.into_iter().map(|trial| trial.with_ignored_flag(engine == Engine::Other && !other)));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !other && !arguments.list {
        println!("other:: is ignored: DYNAMODB_ENDPOINT_URL names no engine\n");
    }
    conclusion.exit_code()
}

fn trial<F: Future<Output = ()>>(whose: &str, name: &str, test: impl FnOnce() -> F + Send + 'static) -> Trial {
    Trial::test(format!("{whose}::{name}"), move || {
        tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(test());
        Ok(())
    })
}
