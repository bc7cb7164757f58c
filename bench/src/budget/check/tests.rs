use super::*;
use crate::figures::{Endpoint, Function};

fn budget() -> Budget {
    let text = "
        functions:
          {bytes: {release: 5000, optimized: 6000}, zipBytes: {release: 2000, optimized: 3000}, peakBytes: 9000,
            firstResponse: 2, roomForNoise: 1.5, byInit: [login]}
        endpoints: {GET /a: {roundTrips: 1, readUnits: 0.5, writeUnits: 0}}
        otherGets: {roundTrips: 1, readUnits: 1, writeUnits: 0}
        growth: 1.5
        scale: [10, 1000]";
    serde_saphyr::from_str(text).unwrap()
}

fn function(name: &str, first_response: f64) -> Function {
    Function {
        name: name.to_owned(),
        reference: false,
        bytes: 5000,
        zip_bytes: 2000,
        init_cpu_ms: Some(1.0),
        init_wall_ms: 1.0,
        first_response_cpu_ms: Some(first_response),
        first_response_wall_ms: 1e9,
        hello_cpu_ms: Some(2.0),
        first_request_cpu_ms: Some(1.0),
        warm_cpu_ms: Some(1.0),
        warm_wall_p50_us: 1e9,
        warm_wall_p99_us: 1e9,
        peak_bytes: Some(9000),
    }
}

fn endpoint(name: &str) -> Endpoint {
    Endpoint {
        name: name.to_owned(),
        functions: Vec::new(),
        calls: BTreeMap::new(),
        round_trips: 1,
        read_units: 0.5,
        write_units: 0.0,
        response_bytes: 0,
        log_bytes: 0,
        p50_us: 1e9,
        p99_us: 1e9,
        per_second: 0.0,
    }
}

fn growth(orders: u64, cpu_ms: f64) -> Growth {
    Growth { orders, stack_cpu_ms: cpu_ms / 4.0, functions_cpu_ms: cpu_ms / 4.0 * 3.0 }
}

fn scale(products: u64, read_units: f64) -> Scale {
    Scale { name: "GET /a".to_owned(), products, p50_us: 1e9, read_units, write_units: 0.0 }
}

/// As good as they have to be, exactly.
fn figures() -> Figures {
    Figures {
        functions: vec![function("get-a", 6.0), function("login", 300.0)],
        endpoints: vec![endpoint("GET /a")],
        growth: vec![growth(500, 4.0), growth(50_000, 6.0)],
        scale: vec![scale(10, 0.5), scale(1000, 0.5)],
        ..Figures::default()
    }
}

fn expected() -> Expected<'static> {
    Expected { binaries: BTreeSet::from(["get-a", "login"]), routes: BTreeSet::from(["GET /a".to_owned()]) }
}

fn excesses(figures: &Figures) -> Vec<String> {
    let parts = [Part::Functions, Part::Endpoints, Part::Growth, Part::Scale];
    budget().check(figures, &parts, &expected()).excesses()
}

#[test]
fn figures_at_their_limits_pass_however_long_anything_took() {
    assert_eq!(excesses(&figures()), [""; 0]);
}

#[test]
fn each_figure_over_its_limit_is_named() {
    let mut figures = figures();
    let [get_a, login] = figures.functions.as_mut_slice() else { unreachable!() };
    (get_a.bytes, get_a.zip_bytes, get_a.peak_bytes) = (5001, 2001, Some(9001));
    get_a.first_response_cpu_ms = Some(6.1);
    login.init_cpu_ms = Some(6.5);
    figures.endpoints[0].round_trips = 2;
    figures.endpoints[0].read_units = 1.0;
    figures.endpoints[0].write_units = 1.0;
    let expected = [
        "get-a: bytes is 5001, over 5000",
        "get-a: bytes of the zip is 2001, over 2000",
        "get-a: bytes of memory at the peak is 9001, over 9000",
        "get-a: first response CPU ÷ hello's is 3.05, over 3",
        "login: init CPU ÷ hello's first response is 3.25, over 3",
        "GET /a: round trips is 2, over 1",
        "GET /a: read units is 1, over 0.50",
        "GET /a: write units is 1, over 0",
    ];
    assert_eq!(excesses(&figures), expected);
}

#[test]
fn what_is_not_deployed_has_sizes_of_its_own() {
    let mut figures = figures();
    figures.functions[0].bytes = 5500;
    for (profile, excess) in [
        ("release", "get-a: bytes is 5500, over 5000"),
        ("measure/optimized", ""),
        ("other", "get-a: bytes is 5500, over 5000"),
    ] {
        figures.machine.profile = profile.to_owned();
        assert_eq!(excesses(&figures).concat(), excess, "{profile}");
    }
}

#[test]
fn what_is_not_measured_or_has_no_budget_is_named_with_what_to_write() {
    let mut figures = figures();
    figures.endpoints[0].name = "POST /b".to_owned();
    figures.functions.remove(0);
    let expected = [
        "get-a was not measured: it needs an event in bench/events",
        "POST /b is not in bench/budget.yaml: add \"POST /b\": {roundTrips: 1, readUnits: 0.5, writeUnits: 0}",
        "GET /a is in the budget and was not measured",
        "GET /a was not measured: it needs a request in bench/src/endpoints/cases.rs",
    ];
    assert_eq!(excesses(&figures), expected);
    figures.functions[0].hello_cpu_ms = None;
    assert_eq!(excesses(&figures)[1], "hello was not measured in turn with login");
}

#[test]
fn a_get_that_the_budget_does_not_name_is_one_read() {
    let mut figures = figures();
    figures.endpoints.push(endpoint("GET /b"));
    assert_eq!(excesses(&figures), [""; 0]);
    (figures.endpoints[1].round_trips, figures.endpoints[1].write_units) = (2, 1.0);
    assert_eq!(excesses(&figures), ["GET /b: round trips is 2, over 1", "GET /b: write units is 1, over 0"]);
}

#[test]
fn a_request_that_takes_more_of_a_larger_catalogue_is_named() {
    let mut figures = figures();
    figures.scale[1].read_units = 1.5;
    assert_eq!(excesses(&figures), ["GET /a: read units at any size is 1.50, over 0.50"]);
    figures.scale.pop();
    assert_eq!(excesses(&figures), ["GET /a was not measured with 1000 products"]);
    figures.scale.clear();
    assert_eq!(excesses(&figures), ["no request was measured at growing sizes of the catalogue"]);
}

#[test]
fn an_order_that_grows_with_those_before_it_is_named() {
    let mut figures = figures();
    figures.growth[1].stack_cpu_ms += 1.0;
    assert_eq!(excesses(&figures), ["an order after 50000 others: CPU ÷ that after few is 1.75, over 1.50"]);
    figures.growth.pop();
    assert_eq!(excesses(&figures), ["no order was measured after few and after many others"]);
}

#[test]
fn what_the_system_does_not_tell_is_left_out_and_what_was_not_asked_for_too() {
    let mut figures = figures();
    figures.functions[0].first_response_cpu_ms = None;
    figures.functions[0].peak_bytes = None;
    assert_eq!(excesses(&figures), [""; 0]);
    let report = budget().check(&Figures::default(), &[Part::Times], &expected());
    assert_eq!(report.excesses(), [""; 0]);
}

#[test]
fn the_budget_of_this_workspace_is_readable() {
    Budget::read(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))).unwrap();
}
