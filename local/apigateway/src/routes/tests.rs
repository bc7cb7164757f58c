use super::*;

fn target(function: &str) -> Target {
    Target { function: function.into(), authorizer: None, timeout: Duration::from_secs(1) }
}

fn routes(paths: &[&str]) -> Routes {
    let mut routes = Routes::default();
    for path in paths {
        routes.add(path, "GET", target("F")).unwrap();
    }
    routes
}

/// The path of the resource found, then its parameters.
fn find(routes: &Routes, path: &str) -> Option<String> {
    routes.find(path).map(|found| {
        let parameters = found.parameters().map(|(name, value)| format!(" {name}={value}"));
        std::iter::once(found.resource.path.to_string()).chain(parameters).collect()
    })
}

#[test]
fn literals_beat_parameters_and_parameters_beat_greedy_ones() {
    let routes = routes(&["/", "/a/{id}", "/a/b", "/a/{id}/c", "/a/b/d", "/a/{rest+}", "/{all+}"]);
    for (path, found) in [
        ("/", "/"),
        ("/a/b", "/a/b"),
        ("/a/x", "/a/{id} id=x"),
        ("/a/b/c", "/a/{id}/c id=b"),
        ("/a/b/d", "/a/b/d"),
        ("/a/x/d", "/a/{rest+} rest=x/d"),
        ("/a/b/c/d", "/a/{rest+} rest=b/c/d"),
        ("/a", "/{all+} all=a"),
        ("/b/c", "/{all+} all=b/c"),
        ("/A/b", "/{all+} all=A/b"),
    ] {
        assert_eq!(find(&routes, path).as_deref(), Some(found), "{path}");
    }
}

#[test]
fn slashes_at_the_ends_do_not_count_and_empty_segments_match_nothing() {
    let routes = routes(&["/a/{id}/b", "/files/{path+}"]);
    for (path, found) in [
        ("/a/1/b/", Some("/a/{id}/b id=1")),
        ("//a/1/b", Some("/a/{id}/b id=1")),
        ("/a//b", None),
        ("/a/", None),
        ("/", None),
        ("", None),
        ("*", None),
        ("a/1/b", None),
        ("/files/", None),
        ("/files/x//y", Some("/files/{path+} path=x//y")),
        ("/a/%2F%20/b", Some("/a/{id}/b id=%2F%20")),
    ] {
        assert_eq!(find(&routes, path).as_deref(), found, "{path}");
    }
}

#[test]
fn odd_paths_never_match_more_than_they_say() {
    let routes = routes(&["/a/{x}/b/{y}/c", "/{x}/a/b"]);
    let segments = ["", "a", "b", "c", "{x}", "..", "%2e", "+"];
    let mut matched = 0;
    for number in 0..segments.len().pow(5) {
        let path: String =
            (0..5).map(|at| format!("/{}", segments[number / segments.len().pow(at) % segments.len()])).collect();
        let Some(found) = routes.find(&path) else { continue };
        matched += 1;
        let mut rebuilt = found.resource.path.to_string();
        for (name, value) in found.parameters() {
            assert!(!value.is_empty() && !value.contains('/'), "{path}");
            rebuilt = rebuilt.replacen(&format!("{{{name}}}"), value, 1);
        }
        assert_eq!(rebuilt, format!("/{}", path.trim_matches('/')));
    }
    assert!(matched > 49, "{matched}");
}

#[test]
fn a_method_beats_any_and_head_is_not_get() {
    let mut routes = routes(&["/a"]);
    routes.add("/a", "any", target("Any")).unwrap();
    routes.add("/b", "GET", target("F")).unwrap();
    let function = |path, method: &str| {
        let resource = routes.find(path).unwrap().resource;
        match resource.destination(&Method::from_bytes(method.as_bytes()).unwrap())? {
            Destination::Function(_, target) => Some(target.function.to_string()),
            Destination::Preflight(_) => None,
        }
    };
    assert_eq!(function("/a", "GET").as_deref(), Some("F"));
    assert_eq!(function("/a", "HEAD").as_deref(), Some("Any"));
    assert_eq!(function("/a", "TRACE"), None);
    assert_eq!(function("/a", "ANY"), None);
    assert_eq!(function("/b", "HEAD"), None);
}

#[test]
fn what_api_gateway_could_not_deploy_is_refused() {
    let mut routes = routes(&["/a/{id}/b"]);
    let mut refusal = |path, method| routes.add(path, method, target("F")).unwrap_err().to_string();
    assert_eq!(refusal("a", "GET"), "a: must begin with a slash");
    assert_eq!(refusal("/a/", "GET"), "/a/: has an empty segment");
    assert_eq!(refusal("/a/{}", "GET"), "/a/{}: has an empty segment");
    assert_eq!(refusal("/a/x{id}", "GET"), "/a/x{id}: a segment is either literal or one {parameter}");
    assert_eq!(refusal("/x/{a+}/b", "GET"), "/x/{a+}/b: a greedy parameter must come last");
    assert_eq!(refusal("/x/{a}/{a}", "GET"), "/x/{a}/{a}: has a parameter twice");
    assert_eq!(refusal("/a/{key}", "GET"), "/a/{key}: another path calls {key} {id} there");
    assert_eq!(refusal("/a/{id}/b", "get"), "GET /a/{id}/b is described twice");
    assert_eq!(refusal("/a", "FETCH"), "/a: unknown method FETCH");
}

#[test]
fn a_path_has_at_most_as_many_segments_as_an_api_has_resources() {
    let deep = |segments: usize| "/a".repeat(segments);
    assert_eq!(find(&routes(&[&deep(300)]), &deep(300)), Some(deep(300)));
    for segments in [301, 500_000] {
        let refused = Routes::default().add(&deep(segments), "GET", target("F"));
        assert!(matches!(refused, Err(Error::Path { problem, .. }) if problem.contains("300")), "{segments}");
    }
    assert_eq!(
        find(&routes(&["/{all+}"]), &deep(500_000)).map(|found| found.len()),
        Some(1_000_000 + "/{all+} all=".len() - 1)
    );
}
