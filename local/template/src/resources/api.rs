//! `AWS::Serverless::Api`. AWS SAM: "AWS::Serverless::Api".

mod auth;
mod cors;
mod gateway_responses;
mod method_settings;
mod routes;

pub(crate) use auth::Guards;
pub(crate) use routes::{Guard, Routes};

use crate::error::Place;
use crate::field::{Accepted, Field, optional, or_default};
use crate::model::Api;
use crate::stack::{Resource, Scope};

const PROPERTIES: Accepted = Accepted {
    emulated: &[
        "StageName",
        "Auth",
        "Cors",
        "GatewayResponses",
        "BinaryMediaTypes",
        "MethodSettings",
        "EndpointConfiguration",
    ],
    without_effect: &[
        "AccessLogSetting",
        "AlwaysDeploy",
        "Description",
        "FailOnWarnings",
        "Mode",
        "Name",
        "OpenApiVersion",
        "PropagateTags",
        "SecurityPolicy",
        "Tags",
        "TracingEnabled",
    ],
};

/// Reads an API and its authorizers; its routes come from the functions' events.
pub(crate) fn api(scope: &Scope<'_>, resource: &Resource) -> (Option<Api>, Guards) {
    let value = scope.resolve(&resource.properties, &Place::new(&resource.id));
    let properties = Field::new(scope.report, Place::new(&resource.id), &value);
    properties.only(&PROPERTIES);
    let auth = properties.get("Auth");
    let guards = auth.as_ref().map(auth::guards).unwrap_or_default();
    if let (Some(auth), Some(_)) = (&auth, properties.get("Cors"))
        && guards.guards_preflights()
    {
        auth.note(
            "preflights carry no token, so the default authorizer would refuse them all: \
             set `AddDefaultAuthorizerToCorsPreflight: false`",
        );
    }
    (read(scope, resource, &properties, auth.as_ref()), guards)
}

fn read(scope: &Scope<'_>, resource: &Resource, properties: &Field<'_>, auth: Option<&Field<'_>>) -> Option<Api> {
    let stage = properties.need("StageName").and_then(|field| field.name("-_", 128));
    let authorizers = auth.map_or(Some(Default::default()), |auth| auth::authorizers(scope, auth));
    let cors = optional(properties.get("Cors"), |field| cors::cors(&field));
    let gateway_responses = or_default(properties.get("GatewayResponses"), Default::default(), |field| {
        gateway_responses::gateway_responses(&field)
    });
    let binary_media_types =
        or_default(properties.get("BinaryMediaTypes"), Vec::new(), |field| binary_media_types(&field));
    let throttling =
        or_default(properties.get("MethodSettings"), Default::default(), |field| method_settings::throttling(&field));
    if let Some(configuration) = properties.get("EndpointConfiguration") {
        let kind = if configuration.is_map() {
            configuration.only(&Accepted { emulated: &["Type"], without_effect: &["IpAddressType"] });
            configuration.get("Type")
        } else {
            Some(configuration)
        };
        kind.map(|kind| kind.one_of(&["REGIONAL", "EDGE"]));
    }
    Some(Api {
        id: resource.id.clone(),
        stage: stage?,
        routes: Vec::new(),
        authorizers: authorizers?,
        cors: cors?,
        gateway_responses: gateway_responses?,
        binary_media_types: binary_media_types?,
        throttling: throttling?,
    })
}

/// SAM writes `/` as `~1`, and takes both.
fn binary_media_types(field: &Field<'_>) -> Option<Vec<String>> {
    let types: Vec<_> = field.items()?.iter().map(|item| Some(item.text()?.replace("~1", "/"))).collect();
    types.into_iter().collect()
}

#[cfg(test)]
mod tests;
