//! What is killed, and when: nothing that was promised is lost, and nothing is left running.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use envelope::Code;
use futures_util::future::join_all;
use tests::{Person, Setup, Signal, Stack, signal, until_ended};
use tokio::sync::Notify;

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_function_killed_at_work_is_a_bad_gateway_and_the_next_call_is_fine() {
    let stack = Stack::start().await;
    let mut person = Person::new("Unlucky");
    let killing = async {
        let pid = stack.until_busy("RegisterFunction").await;
        signal(pid, Signal::KILL);
        pid
    };
    let (answer, pid) = tokio::join!(stack.post("/api/users/register").json(person.registration()).send(), killing);
    answer.is_the_gateways(Code::BAD_GATEWAY, "Bad gateway");
    let again = stack.post("/api/users/register").json(person.registration()).send().await;
    assert_eq!(again.status, 201, "{again}");
    assert!(!stack.pids().await.contains(&pid));
    stack.log_in(&mut person).await;
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_function_killed_at_rest_costs_nobody_an_answer() {
    let stack = Stack::start().await;
    // Starts the functions of this route, and those they call.
    assert_eq!(stack.get("/health").send().await.status, 200);
    for _ in 0..10 {
        let pids = stack.pids().await;
        assert!(!pids.is_empty());
        pids.iter().for_each(|pid| signal(*pid, Signal::KILL));
        // A process that was given a request before its end is noticed has failed it.
        while stack.pids().await.iter().any(|pid| pids.contains(pid)) {}
        let answer = stack.get("/health").send().await;
        assert_eq!(answer.status, 200, "{answer}");
    }
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_stack_killed_at_work_keeps_every_user_it_has_acknowledged_and_leaves_no_process() {
    const CLIENTS: usize = 20;
    const ENOUGH: usize = 6;
    let mut stack = Setup::new().patient().start().await;
    let admin = stack.admin().await;
    let (acknowledged, enough) = (AtomicUsize::new(0), Notify::new());
    let client = async |number: usize| {
        let mut registered = Vec::new();
        loop {
            let person = Person::new(&format!("Client{number}"));
            match stack.post("/api/users/register").json(person.registration()).try_send().await {
                Ok(answer) => {
                    assert_eq!(answer.status, 201, "{answer}");
                    registered.push(person);
                    if acknowledged.fetch_add(1, Ordering::Relaxed) + 1 == ENOUGH {
                        enough.notify_one();
                    }
                }
                Err(_) => return registered,
            }
        }
    };
    let killing = async {
        enough.notified().await;
        let pids = stack.pids().await;
        stack.kill().await;
        pids
    };
    let (registered, pids) = tokio::join!(join_all((0..CLIENTS).map(client)), killing);
    assert!(pids.len() >= CLIENTS, "{pids:?}");
    until_ended(&pids).await;

    stack.start_again(&[]).await;
    let mut registered: Vec<Person> = registered.into_iter().flatten().collect();
    assert!(registered.len() >= ENOUGH);
    for person in &mut registered {
        stack.log_in(person).await;
    }
    // Some more may have been written that no client heard of: all there is, is listed and counted, once.
    stack.drained().await;
    let list = stack.get("/api/users?limit=100").token(&admin.token).send().await;
    let listed: Vec<&str> = list.data().as_array().unwrap().iter().map(|row| row["email"].as_str().unwrap()).collect();
    let unique: BTreeSet<&str> = listed.iter().copied().collect();
    assert_eq!(unique.len(), listed.len(), "{list}");
    assert!(registered.iter().all(|person| unique.contains(person.email.as_str())), "{list}");
    assert!(listed.len() <= registered.len() + CLIENTS + 1, "{list}");
    // A page past the end has nothing but the count to go by.
    let beyond = stack.get("/api/users?page=10&limit=100").token(&admin.token).send().await;
    assert_eq!(beyond.body["meta"]["pagination"]["total"], listed.len(), "{beyond}");
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_signal_ends_everything_in_order() {
    let mut stack = Stack::start().await;
    for ending in [Signal::TERM, Signal::INT] {
        assert_eq!(stack.get("/health").send().await.status, 200);
        let pids = stack.pids().await;
        assert!(!pids.is_empty());
        let exit = stack.end(ending).await;
        assert_eq!(exit.code, Some(0), "{}", exit.output);
        until_ended(&pids).await;
        stack.start_again(&[]).await;
    }
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn a_signal_ends_a_stack_at_work_too() {
    let stack = Stack::start().await;
    let person = Person::new("Interrupted");
    let ending = async {
        stack.until_busy("RegisterFunction").await;
        let pids = stack.pids().await;
        assert_eq!(stack.end(Signal::TERM).await.code, Some(0));
        until_ended(&pids).await;
    };
    let (_, ()) = tokio::join!(stack.post("/api/users/register").json(person.registration()).try_send(), ending);
}
