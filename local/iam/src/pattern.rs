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

/// Each byte of the pattern is compared with each of the text at most once, however many stars there are.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let literal = pattern.iter().take_while(|sign| !matches!(sign, b'*' | b'?')).count();
    let (start, pattern) = pattern.split_at(literal);
    let Some(text) = text.strip_prefix(start) else { return false };
    // From each place in the text on: whether the rest of the pattern, at first nothing, matches what is left.
    let mut rest_matches = vec![false; text.len()];
    rest_matches.push(true);
    for (at, sign) in pattern.iter().enumerate().rev() {
        let crosses = matches!(pattern.get(at + 1), None | Some(b':'));
        let mut matches = vec![false; text.len() + 1];
        for from in (0..=text.len()).rev() {
            let next = text.get(from).copied();
            matches[from] = match sign {
                b'*' => rest_matches[from] || next.is_some_and(|byte| crosses || byte != b':') && matches[from + 1],
                b'?' => next.is_some_and(|byte| byte != b':') && rest_matches[from + 1],
                sign => next == Some(*sign) && rest_matches[from + 1],
            };
        }
        rest_matches = matches;
    }
    rest_matches[0]
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

    #[test]
    fn a_pattern_of_many_stars_takes_no_longer_than_another() {
        let pattern = format!("{}b", "*a".repeat(200));
        assert!(!matches_resource(&pattern, &"a".repeat(1_600)));
        assert!(!matches_action(&pattern, &"a".repeat(1_600)));
    }

    #[test]
    fn wildcards_agree_with_trying_every_split() {
        fn slow(pattern: &[u8], text: &[u8]) -> bool {
            match pattern {
                [] => text.is_empty(),
                [b'*', rest @ ..] => {
                    let segment = text.iter().position(|byte| *byte == b':').unwrap_or(text.len());
                    let reach = if matches!(rest, [] | [b':', ..]) { text.len() } else { segment };
                    (0..=reach).any(|taken| slow(rest, &text[taken..]))
                }
                [b'?', rest @ ..] => matches!(text, [first, ..] if *first != b':') && slow(rest, &text[1..]),
                [first, rest @ ..] => text.first() == Some(first) && slow(rest, &text[1..]),
            }
        }
        let words = |alphabet: &[u8], length: u32| -> Vec<Vec<u8>> {
            let base = alphabet.len();
            (0..base.pow(length)).map(|n| (0..length).map(|at| alphabet[n / base.pow(at) % base]).collect()).collect()
        };
        for pattern in (0..5).flat_map(|length| words(b"a:*?", length)) {
            for text in (0..5).flat_map(|length| words(b"a:", length)) {
                assert_eq!(matches(&pattern, &text), slow(&pattern, &text), "{pattern:?} {text:?}");
            }
        }
    }
}
