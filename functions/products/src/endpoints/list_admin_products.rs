//! `GET /api/admin/products`

use std::process::ExitCode;

use envelope::decode::{DecodeQuery, QueryFields};
use envelope::{Caching, Call, Endpoint, Failure, InitError, Reply, serve};

use crate::SERVICE;
use crate::domain::sale_state::Shown;
use crate::endpoints::product_list::ListRequest;
use crate::store::Catalogue;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<ListAdminProducts>(SERVICE)
}

/// Lists every product to admins, or with `active` those that are for sale, or those that are not.
struct ListAdminProducts {
    catalogue: Catalogue,
}

struct Request(ListRequest);

impl DecodeQuery for Request {
    fn decode(query: &mut QueryFields) -> Option<Self> {
        let active = query.optional::<bool>("active");
        let request = ListRequest::decode(query, Shown::from(active.unwrap_or_default()));
        active?;
        request.map(Self)
    }
}

impl Endpoint for ListAdminProducts {
    const CACHING: Caching = Caching::Private;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { catalogue: Catalogue::connect().await? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        call.admin()?;
        let Request(request) = call.query()?;
        request.page(&self.catalogue).await
    }
}
