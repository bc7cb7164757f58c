//! The template of this workspace is one that this crate reads.

use std::collections::BTreeMap;
use std::path::Path;

use local_template::System;

#[test]
fn the_template_of_the_workspace_reads() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml");
    let system = System::read(&path, &BTreeMap::new()).unwrap_or_else(|error| panic!("{error}"));
    let warnings: Vec<_> = system.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings, [""; 0]);
    let api = system.api.expect("an API");
    for route in &api.routes {
        assert!(system.functions.contains_key(&route.function), "{route:?}");
    }
    assert!(api.routes.iter().any(|route| route.method == "GET" && route.path == "/health"));
    assert!(!system.tables.is_empty() && !system.queues.is_empty() && !system.secrets.is_empty());
}
