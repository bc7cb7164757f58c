//! Small figures whose dollars can be worked out on paper.

use std::collections::BTreeMap;
use std::path::Path;

use local_template::System;

use super::inputs::Inputs;
use super::lambda::{Taken, Work, cpu_ms, wait_ms};
use super::memory::recommended;
use super::prices::{Assumptions, Prices};
use super::{PAGE, call, memory_contradictions, month, order, page};
use crate::figures::{Endpoint, Figures, Function, Order};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The template's own system, with this memory for all functions.
fn system(memory: u32) -> System {
    let mut system = System::read(&root().join("template.yaml"), &BTreeMap::new()).unwrap();
    system.functions.values_mut().for_each(|function| function.memory_mb = memory);
    system
}

/// The prices, with assumptions that leave nothing but round numbers.
fn prices() -> Prices {
    let mut prices = Prices::known().unwrap();
    let Assumptions { cpu_factor, cold_share, authorizer_share, trace_share, .. } = &mut prices.assumptions;
    cpu_factor.value = 1.0;
    (cold_share.value, authorizer_share.value, trace_share.value) = (0.0, 0.0, 0.0);
    let Assumptions { access_log_bytes, log_event_bytes, header_bytes, core_mb, .. } = &mut prices.assumptions;
    (access_log_bytes.value, log_event_bytes.value, header_bytes.value) = (0.0, 0.0, 0.0);
    core_mb.value = 2_048.0;
    prices
}

fn function(name: &str, warm_cpu_ms: f64) -> Function {
    serde_json::from_value(serde_json::json!({
        "name": name, "reference": false, "bytes": 0, "zipBytes": 0, "initCpuMs": 4.0, "initWallMs": 0.0,
        "firstResponseCpuMs": 0.0, "firstResponseWallMs": 0.0, "firstRequestCpuMs": 2.0, "warmCpuMs": warm_cpu_ms,
        "warmWallP50Us": 0.0, "warmWallP99Us": 0.0, "peakBytes": 10_000_000,
    }))
    .unwrap()
}

fn endpoint(name: &str, functions: &[&str], calls: &[(&str, u64)]) -> Endpoint {
    serde_json::from_value(serde_json::json!({
        "name": name, "functions": functions, "calls": BTreeMap::from_iter(calls.iter().copied()), "roundTrips": 0,
        "readUnits": 1.0, "writeUnits": 2.0, "responseBytes": 1_000, "logBytes": 500, "p50Us": 0.0, "p99Us": 0.0,
        "perSecond": 0.0,
    }))
    .unwrap()
}

fn close(left: f64, right: f64) {
    assert!((left - right).abs() < 1e-9, "{left} is not {right}");
}

#[test]
fn half_the_memory_is_twice_the_time_and_a_core_is_the_most_there_is() {
    let assumptions = prices().assumptions;
    close(cpu_ms(1.0, 2_048, &assumptions), 1.0);
    close(cpu_ms(1.0, 1_024, &assumptions), 2.0);
    close(cpu_ms(1.0, 128, &assumptions), 16.0);
    close(cpu_ms(1.0, 10_240, &assumptions), 1.0);
    let calls = [("GetItem".to_owned(), 2), ("PutItem".to_owned(), 1), ("TransactWriteItems".to_owned(), 1)];
    close(wait_ms(&calls.into(), &assumptions), 2.0 * 3.0 + 5.0 + 12.0);
}

#[test]
fn an_invocation_is_billed_by_the_millisecond_begun_and_by_its_memory() {
    let mut prices = prices();
    let taken = Taken::of(&function("get-product", 1.1)).unwrap();
    let work = Work { taken, memory: 1_024, wait_ms: 3.0, reads_secret: true };
    close(work.duration_ms(&prices.assumptions), 5.2);
    // A million times 6 ms of 1 GB are 6 000 GB-seconds.
    let cost = work.cost(1e6, &prices);
    close(cost.x86, 0.20 + 6_000.0 * 0.000_016_666_7);
    close(cost.arm, 0.20 + 6_000.0 * 0.000_013_333_4);
    // Every second one starts an instance: 4 ms on a core and 60 ms of waiting, then 2 ms on half a core and 3 ms of
    // waiting, make 71 ms; and the secret is read in both its versions.
    prices.assumptions.cold_share.value = 0.5;
    let cold = work.cost(1e6, &prices);
    close(cold.x86, 0.20 + (3_000.0 + 35_500.0) * 0.000_016_666_7 + 1e6 / 10_000.0 * 0.05);
}

#[test]
fn a_call_is_the_sum_of_what_it_uses() {
    let (mut prices, system) = (prices(), system(1_024));
    let functions = vec![function("get-product", 1.0), function("authorize", 0.5), function("get-order", 1.0)];
    let figures = Figures { functions, ..Figures::default() };
    let cost = |name: &str, binary: &str, prices: &Prices| {
        let inputs = Inputs { figures: &figures, system: &system, prices };
        call::cost(&inputs, &endpoint(name, &[binary], &[("GetItem", 1)]), 1e6).unwrap()
    };
    let product = cost("GET /api/products/{id}", "get-product", &prices);
    close(product.compute.x86, 0.20 + 5_000.0 * 0.000_016_666_7);
    close(product.database, 0.125 + 2.0 * 0.625);
    close(product.logs, 500.0 * 1e6 / 1e9 * 0.50);
    close(product.rest, 1_000.0 * 1e6 / 1e9 * 0.09);
    close(product.x86(), 3.50 + product.compute.x86 + product.database + product.logs + product.rest);
    close(product.http(), product.arm() - 2.50);
    // A route with a token runs the authorizer now and then; one without never does.
    prices.assumptions.authorizer_share.value = 0.5;
    close(cost("GET /api/products/{id}", "get-product", &prices).x86(), product.x86());
    let order = cost("GET /api/orders/{id}", "get-order", &prices);
    close(order.compute.x86, product.compute.x86 + 0.5 * (0.20 + 1_000.0 * 0.000_016_666_7));
}

#[test]
fn a_function_that_invokes_another_waits_for_it_and_both_are_paid() {
    let (prices, system) = (prices(), system(1_024));
    let functions = vec![function("create-order", 1.0), function("reserve-stock", 2.0), function("authorize", 1.0)];
    let figures = Figures { functions, ..Figures::default() };
    let inputs = Inputs { figures: &figures, system: &system, prices: &prices };
    let order = endpoint("POST /api/orders", &["create-order", "reserve-stock"], &[("PutItem", 1)]);
    let works = call::works(&inputs, &order).unwrap();
    close(works[0].duration_ms(&prices.assumptions), 2.0 + 5.0 + 8.0 + 4.0);
    close(works[1].duration_ms(&prices.assumptions), 4.0 + 5.0);
    let cost = call::cost(&inputs, &order, 1e6).unwrap();
    close(cost.compute.x86, 2.0 * 0.20 + (19_000.0 + 9_000.0) * 0.000_016_666_7);
}

#[test]
fn an_order_is_its_invocations_units_and_messages() {
    let (prices, system) = (prices(), system(1_024));
    let functions = vec![function("create-order", 1.0), function("notify", 1.0), function("authorize", 1.0)];
    let figures = Figures { functions, ..Figures::default() };
    let inputs = Inputs { figures: &figures, system: &system, prices: &prices };
    let one = Order {
        invocations: [("create-order".to_owned(), 1.0), ("notify".to_owned(), 2.0)].into(),
        round_trips: 3.0,
        read_units: 4.0,
        write_units: 10.0,
        queue_requests: 9.0,
        log_bytes: 3_000.0,
    };
    let cost = order::cost(&inputs, &one, 1_000.0).unwrap();
    // Three writes of 5 ms and three sends of 8 ms over three invocations: each waits 13 ms, and works for 2.
    close(cost.compute.x86, 3_000.0 * (0.20 / 1e6 + 0.015 * 0.000_016_666_7));
    close(cost.gateway, 0.0035);
    close(cost.writes, 0.00625);
    close(cost.reads, 0.0005);
    close(cost.queues, 0.0036);
    close(cost.logs, 0.0015);
    close(cost.x86(), cost.gateway + cost.compute.x86 + cost.writes + cost.reads + cost.queues + cost.logs);
}

#[test]
fn eight_queues_that_stay_empty_are_asked_five_million_times_a_month() {
    let rows = month::cost(&system(128), "", &Prices::known().unwrap());
    let (_, receives, dollars) = rows.iter().find(|(what, ..)| what.starts_with("receives")).unwrap();
    close(*receives, 8.0 * 5.0 * 3.0 * 60.0 * 730.0);
    close(*dollars, 2.10240);
}

#[test]
fn the_metrics_that_are_paid_for_are_those_of_the_dashboard() {
    let template = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    let namespace = "[\"${AWS::StackName}\", \"";
    let mut shown: Vec<&str> =
        template.split(namespace).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0)).collect();
    shown.sort_unstable();
    assert_eq!(shown, month::METRICS);
}

/// The format of the access log, with values as long as they get.
#[test]
fn a_line_of_the_access_log_is_not_longer_than_assumed() {
    let template = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    let (_, format) = template.split_once("        Format: >-\n").unwrap();
    let format: Vec<&str> = format.lines().map(str::trim).take_while(|line| line.contains("$context.")).collect();
    let values = [
        ("requestId", "0b5a3c52-6d5b-4a53-8f5e-0f7b4f0a5c11"),
        ("extendedRequestId", "JKJaXmPLvHcESHA="),
        ("identity.sourceIp", "203.0.113.123"),
        ("httpMethod", "PATCH"),
        ("resourcePath", "/api/notifications/{id}/read"),
        ("status", "200"),
        ("responseLatency", "12"),
        ("integrationLatency", "10"),
        ("authorizer.error", "-"),
        ("authorizer.principalId", "0b5a3c52-6d5b-4a53-8f5e-0f7b4f0a5c11"),
        ("error.responseType", "-"),
    ];
    let line =
        values.iter().fold(format.join(" "), |line, (name, value)| line.replace(&format!("$context.{name}"), value));
    assert!(line.ends_with('}') && !line.contains('$'), "{line}");
    let assumed = Prices::known().unwrap().assumptions.access_log_bytes.value;
    assert!(line.len() as f64 <= assumed, "{} bytes: {line}", line.len());
}

#[test]
fn the_smallest_memory_is_taken_that_costs_ten_milliseconds_at_most() {
    let assumptions = Prices::known().unwrap().assumptions;
    let taken =
        |warm_cpu_ms, peak_bytes| Taken { warm_cpu_ms, peak_bytes, ..Taken::of(&function("x", warm_cpu_ms)).unwrap() };
    let at = |cpu_ms| recommended(taken(cpu_ms, 10_000_000), true, &assumptions);
    // 128 MB have a 13.8th of a core, and CPU time counts one and a half times: 0.52 ms take 10 ms more.
    assert_eq!((at(0.51), at(0.53)), (128, 192));
    assert_eq!((at(1.0), at(2.0), at(5.0)), (256, 512, 1_024));
    assert_eq!(at(290.0), 1_769, "bcrypt");
    assert_eq!(recommended(taken(290.0, 10_000_000), false, &assumptions), 128, "nobody waits");
    assert_eq!(recommended(taken(0.1, 40_000_000), true, &assumptions), 192, "a fourth of it has to be enough");
}

#[test]
fn a_memory_setting_that_the_figures_do_not_recommend_is_named() {
    let figures = Figures { functions: vec![function("get-product", 1.0)], ..Figures::default() };
    let prices = Prices::known().unwrap();
    assert_eq!(
        memory_contradictions(&system(256), &figures, &prices),
        [""; 0],
        "what is not measured contradicts nothing"
    );
    let told = "get-product: MemorySize is 128 in template.yaml; its figures recommend 192 to 512";
    assert_eq!(memory_contradictions(&system(128), &figures, &prices), [told]);
}

#[test]
fn what_was_not_measured_yet_is_a_row_that_says_so_and_the_page_has_a_place_for_every_table() {
    let (prices, system) = (Prices::known().unwrap(), system(128));
    let tables = Inputs { figures: &Figures::default(), system: &system, prices: &prices }.tables().unwrap();
    let text = std::fs::read_to_string(root().join(PAGE)).unwrap();
    let page = page::filled(&text, &tables).unwrap();
    for (what, part) in [("`GET /api/products/{id}`", "endpoints"), ("an order", "order"), ("notify", "functions")] {
        let row = format!("| {what} (not measured yet: run `cargo measure {part} --json bench/figures.json`)");
        assert!(page.contains(&row), "{row}\n{page}");
    }
}
