//! DynamoDB: the table of notifications.
//!
//! Its primary key is the user's id and the notification's id, which sorts by time. So one query reads a user's own
//! notifications, newest first, and no request can name another user's.
//!
//! A local secondary index sorts by read state first: a page of unread (or read) notifications reads only the rows it
//! shows. It is read consistently, so a notification just marked as read is no longer listed as unread.

mod erasure;
mod item;
mod notification_list;
mod notifications;

pub use erasure::Erasure;
pub use notification_list::{NotificationList, Position};
pub use notifications::Notifications;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;
