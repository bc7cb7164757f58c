//! The page at `/docs` that shows the API and tries it out.

use std::fs;

use envelope::Code;
use http::Method;
use tests::workspace;

use crate::shared;

#[apply(e2e)]
#[needs(OwnStack)]
async fn the_api_is_described_by_its_own_stack() {
    let stack = shared().await;
    let document = stack.get("/docs/openapi.yaml").send().await;
    assert_eq!(document.status, 200, "{document}");
    assert_eq!(document.header("content-type"), "application/yaml", "{document}");
    assert_eq!(document.text, fs::read_to_string(workspace().join("docs/openapi.yaml")).unwrap());
    let json = stack.get("/docs/openapi.json").send().await;
    assert_eq!((json.status.as_u16(), json.header("content-type")), (200, "application/json"), "{json}");
    assert_eq!(json.text, fs::read_to_string(workspace().join("docs/openapi.json")).unwrap());
    assert_eq!(json.body["servers"][0]["url"], "/", "what is tried out goes to where the page is from");
    let told = format!("http://127.0.0.1:{}/docs describes the API and tries it out", stack.port());
    assert!(stack.output().contains(&told), "{}", stack.output());
}

/// No text of it names another host, and its policy would let nothing in from one.
#[apply(e2e)]
#[needs(OwnStack)]
async fn the_page_needs_no_network_and_lets_nothing_in() {
    let stack = shared().await;
    for (path, content_type, content) in [
        ("/docs", "text/html; charset=utf-8", "<script src=\"/docs/swagger-ui-bundle.js\"></script>"),
        ("/docs/", "text/html; charset=utf-8", "<link rel=\"stylesheet\" href=\"/docs/swagger-ui.css\">"),
        ("/docs/start.js", "text/javascript; charset=utf-8", "url: '/docs/openapi.yaml'"),
        ("/docs/swagger-ui-bundle.js", "text/javascript; charset=utf-8", "SwaggerUIBundle"),
        ("/docs/swagger-ui.css", "text/css; charset=utf-8", ".swagger-ui"),
        ("/docs/favicon-32x32.png", "image/png", "PNG"),
    ] {
        let answer = stack.get(path).send().await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, content_type), "{answer}");
        assert!(answer.text.contains(content), "{answer}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{answer}");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{answer}");
        assert!(!policy.contains("http") && !policy.contains('*'), "{answer}");
    }
    let page = stack.get("/docs").send().await.text;
    assert!(!page.contains("http"), "{page}");
}

#[apply(e2e)]
#[needs(OwnStack)]
async fn anything_else_there_is_the_gateways() {
    let stack = shared().await;
    for path in ["/docs/nothing", "/docs/swagger-ui.css/", "/docsx", "/docs/../docs"] {
        stack.get(path).send().await.is_the_gateways(Code::NOT_FOUND, "Not found");
    }
    stack.post("/docs").send().await.is_the_gateways(Code::NOT_FOUND, "Not found");
    let preflight = stack.request(Method::OPTIONS, "/docs").header("origin", "https://evil.example").send().await;
    preflight.is_the_gateways(Code::NOT_FOUND, "Not found");
}
