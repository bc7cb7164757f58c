//! The services whose health makes up the API's.

/// A service whose health is checked.
#[derive(Debug, PartialEq, Eq)]
pub struct CheckedService {
    /// Its key in the answer: `user`.
    pub name: String,
    /// The function of its health endpoint, by name or ARN.
    pub function: String,
}

/// The text is not a list of `name=function`.
#[derive(Debug, thiserror::Error)]
#[error("HEALTH_FUNCTIONS must be a list such as user=FUNCTION,product=FUNCTION, not {0:?}")]
pub struct MalformedList(String);

impl CheckedService {
    /// Parses the list in the setting `HEALTH_FUNCTIONS`: `user=FUNCTION,product=FUNCTION`.
    ///
    /// # Errors
    /// [`MalformedList`]
    pub fn parse_list(list: &str) -> Result<Vec<Self>, MalformedList> {
        list.split(',')
            .map(|entry| match entry.trim().split_once('=') {
                Some((name, function)) if !name.is_empty() && !function.is_empty() => {
                    Ok(Self { name: name.to_owned(), function: function.to_owned() })
                }
                _ => Err(MalformedList(list.to_owned())),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_parsed_in_order() {
        let service = |name: &str, function: &str| CheckedService { name: name.into(), function: function.into() };
        assert_eq!(
            CheckedService::parse_list("user=U, order=O").unwrap(),
            [service("user", "U"), service("order", "O")]
        );
    }

    #[test]
    fn a_list_with_a_gap_is_refused() {
        for list in ["", "user", "user=", "=U", "user=U,"] {
            assert!(CheckedService::parse_list(list).is_err(), "{list:?}");
        }
    }
}
