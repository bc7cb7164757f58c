//! What is known of [dynalite](https://github.com/architect/dynalite) 4.0.0.

use crate::differences::{Difference, Known, REMOVAL_CREATES};

pub static DYNALITE: Known = Known {
    lacks: &[
        "TransactGetItems",
        "TransactWriteItems",
        "ExecuteStatement",
        "ListStreams",
        "DescribeStream",
        "GetShardIterator",
        "GetRecords",
    ],
    differences: &[
        difference("filter: a BETWEEN a AND :b", TAKEN, COMPARED),
        difference("filter: a between :a and a", TAKEN, COMPARED),
        difference("filter: a IN (:a, a)", TAKEN, COMPARED),
        difference(
            "if_not_exists of one attribute twice",
            r#"{"message": "The provided expression refers to an attribute that does not exist in the item"}"#,
            COMPARED,
        ),
        difference("filter: a < :v of L", TAKEN, ORDER),
        difference("filter: :v <= a of M", TAKEN, ORDER),
        difference("filter: NOT a > :v of BOOL", TAKEN, ORDER),
        difference("filter: size(a) >= :v of NULL", TAKEN, ORDER),
        difference("filter: :v BETWEEN a AND b of SS", TAKEN, ORDER),
        difference("filter: IN of 101", TAKEN, LIMITS),
        difference("filter: 301 operators", TAKEN, LIMITS),
        difference("filter: 303 functions and operators", TAKEN, LIMITS),
        difference("values of 2.1 MB in one expression", r#"{"error": null}"#, LIMITS),
        difference(
            "filter: 302 operators, most of them NOT",
            r#"{"message": "Invalid FilterExpression: Syntax error; Expected \"(\" but \"N\" found."}"#,
            "it reads no NOT of a NOT. The guide's syntax: NOT condition, which is a condition",
        ),
        difference(
            "filter: a = a = a",
            r#"{"message": "Invalid FilterExpression: Syntax error; Expected \"(\", \".\", \"AND\", \"OR\", \"[\", or end of input but \"=\" found."}"#,
            "its words are those of its parser",
        ),
        difference(
            "number +7",
            r#"{"error": "ValidationException", "things": []}"#,
            "big.js, which it reads numbers with, takes no plus sign. The guide forbids none",
        ),
        difference(
            "consistent scan of a global index",
            TAKEN,
            "Scan, ConsistentRead: not supported on global secondary indexes; a ValidationException",
        ),
        difference(
            "values of 2.1 MB in a delete's condition",
            r#"{"error": "ConditionalCheckFailedException"}"#,
            LIMITS,
        ),
        difference("a removal, of a missing item", REMOVAL_CREATES, "it creates the item whatever the update is"),
        difference("PutItem fails on an item", FAILED, ON_FAILURE),
        difference("UpdateItem fails on an item", FAILED, ON_FAILURE),
        difference("DeleteItem fails on an item", FAILED, ON_FAILURE),
        difference("UPDATED_NEW: REMOVE l[2]", EMPTY, NOTHING_UPDATED),
        difference("UPDATED_NEW: REMOVE m.k", EMPTY, NOTHING_UPDATED),
        difference("UPDATED_NEW: SET l[100] = :v", EMPTY, NOTHING_UPDATED),
        difference("UPDATED_OLD: SET l[100] = :v", EMPTY, NOTHING_UPDATED),
        difference("UPDATED_OLD: SET m.more = :v", EMPTY, NOTHING_UPDATED),
        difference("an index key of 2049 bytes", r#"{"error": null}"#, INDEX_KEYS),
        difference("an empty index key", r#"{"error": null}"#, INDEX_KEYS),
    ],
};

const TAKEN: &str = r#"{"error": null, "message": null}"#;
const COMPARED: &str = "it knows the rule of =, <> and their like, and of functions of conditions, only";
const ORDER: &str = "it compares values that have no order. ScyllaDB's authors saw AWS refuse them";
const LIMITS: &str = "it has no limits of operators, of IN and of values. Quotas in Amazon DynamoDB: 300, 100, 2 MB";
const INDEX_KEYS: &str = "it looks at their type only. Quotas in Amazon DynamoDB: 1 to 2048 bytes, of index keys too";
const FAILED: &str = r#"{"answer": {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "message": "The conditional request failed"}}"#;
const ON_FAILURE: &str = "it doesn't know ReturnValuesOnConditionCheckFailure, which is younger";
const EMPTY: &str = r#"{"answer": {"Attributes": {}}}"#;
const NOTHING_UPDATED: &str = "it answers no attributes where ScyllaDB's authors saw AWS leave out Attributes";

const fn difference(case: &'static str, instead: &'static str, reason: &'static str) -> Difference {
    Difference { case, instead, reason }
}
