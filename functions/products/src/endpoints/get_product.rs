//! `GET /api/products/{id}`

use std::process::ExitCode;

use envelope::{Call, Endpoint, Failure, InitError, Reply, Role, serve};
use signing_keys::{Keys, VerifyError};
use tokio::sync::OnceCell;

use crate::SERVICE;
use crate::endpoints::product_id::{not_found, product_id};
use crate::store::Products;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<GetProduct>(SERVICE)
}

/// The route is public, so there is no authorizer. Only an admin may see an inactive product, and for that the function
/// verifies the bearer token itself.
struct GetProduct {
    products: Products,
    /// The signing keys, read when a token is verified for the first time.
    keys: OnceCell<Keys>,
}

impl Endpoint for GetProduct {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { products: Products::connect().await?, keys: OnceCell::new() })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let id = product_id(call)?;
        let product = self.products.find(&id).await?.ok_or_else(|| not_found(call))?;
        if !product.is_active && !self.is_admin(call).await? {
            return Err(not_found(call));
        }
        Reply::ok("Product retrieved successfully", product.view())
    }
}

impl GetProduct {
    /// Whether the caller is an admin. Without a valid token the caller is anonymous, as on every public route.
    async fn is_admin(&self, call: &Call) -> Result<bool, Failure> {
        let Ok(token) = call.bearer_token() else { return Ok(false) };
        match self.keys.get_or_try_init(Keys::read).await?.verify(token).await {
            Ok(identity) => Ok(identity.role == Role::Admin),
            Err(VerifyError::Invalid(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
