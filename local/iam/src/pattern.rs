//! Wildcards in policies. IAM User Guide: "IAM JSON policy elements: Action" and "… Resource".

/// Whether a pattern (`dynamodb:*Item`) matches an action. Case does not matter.
pub(crate) fn matches_action(pattern: &str, action: &str) -> bool {
    matches(pattern.to_ascii_lowercase().as_bytes(), action.to_ascii_lowercase().as_bytes())
}

/// Whether a pattern (`arn:aws:sqs:*:*:jobs-?`) matches a resource. `*` matches any characters of one segment between
/// colons; at the end of a segment it also matches all segments that follow.
pub(crate) fn matches_resource(pattern: &str, resource: &str) -> bool {
    matches(pattern.as_bytes(), resource.as_bytes())
}

fn matches(pattern: &[u8], text: &[u8]) -> bool {
    match pattern {
        [] => text.is_empty(),
        [b'*', rest @ ..] => {
            let crosses = matches!(rest, [] | [b':', ..]);
            let reach = if crosses { text.len() } else { segment(text) };
            (0..=reach).any(|taken| matches(rest, &text[taken..]))
        }
        [b'?', rest @ ..] => matches!(text, [first, ..] if *first != b':') && matches(rest, &text[1..]),
        [first, rest @ ..] => text.first() == Some(first) && matches(rest, &text[1..]),
    }
}

/// The length of the text up to the next colon.
fn segment(text: &[u8]) -> usize {
    text.iter().position(|byte| *byte == b':').unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_match_whole_and_in_any_case() {
        for pattern in ["*", "dynamodb:*", "dynamodb:GetItem", "DynamoDB:getitem", "dynamodb:*Item", "d*:Get????"] {
            assert!(matches_action(pattern, "dynamodb:GetItem"), "{pattern}");
        }
        for pattern in ["dynamodb:Get", "GetItem", "dynamodb:GetItems", "sqs:*", "dynamodb:Get???", "dynamodb:*Items"] {
            assert!(!matches_action(pattern, "dynamodb:GetItem"), "{pattern}");
        }
    }

    #[test]
    fn resources_match_whole_and_in_their_case() {
        let index = "arn:aws:dynamodb:us-east-1:000000000000:table/Users/index/newest";
        for pattern in [
            index,
            "*",
            "arn:aws:dynamodb:*:*:table/Users/index/*",
            "arn:aws:dynamodb:us-east-1:000000000000:table/*/index/newest",
            "arn:aws:dynamodb:us-east-?:000000000000:table/Users*",
        ] {
            assert!(matches_resource(pattern, index), "{pattern}");
        }
        for pattern in [
            "arn:aws:dynamodb:us-east-1:000000000000:table/Users",
            "arn:aws:dynamodb:us-east-1:000000000000:table/Users/index/",
            "arn:aws:dynamodb:us-east-1:000000000000:table/users/*",
            "arn:aws:dynamodb:us-east-1:*/Orders/*",
        ] {
            assert!(!matches_resource(pattern, index), "{pattern}");
        }
    }

    #[test]
    fn a_wildcard_crosses_colons_only_at_the_end_of_its_segment() {
        let (plain, alias) = ("arn:aws:lambda:r:a:function:f", "arn:aws:lambda:r:a:function:f:live");
        assert!(matches_resource("arn:aws:lambda:*:function:f", plain));
        assert!(matches_resource("arn:aws:lambda:r:a:function:f*", alias));
        assert!(matches_resource("arn:aws:lambda:r:a:function:f:*", alias));
        assert!(!matches_resource("arn:aws:lambda:r:a:function:f:*", plain));
        assert!(!matches_resource("arn:aws:lambda:r:a:function:f", alias));
        assert!(!matches_resource("arn:aws:lambda:r:a:fun*live", alias));
        assert!(!matches_resource("arn:aws:lambda:r:a:function?f", plain));
    }
}
