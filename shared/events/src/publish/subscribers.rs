//! The queues of each event type.

/// Pairs of an event type and the URL of a subscriber's queue.
#[derive(Debug)]
pub(super) struct Subscribers(Vec<(String, String)>);

/// `SUBSCRIBERS` is not a list of `type=queue`.
#[derive(Debug, thiserror::Error)]
#[error("SUBSCRIBERS must be a list such as user.created=QUEUE_URL,order.created=QUEUE_URL, not {0:?}")]
pub(super) struct Malformed(String);

impl Subscribers {
    pub(super) fn parse(list: &str) -> Result<Self, Malformed> {
        let entry = |entry: &str| match entry.trim().split_once('=') {
            Some((kind, queue)) if !kind.is_empty() && !queue.is_empty() => Ok((kind.to_owned(), queue.to_owned())),
            _ => Err(Malformed(list.to_owned())),
        };
        list.split(',').map(entry).collect::<Result<_, _>>().map(Self)
    }

    /// URLs of the queues of an event type, in the list's order.
    pub(super) fn of(&self, kind: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(subscribed, _)| subscribed == kind).map(|(_, queue)| queue.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_type_may_have_many_queues() {
        let subscribers = Subscribers::parse("order.created=https://a, order.created=https://b,user.created=https://a");
        let subscribers = subscribers.unwrap();
        assert_eq!(subscribers.of("order.created").collect::<Vec<_>>(), ["https://a", "https://b"]);
        assert_eq!(subscribers.of("user.created").collect::<Vec<_>>(), ["https://a"]);
        assert_eq!(subscribers.of("user").count(), 0);
    }

    #[test]
    fn a_malformed_list_is_refused_at_start() {
        for list in ["", "user.created", "user.created=", "=https://a", "user.created=https://a,"] {
            assert!(Subscribers::parse(list).is_err(), "{list:?}");
        }
    }
}
