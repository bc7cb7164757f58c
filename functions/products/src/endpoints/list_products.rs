//! `GET /api/products`

use std::process::ExitCode;

use envelope::decode::{DecodeQuery, QueryFields};
use envelope::{Caching, Call, Endpoint, Failure, InitError, Reply, serve};

use crate::SERVICE;
use crate::domain::sale_state::Shown;
use crate::endpoints::CATALOGUE_CACHING;
use crate::endpoints::product_list::ListRequest;
use crate::store::Catalogue;

/// Serves the endpoint.
pub fn main() -> ExitCode {
    serve::<ListProducts>(SERVICE)
}

/// Lists what is for sale, to everyone alike.
struct ListProducts {
    catalogue: Catalogue,
}

struct Request(ListRequest);

impl DecodeQuery for Request {
    fn decode(query: &mut QueryFields) -> Option<Self> {
        ListRequest::decode(query, Shown::Active).map(Self)
    }
}

impl Endpoint for ListProducts {
    const CACHING: Caching = CATALOGUE_CACHING;

    async fn init() -> Result<Self, InitError> {
        Ok(Self { catalogue: Catalogue::connect().await? })
    }

    async fn call(&self, call: &Call) -> Result<Reply, Failure> {
        let Request(request) = call.query()?;
        request.page(&self.catalogue).await
    }
}
