//! Writes what is made from `docs/openapi.yaml`: the same document as JSON, and a purchase to send.

use std::fs;

use tests::{Contract, http_file, postman_collection, workspace};

fn main() -> std::io::Result<()> {
    let docs = workspace().join("docs");
    fs::write(docs.join("openapi.json"), serde_json::to_string_pretty(Contract::read().document())? + "\n")?;
    fs::write(docs.join("storefront.http"), http_file())?;
    fs::write(docs.join("storefront.postman_collection.json"), postman_collection())
}
