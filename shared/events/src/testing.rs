//! Payloads and a service for this crate's tests.

use envelope::Service;
use serde::{Deserialize, Serialize};

use crate::Payload;

pub(crate) const SERVICE: Service = Service { name: "parcel-service", version: "1" };

/// `parcel.sent`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sent {
    pub parcel: String,
}

/// `parcel.lost`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Lost {
    pub parcel: String,
    pub reason: String,
}

impl Payload for Sent {
    const TYPE: &'static str = "parcel.sent";

    fn subject(&self) -> &str {
        &self.parcel
    }
}

impl Payload for Lost {
    const TYPE: &'static str = "parcel.lost";

    fn subject(&self) -> &str {
        &self.parcel
    }
}

pub(crate) fn sent(parcel: &str) -> Sent {
    Sent { parcel: parcel.to_owned() }
}
