//! The enum of the events that a consumer handles.

/// The events that a consumer handles: an enum made by [`heard!`](crate::heard).
pub trait Heard: Sized {
    /// Reads `body` as the event of type `kind`; `None` if the consumer does not handle that type.
    fn read(kind: &str, body: &str) -> Option<Result<Self, serde_json::Error>>;
}

/// Defines the enum of the events that a consumer handles: a variant for each payload, which holds the payload's
/// [`Event`](crate::Event).
///
/// ```
/// # use events::Payload;
/// # use serde::{Deserialize, Serialize};
/// #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
/// pub struct ParcelSent {
///     parcel: String,
/// }
///
/// impl Payload for ParcelSent {
///     const TYPE: &'static str = "parcel.sent";
///
///     fn subject(&self) -> &str {
///         &self.parcel
///     }
/// }
///
/// events::heard! {
///     /// The events that the post office handles.
///     pub enum ParcelEvent {
///         /// A parcel was sent.
///         Sent(ParcelSent),
///     }
/// }
///
/// fn parcel(event: &ParcelEvent) -> &str {
///     match event {
///         ParcelEvent::Sent(event) => &event.data.parcel,
///     }
/// }
/// ```
#[macro_export]
macro_rules! heard {
    ($(#[$doc:meta])* $visibility:vis enum $name:ident {
        $($(#[$variant_doc:meta])* $variant:ident($payload:ty)),+ $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        $visibility enum $name {
            $($(#[$variant_doc])* $variant($crate::Event<$payload>),)+
        }

        impl $crate::Heard for $name {
            fn read(kind: &str, body: &str) -> Option<Result<Self, $crate::serde_json::Error>> {
                $(if kind == <$payload as $crate::Payload>::TYPE {
                    return Some($crate::serde_json::from_str(body).map(Self::$variant));
                })+
                None
            }
        }
    };
}
