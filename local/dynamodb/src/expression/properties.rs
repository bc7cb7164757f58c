//! What holds of every expression.

use local_fuzz_inputs::{cases, spoiled, texts};
use proptest::prelude::*;

use super::*;

const EXPRESSIONS: [&str; 4] = [
    "attribute_not_exists(id) AND (NOT size(#a.b[1]) BETWEEN :low AND :high OR contains(x, :y))",
    "a IN (:a, :b, :c) OR begins_with(c, :d) AND e <> :f",
    "SET #a = if_not_exists(#a, :zero) + :one, b[2].c = list_append(b, :l) REMOVE d ADD e :e DELETE f :f",
    "id = :id AND begins_with(sort, :prefix)",
];

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_expression_is_checked(text in prop_oneof![texts(), spoiled(&EXPRESSIONS)]) {
        let names = HashMap::from([("#a".to_owned(), "a".to_owned())]);
        for parameter in [Parameter::Condition, Parameter::Filter, Parameter::KeyCondition, Parameter::Update] {
            let _ = Expression { parameter, text: &text, names: Some(&names), values: None }.check();
        }
        let _ = targets(&text, Some(&names));
    }
}
