//! Which events a consumer hears, as an enum.

/// The events a consumer handles. Made by [`heard!`](crate::heard).
pub trait Heard: Sized {
    /// Reads the event in `body`, of this type; `None` if that is not one of those heard.
    fn read(kind: &str, body: &str) -> Option<Result<Self, serde_json::Error>>;
}

/// Makes the enum of the events a consumer hears: a variant for each payload, holding its [`Event`](crate::Event).
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
