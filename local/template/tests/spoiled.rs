//! What holds of every template.

use std::collections::BTreeMap;

use local_fuzz_inputs::{cases, spoiled, texts};
use local_template::{Error, System};
use proptest::prelude::*;

const TEMPLATES: [&str; 2] = [
    "Transform: AWS::Serverless-2016-10-31\nParameters: {P: {Type: String, Default: x, AllowedPattern: '[a-z]*'}}\n\
     Mappings: {M: {a: {b: c}}}\nConditions: {C: !And [!Equals [!Ref P, x], !Not [!Equals [a, b]]]}\n\
     Globals: {Function: {Runtime: provided.al2023, Timeout: 0x10}}\nResources:\n  F:\n    Type: AWS::Serverless::Function\n    \
     Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: f}}\n    Properties:\n      Environment: &e\n        \
     Variables: {AA: !Sub '${Q.Arn}-${!x}-${P}', BB: !FindInMap [M, a, b], CC: !If [C, !Select [0, !Split [',', 'a,b']], y]}\n      \
     Events:\n        S: {Type: Schedule, Properties: {Schedule: rate(5 minutes), Input: '{\"a\": [1]}'}}\n        \
     E: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn, FilterCriteria: {Filters: [{Pattern: '{\"body\": {\"a\": [1]}}'}]}}}\n  \
     Q: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 60, QueueName: !Join ['-', [q, !Ref P]]}}\n\
     Outputs: {O: {Value: !Ref Q}}\n",
    "{\"Transform\": \"AWS::Serverless-2016-10-31\", \"Resources\": {\"T\": {\"Type\": \"AWS::DynamoDB::Table\", \"Properties\": \
     {\"AttributeDefinitions\": [{\"AttributeName\": \"id\", \"AttributeType\": \"S\"}], \"KeySchema\": [{\"AttributeName\": \
     \"id\", \"KeyType\": \"HASH\"}], \"BillingMode\": \"PAY_PER_REQUEST\"}}}}",
];

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_template_is_read_or_refused_with_places(text in prop_oneof![4 => spoiled(&TEMPLATES), 1 => texts()]) {
        match System::parse(&text, "t.yaml", &BTreeMap::new()) {
            Ok(_) => {}
            Err(Error::Refused(problems)) => {
                let lines = text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).count();
                prop_assert!(!problems.is_empty());
                for problem in problems {
                    prop_assert!(!problem.message.is_empty() && problem.line <= lines + 1, "{problem}");
                }
            }
            Err(error) => prop_assert!(false, "{error}"),
        }
    }
}

#[test]
fn the_templates_to_spoil_are_valid() {
    for text in TEMPLATES {
        if let Err(error) = System::parse(text, "t.yaml", &BTreeMap::new()) {
            panic!("{error}");
        }
    }
}
