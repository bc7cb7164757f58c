//! `GET /api/products/{id}`

use std::process::ExitCode;

use envelope::{Call, Endpoint, Failure, InitError, Reply, Role, serve};
use signing_keys::{Keys, VerifyError};
use tokio::sync::OnceCell;

use crate::SERVICE;
use crate::domain::id;
use crate::store::Products;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<Get>(SERVICE)
}

/// The route is everyone's, so no authorizer looks at tokens. An inactive product is an admin's business: for that one
/// question the function verifies the token itself, with keys it reads when it first comes up.
struct Get {
    products: Products,
    keys: OnceCell<Keys>,
}

/// The 404 of a product: there is none with this id, or none that this caller may see.
pub(crate) fn not_found(id: &str) -> Failure {
    Failure::not_found("Product not found").detail("productId", id)
}

impl Endpoint for Get {
    async fn init() -> Result<Self, InitError> {
        Ok(Self { products: Products::connect().await?, keys: OnceCell::new() })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let asked = call.path_parameter("id");
        let id = id::parse(asked).ok_or_else(|| not_found(asked))?;
        let product = self.products.find(&id).await?.ok_or_else(|| not_found(asked))?;
        if !product.is_active && !self.is_admin(call).await? {
            return Err(not_found(asked));
        }
        Reply::ok("Product retrieved successfully", product.view())
    }
}

impl Get {
    /// Whoever proves nothing is nobody, as on every route that is everyone's.
    async fn is_admin(&self, call: &Call) -> Result<bool, Failure> {
        let Some(token) = call.bearer_token() else { return Ok(false) };
        match self.keys.get_or_try_init(Keys::read).await?.verify(token).await {
            Ok(identity) => Ok(identity.role == Role::Admin),
            Err(VerifyError::Invalid(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
