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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_in_stored_keys_stay_the_same() {
        assert_eq!([ReadState::Read.as_str(), ReadState::Unread.as_str()], ["read", "unread"]);
    }
}
