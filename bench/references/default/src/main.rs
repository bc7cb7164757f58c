//! What one gets by following the examples of AWS: every default, one item read from DynamoDB.

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use lambda_http::{Body, Error, Request, RequestExt, Response, run, service_fn, tracing};

async fn get_product(client: &Client, table: &str, request: Request) -> Result<Response<Body>, Error> {
    let id = request.path_parameters_ref().and_then(|parameters| parameters.first("id")).unwrap_or_default().to_owned();
    let found = client.get_item().table_name(table).key("id", AttributeValue::S(id)).send().await?;
    let name = found.item().and_then(|item| item.get("name")?.as_s().ok());
    let status = if name.is_some() { 200 } else { 404 };
    let body = serde_json::json!({"name": name}).to_string();
    Ok(Response::builder().status(status).header("content-type", "application/json").body(body.into())?)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let client = Client::new(&aws_config::load_defaults(BehaviorVersion::latest()).await);
    let table = std::env::var("PRODUCTS_TABLE")?;
    run(service_fn(|request| get_product(&client, &table, request))).await
}
