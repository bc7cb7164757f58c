//! The ARNs of tables and streams. dynoxide's name a region of its own; everything else here has the template's.

use dynoxide::streams::{LOCAL_ACCOUNT, LOCAL_REGION};
use local_template::{ACCOUNT, REGION};

/// What stands for the time of creation at the end of a stream's ARN.
pub(crate) const STREAM_LABEL: &str = "local";

/// The ARN of a table's stream.
pub(crate) fn stream_arn(table: &str) -> String {
    format!("{}{table}/stream/{STREAM_LABEL}", prefix())
}

/// The table whose stream has this ARN.
pub(crate) fn table_of_stream(arn: &str) -> Option<&str> {
    arn.strip_prefix(&prefix())?.strip_suffix(STREAM_LABEL)?.strip_suffix("/stream/")
}

fn prefix() -> String {
    format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/")
}

/// The JSON of a table's description with this region and account in its ARNs.
pub(crate) fn localized(description: &str) -> String {
    ["dynamodb", "kms"].iter().fold(description.to_owned(), |text, service| {
        text.replace(
            &format!("arn:aws:{service}:{LOCAL_REGION}:{LOCAL_ACCOUNT}:"),
            &format!("arn:aws:{service}:{REGION}:{ACCOUNT}:"),
        )
    })
}

#[cfg(test)]
mod tests {
    use local_fuzz_inputs::{cases, spoiled, texts};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_streams_arn_names_its_table_and_another_names_none() {
        let arn = stream_arn("Things");
        assert_eq!(arn, "arn:aws:dynamodb:us-east-1:000000000000:table/Things/stream/local");
        assert_eq!(table_of_stream(&arn), Some("Things"));
        for other in [arn.replace("us-east-1", "us-west-2"), arn.replace("local", "2026"), "arn:x".to_owned()] {
            assert_eq!(table_of_stream(&other), None, "{other}");
        }
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn an_arn_is_that_of_the_table_it_names(
            text in spoiled(&["arn:aws:dynamodb:us-east-1:000000000000:table/Things/stream/local"]),
            table in texts(),
        ) {
            if let Some(table) = table_of_stream(&text) {
                prop_assert_eq!(stream_arn(table), text);
            }
            let arn = stream_arn(&table);
            prop_assert_eq!(table_of_stream(&arn), Some(table.as_str()));
        }
    }
}
