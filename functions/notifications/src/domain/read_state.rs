//! Read or unread.

/// Whether the user has marked a notification as read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadState {
    /// The user has marked it as read.
    Read,
    /// The user has not.
    Unread,
}

impl ReadState {
    /// The state's name in cursors and in stored keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Unread => "unread",
        }
    }
}
