//! `requestContext`: what a gateway tells of a request beside the request itself.

use std::collections::HashMap;

use http::Method;
use lambda_http::aws_lambda_events::apigw::{
    ApiGatewayProxyRequestContext, ApiGatewayRequestAuthorizer, ApiGatewayRequestIdentity,
    ApiGatewayV2httpRequestContext,
};
use serde::Deserialize;
use serde_json::Value;

use super::method;

/// `requestContext.extendedRequestId`: an extension of the request, as [`ApiGatewayProxyRequestContext`] has no field for it.
#[derive(Debug, Clone)]
pub(crate) struct ExtendedRequestId(pub(crate) String);

/// The fields of both formats.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Fields {
    account_id: Option<String>,
    api_id: Option<String>,
    authorizer: Option<HashMap<String, Value>>,
    domain_name: Option<String>,
    domain_prefix: Option<String>,
    extended_request_id: Option<String>,
    request_id: Option<String>,
    stage: Option<String>,
    // of a REST API
    identity: Option<ApiGatewayRequestIdentity>,
    operation_name: Option<String>,
    path: Option<String>,
    protocol: Option<String>,
    request_time: Option<String>,
    request_time_epoch: Option<i64>,
    resource_id: Option<String>,
    resource_path: Option<String>,
    // of an HTTP API
    http: Option<Http>,
    time: Option<String>,
    time_epoch: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Http {
    method: Option<String>,
    path: Option<String>,
    protocol: Option<String>,
    source_ip: Option<String>,
    user_agent: Option<String>,
}

impl Fields {
    /// Whether an HTTP API sent the event, or what uses its format.
    pub(super) fn is_http_api(&self) -> bool {
        self.http.is_some()
    }

    /// The id that a REST API gave the request.
    pub(super) fn take_extended_request_id(&mut self) -> Option<ExtendedRequestId> {
        self.extended_request_id.take().map(ExtendedRequestId)
    }

    /// The context of a REST API's request. `resource` is the path of the route that was matched: `/products/{id}`.
    pub(super) fn into_rest_api(
        self,
        method_name: Option<&str>,
        resource: Option<String>,
    ) -> ApiGatewayProxyRequestContext {
        let mut context = ApiGatewayProxyRequestContext::default();
        context.account_id = self.account_id;
        context.apiid = self.api_id;
        context.authorizer.fields = self.authorizer.unwrap_or_default();
        context.domain_name = self.domain_name;
        context.domain_prefix = self.domain_prefix;
        context.http_method = method(method_name);
        context.identity = self.identity.unwrap_or_default();
        context.operation_name = self.operation_name;
        context.path = self.path;
        context.protocol = self.protocol;
        context.request_id = self.request_id;
        context.request_time = self.request_time;
        context.request_time_epoch = self.request_time_epoch.unwrap_or_default();
        context.resource_id = self.resource_id;
        context.resource_path = resource.or(self.resource_path);
        context.stage = self.stage;
        context
    }

    /// The method and the context of an HTTP API's request. `route_key` names the route that was matched.
    pub(super) fn into_http_api(self, route_key: Option<String>) -> (Method, ApiGatewayV2httpRequestContext) {
        let mut context = ApiGatewayV2httpRequestContext::default();
        context.account_id = self.account_id;
        context.apiid = self.api_id;
        context.authorizer = self.authorizer.and_then(authorizer);
        context.domain_name = self.domain_name;
        context.domain_prefix = self.domain_prefix;
        context.request_id = self.request_id;
        context.route_key = route_key;
        context.stage = self.stage;
        context.time = self.time;
        context.time_epoch = self.time_epoch.unwrap_or_default();
        if let Some(http) = self.http {
            context.http.method = method(http.method.as_deref());
            context.http.path = http.path;
            context.http.protocol = http.protocol;
            context.http.source_ip = http.source_ip;
            context.http.user_agent = http.user_agent;
        }
        (context.http.method.clone(), context)
    }
}

/// What an HTTP API's authorizer said, under the name of its kind: `lambda`, `jwt` or `iam`.
fn authorizer(fields: HashMap<String, Value>) -> Option<ApiGatewayRequestAuthorizer> {
    serde_json::from_value(Value::Object(fields.into_iter().collect())).ok()
}
