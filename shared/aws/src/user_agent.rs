//! One short `User-Agent` in place of the SDK's.

use aws_runtime::user_agent::UserAgentInterceptor;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, disable_interceptor, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// An interceptor that names the SDK in each request, and switches off the one that describes it.
///
/// The SDK describes itself, the system and the features in use in two header fields (`User-Agent`, which logs of AWS show, and
/// `X-Amz-User-Agent`), which it writes anew for each call. No service decides anything by them.
#[derive(Debug)]
pub struct PlainUserAgent;

#[dyn_dispatch_hint]
impl Intercept for PlainUserAgent {
    fn name(&self) -> &'static str {
        "PlainUserAgent"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        config.interceptor_state().store_put(disable_interceptor::<UserAgentInterceptor>("PlainUserAgent"));
        Ok(())
    }

    /// After signing: `User-Agent` is not signed, as proxies may change it.
    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        context.request_mut().headers_mut().insert("user-agent", "aws-sdk-rust");
        Ok(())
    }
}
