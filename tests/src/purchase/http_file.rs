//! The purchase as an `.http` file.

use std::fmt::Write;

use super::requests;

const HEAD: &str = "\
# A purchase, from the registration to the notification. REST Client (VS Code) sends these requests to a shop that has
# products, such as that of `cargo local`. Made from openapi.yaml by `cargo run --example describe`.

@host = http://localhost:3000
";

/// The text of `docs/storefront.http`.
pub fn http_file() -> String {
    let mut text = HEAD.to_owned();
    for request in requests() {
        let _ = write!(text, "\n### {}\n# @name {}\n", request.title, request.name);
        let _ = writeln!(text, "{} {{{{host}}}}{}", request.method, request.url);
        for (name, value) in &request.headers {
            let _ = writeln!(text, "{name}: {value}");
        }
        if let Some(body) = &request.body {
            let _ = writeln!(text, "\n{body}");
        }
    }
    text
}
