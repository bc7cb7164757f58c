//! The protocol: each request has to get the answer that AWS's documents give it, here and, where `DYNAMODB_ENDPOINT_URL` names
//! another engine, there too.
//!
//! What is known to be otherwise here stands in [`differences`], with the reason.
#![allow(clippy::unwrap_used)] // tests report by panicking

mod case;
mod cases;
mod differences;
mod engine;

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
    for case in cases {
        trials.push(trial("ours", case, Engine::Ours));
        trials.push(trial("other", case, Engine::Other).with_ignored_flag(!other));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !other && !arguments.list {
        println!("other:: is ignored: DYNAMODB_ENDPOINT_URL names no engine\n");
    }
    conclusion.exit_code()
}

fn trial(whose: &str, case: &'static Case, engine: Engine) -> Trial {
    Trial::test(format!("{whose}::{}", case.name), move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(case.ask(engine));
        Ok(())
    })
}
