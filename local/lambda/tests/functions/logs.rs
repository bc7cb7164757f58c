//! The log of a function.

use std::time::Duration;

use local_lambda::FunctionSpec;
use serde_json::json;

use crate::testbed::{TestBed, spec, spec_with};

/// The log with request ids as `ID`, numbers with decimals as `N.NN`, and what follows from them as `N`.
fn shape(log: &[String], request_ids: &[&str]) -> Vec<String> {
    let words = |line: &String| {
        let mut line = line.clone();
        for id in request_ids {
            line = line.replace(id, "ID");
        }
        let mut shaped = Vec::new();
        for field in line.split('\t') {
            shaped.push(match field.rsplit_once(": ") {
                Some((name @ ("Duration" | "Init Duration" | "INIT_REPORT Init Duration"), value)) => {
                    let (number, decimals) = value.strip_suffix(" ms").unwrap().split_once('.').unwrap();
                    number.parse::<u32>().unwrap();
                    assert_eq!(decimals.len(), 2, "{value}");
                    format!("{name}: N.NN ms")
                }
                Some((name @ ("Billed Duration" | "Max Memory Used"), value)) => {
                    let (number, unit) = value.split_once(' ').unwrap();
                    assert!(number.parse::<u32>().unwrap() > 0);
                    format!("{name}: N {unit}")
                }
                _ => field.to_owned(),
            });
        }
        shaped.join("\t")
    };
    log.iter().map(words).collect()
}

/// Where memory can be read.
fn used() -> &'static str {
    if cfg!(target_os = "linux") { "\tMax Memory Used: N MB" } else { "" }
}

pub async fn a_cold_and_a_warm_invocation_are_logged_as_on_aws() {
    let bed = TestBed::with(spec()).await;
    let cold = bed.invoke(json!({ "do": "print" })).await.request_id;
    let warm = bed.invoke(json!({})).await.request_id;
    let report =
        format!("REPORT RequestId: ID\tDuration: N.NN ms\tBilled Duration: N ms\tMemory Size: 512 MB{}", used());
    assert_eq!(
        shape(&bed.log(), &[&cold, &warm]),
        [
            "starting",
            "START RequestId: ID Version: $LATEST",
            "out one",
            "err two",
            "out three",
            "END RequestId: ID",
            &format!("{report}\tInit Duration: N.NN ms"),
            "START RequestId: ID Version: $LATEST",
            "END RequestId: ID",
            &report,
        ]
    );
}

pub async fn a_timeout_is_logged_as_on_aws() {
    let bed = TestBed::with(FunctionSpec { timeout: Duration::from_millis(200), ..spec() }).await;
    let id = bed.invoke(json!({ "do": "hang" })).await.request_id;
    let log = bed.log();
    assert_eq!(log.len(), 5, "{log:?}");
    let (time, rest) = log[2].split_once(' ').unwrap();
    assert!(time.len() == "2026-01-31T12:00:00.000Z".len() && time.ends_with('Z'), "{time}");
    assert_eq!(rest, format!("{id} Task timed out after 0.20 seconds"));
    assert_eq!(log[3], format!("END RequestId: {id}"));
    assert!(log[4].contains("\tDuration: 200.00 ms\tBilled Duration: "), "{}", log[4]);
    assert!(log[4].ends_with("\tStatus: timeout"), "{}", log[4]);
}

pub async fn an_exit_is_logged_as_on_aws() {
    let bed = TestBed::with(spec()).await;
    let id = bed.invoke(json!({ "do": "exit" })).await.request_id;
    let log = shape(&bed.log(), &[&id]);
    assert_eq!(
        log[..5],
        [
            "starting",
            "START RequestId: ID Version: $LATEST",
            "RequestId: ID Error: Runtime exited with error: exit status 3",
            "Runtime.ExitError",
            "END RequestId: ID",
        ]
    );
    assert!(log[5].ends_with("\tInit Duration: N.NN ms\tStatus: error\tError Type: Runtime.ExitError"), "{}", log[5]);
}

pub async fn a_failed_init_is_logged_as_on_aws() {
    let bed = TestBed::with(spec_with("TESTEE", "exits in init")).await;
    let id = bed.invoke(json!({})).await.request_id;
    assert_eq!(
        shape(&bed.log(), &[&id]),
        [
            "INIT_REPORT Init Duration: N.NN ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError",
            "START RequestId: ID Version: $LATEST",
            "RequestId: ID Error: Runtime exited with error: exit status 7",
            "Runtime.ExitError",
            "END RequestId: ID",
            "REPORT RequestId: ID\tDuration: N.NN ms\tBilled Duration: N ms\tMemory Size: 512 MB\t\
             Init Duration: N.NN ms\tStatus: error\tError Type: Runtime.ExitError",
        ]
    );
}
