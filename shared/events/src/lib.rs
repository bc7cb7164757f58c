//! Events between services: CloudEvents 1.0 in JSON, written together with the item that they are about, published from
//! the table's stream and consumed from a queue.
//!
//! 1. A service makes an [`Event`] from its [`Cause`] and writes it as the attribute [`ATTRIBUTE`] of the item whose write
//!    it reports, so that both commit or neither (the outbox pattern, with DynamoDB's stream as the relay).
//! 2. [`publish::main`] is the function behind the table's stream: it sends each event to the queues of its subscribers.
//! 3. [`consume`] is the function behind a queue: a [`Consumer`] handles each event on its own, and reports those that
//!    failed (SQS partial batch response).
//!
//! An event arrives at least once, in no guaranteed order, with the same id each time.
//!
//! ```no_run
//! use envelope::{Call, InitError, Service};
//! use events::{Consumer, Event, HandleError, Payload, consume, heard};
//! use serde::{Deserialize, Serialize};
//!
//! const SERVICE: Service = Service { name: "parcel-service", version: "1.0.0" };
//!
//! #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
//! pub struct ParcelSent {
//!     parcel_id: String,
//! }
//!
//! impl Payload for ParcelSent {
//!     const TYPE: &'static str = "parcel.sent";
//!
//!     fn subject(&self) -> &str {
//!         &self.parcel_id
//!     }
//! }
//!
//! /// In an endpoint: the event, to be written with the parcel.
//! fn sent(call: &Call, parcel_id: &str) -> Event<ParcelSent> {
//!     Event::new(SERVICE, ParcelSent { parcel_id: parcel_id.to_owned() }, call)
//! }
//!
//! heard! {
//!     /// The events that this consumer handles.
//!     pub enum ParcelEvent {
//!         /// A parcel was sent.
//!         Sent(ParcelSent),
//!     }
//! }
//!
//! struct Track;
//!
//! impl Consumer for Track {
//!     type Event = ParcelEvent;
//!
//!     async fn init() -> Result<Self, InitError> {
//!         Ok(Self)
//!     }
//!
//!     async fn handle(&self, event: ParcelEvent) -> Result<(), HandleError> {
//!         let ParcelEvent::Sent(event) = event;
//!         tracing::info!(parcel = event.data.parcel_id, "tracking a parcel");
//!         Ok(())
//!     }
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     consume::<Track>(SERVICE)
//! }
//! ```

mod batch_response;
mod cause;
mod consume;
mod event;
mod heard;
pub mod publish;
pub mod stream;
#[cfg(test)]
mod testing;
mod trace;

pub use cause::Cause;
pub use consume::{Consumer, HandleError, consume};
pub use event::{ATTRIBUTE, Event, Payload};
pub use heard::Heard;

#[doc(hidden)]
pub use serde_json;
