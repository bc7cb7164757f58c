use super::*;

fn get(path: &str) -> Option<Response<Bytes>> {
    answer(&Method::GET, path)
}

fn text(name: &str) -> &'static str {
    std::str::from_utf8(files::find(name).unwrap().1).unwrap()
}

#[test]
fn the_page_is_at_the_root_and_lets_nothing_in() {
    let page = get(ROOT).unwrap();
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(page.headers()["cross-origin-resource-policy"], "same-origin");
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("http") && !policy.contains('*'), "{policy}");
}

#[test]
fn only_get_and_head_and_only_its_own_paths() {
    assert!(answer(&Method::POST, ROOT).is_none());
    assert_eq!(answer(&Method::HEAD, ROOT).unwrap().headers(), get(ROOT).unwrap().headers());
    for path in
        ["/", "/_localx", "/_local/main.js", "/_local/assets/", "/_local/assets/../main.js", "/_local/functions"]
    {
        assert!(get(path).is_none(), "{path}");
    }
    assert_eq!(get("/_local").unwrap().headers()["location"], ROOT);
}

#[test]
fn every_column_has_a_heading() {
    for (name, ..) in files::FILES.iter().filter(|(name, ..)| name.ends_with(".js")) {
        assert!(!text(name).contains("['']"), "{name}");
    }
}

#[test]
fn every_file_that_a_file_asks_for_is_there() {
    for (name, ..) in files::FILES {
        assert!(get(&format!("/_local/assets/{name}")).is_some(), "{name}");
        for part in text(name).split("from './").skip(1) {
            let asked = part.split('\'').next().unwrap();
            assert!(files::find(asked).is_some(), "{name} asks for {asked}");
        }
    }
    for part in text(files::START).split("\"assets/").skip(1) {
        let asked = part.split('"').next().unwrap();
        assert!(files::find(asked).is_some(), "the page asks for {asked}");
    }
}

#[test]
fn every_file_in_the_folder_is_served() {
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/pages")).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(files::find(&name).is_some(), "{name}");
    }
}

/// Data becomes text, never markup; and no text names another host.
#[test]
fn no_file_makes_markup_of_text_or_needs_a_network() {
    for (name, ..) in files::FILES {
        let text = text(name).replace("http://www.w3.org/2000/svg", "");
        for forbidden in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "http://",
            "https://",
            "style=\"",
        ] {
            assert!(!text.contains(forbidden), "{name}: {forbidden}");
        }
    }
}
