//! The API's description: `docs/openapi.yaml` of the workspace, `docs/openapi.json` if there is one, and at `/docs` a page
//! (Swagger UI) that shows it and sends requests to this stack. The page is part of this program and works without a network.

use std::collections::HashMap;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Response, header};
use local_template::System;
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;
use zip::result::ZipError;

/// The path of the page.
pub const PATH: &str = "/docs";

const PAGE: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<main id="api"></main>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"#;

/// The page's script. It is a file of its own because the page's policy allows no inline script.
const START: &str = "SwaggerUIBundle({url: '/docs/openapi.yaml', dom_id: '#api', deepLinking: true});\n";

/// Files of Swagger UI that the page needs.
const ASSETS: [(&str, &str); 3] = [
    ("swagger-ui.css", "text/css; charset=utf-8"),
    ("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
    ("favicon-32x32.png", "image/png"),
];

/// Nothing is loaded from elsewhere or sent there, and no other page can put this one into a frame (Content Security
/// Policy Level 3). Swagger UI's icons are `data:` images.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-cache"),
];

/// The description of one workspace's API.
#[derive(Debug, Clone)]
pub struct Docs {
    document: PathBuf,
}

impl Docs {
    /// The description `docs/openapi.yaml` of the workspace. There is no page for it if the workspace has no such file, or
    /// if the API has routes of its own where the page would be.
    pub fn find(workspace: &Path, system: &System) -> Option<Self> {
        let document = workspace.join("docs/openapi.yaml");
        let is_taken = |path: &str| path == PATH || path.starts_with("/docs/") || path.starts_with("/{");
        let mut routes = system.api.iter().flat_map(|api| &api.routes);
        (document.is_file() && !routes.any(|route| is_taken(&route.path))).then_some(Self { document })
    }

    /// The page, or what belongs to it; `None` for any other request. The document is read each time, so that whoever
    /// edits it sees it.
    pub async fn answer(&self, method: &Method, path: &str) -> Option<Response<Bytes>> {
        // Of an answer to HEAD, the server sends the head.
        if !matches!(*method, Method::GET | Method::HEAD) {
            return None;
        }
        let name = path.strip_prefix(PATH)?;
        let (content_type, body) = match name {
            "" | "/" => ("text/html; charset=utf-8", PAGE.into()),
            "/start.js" => ("text/javascript; charset=utf-8", START.into()),
            // RFC 9512, section 2.1
            "/openapi.yaml" => ("application/yaml", tokio::fs::read(&self.document).await.ok()?.into()),
            "/openapi.json" => {
                ("application/json", tokio::fs::read(self.document.with_extension("json")).await.ok()?.into())
            }
            _ => {
                let (name, content_type) = ASSETS.iter().find(|(known, _)| name.strip_prefix('/') == Some(known))?;
                (*content_type, FILES.get(name)?.clone())
            }
        };
        let mut response = Response::new(body);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.extend(HEADERS.map(|(name, value)| (name, HeaderValue::from_static(value))));
        Some(response)
    }
}

/// The assets, unpacked on the first request for one.
static FILES: LazyLock<HashMap<&str, Bytes>> = LazyLock::new(|| {
    unpacked().unwrap_or_else(|error| {
        tracing::error!(cause = %error, "Swagger UI can't be unpacked");
        HashMap::new()
    })
});

fn unpacked() -> Result<HashMap<&'static str, Bytes>, ZipError> {
    let mut archive = ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED))?;
    let mut files = HashMap::new();
    for (name, _) in ASSETS {
        // Under a folder that is named after the version.
        let wanted = format!("/dist/{name}");
        let place = (0..archive.len()).find(|&index| {
            let path = archive.name_for_index(index).and_then(|path| path.split_once('/'));
            path.is_some_and(|(_, rest)| rest == &wanted[1..])
        });
        let mut bytes = Vec::new();
        archive.by_index(place.ok_or(ZipError::FileNotFound)?)?.read_to_end(&mut bytes)?;
        files.insert(name, bytes.into());
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn the_page_has_all_it_asks_for() {
        let files = unpacked().unwrap();
        assert!(files["swagger-ui-bundle.js"].len() > 1_000_000);
        for part in PAGE.split("\"/docs/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(files.contains_key(name) || name == "start.js", "{name}");
        }
    }

    #[test]
    fn an_api_with_paths_of_its_own_there_has_no_page() {
        let workspace = tempfile::tempdir().unwrap();
        let found = |path: &str| {
            let template = TEMPLATE.replace("PATH", path);
            Docs::find(workspace.path(), &System::parse(&template, "template.yaml", &BTreeMap::new()).unwrap())
        };
        assert!(found("/items").is_none(), "there is no description");
        std::fs::create_dir(workspace.path().join("docs")).unwrap();
        std::fs::write(workspace.path().join("docs/openapi.yaml"), "openapi: 3.1.0").unwrap();
        assert!(found("/items").is_some());
        assert!(found("/docs").is_none());
        assert!(found("/docs/{name}").is_none());
        assert!(found("/{proxy+}").is_none());
    }

    const TEMPLATE: &str = r#"
Transform: AWS::Serverless-2016-10-31
Resources:
  Api: {Type: AWS::Serverless::Api, Properties: {StageName: dev}}
  List:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: list}}
    Properties:
      Runtime: provided.al2023
      Handler: bootstrap
      CodeUri: .
      Events: {Route: {Type: Api, Properties: {RestApiId: !Ref Api, Method: get, Path: "PATH"}}}
"#;
}
