//! What a look at a table asks for, as a request of DynamoDB's.

use local_template::Table;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Failure, bad_request, key_of};

/// How many items a page has unless it says so.
const LIMIT: u32 = 25;

/// How many it may have.
const MOST: u32 = 100;

/// A page of a table's items. Without a partition key it is one of all items.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Page {
    /// The index to read; the table itself if left out.
    index: Option<String>,
    /// The value of the partition key.
    partition: Option<String>,
    /// A condition on the sort key.
    sort: Option<Sort>,
    /// Whether the greatest sort keys come first.
    descending: bool,
    /// `next` of the page before.
    start: Option<Value>,
    /// The most items to read.
    limit: Option<u32>,
}

/// A condition on the sort key.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sort {
    operator: Operator,
    value: String,
}

/// DynamoDB Developer Guide: "Key condition expressions for the Query operation".
#[derive(Debug, Clone, Copy, Deserialize)]
enum Operator {
    #[serde(rename = "=")]
    Equal,
    #[serde(rename = "<")]
    Less,
    #[serde(rename = "<=")]
    LessOrEqual,
    #[serde(rename = ">")]
    Greater,
    #[serde(rename = ">=")]
    GreaterOrEqual,
    #[serde(rename = "begins_with")]
    BeginsWith,
}

impl Operator {
    fn condition(self) -> &'static str {
        match self {
            Self::Equal => "#sort = :sort",
            Self::Less => "#sort < :sort",
            Self::LessOrEqual => "#sort <= :sort",
            Self::Greater => "#sort > :sort",
            Self::GreaterOrEqual => "#sort >= :sort",
            Self::BeginsWith => "begins_with(#sort, :sort)",
        }
    }
}

impl Page {
    /// The operation, and its request.
    pub fn request(self, table: &Table) -> Result<(&'static str, Value), Failure> {
        let limit = self.limit.unwrap_or(LIMIT);
        if !(1..=MOST).contains(&limit) {
            return Err(bad_request(format!("limit is from 1 to {MOST}")));
        }
        let key = key_of(table, self.index.as_deref()).ok_or_else(|| bad_request("no such index"))?;
        let mut request = json!({"TableName": table.name, "Limit": limit});
        if let Some(index) = self.index {
            request["IndexName"] = index.into();
        }
        if let Some(start) = self.start {
            request["ExclusiveStartKey"] = start;
        }
        let Some(partition) = self.partition else {
            if self.sort.is_some() || self.descending {
                return Err(bad_request("a condition on the sort key, or an order, needs a partition key"));
            }
            return Ok(("Scan", request));
        };
        let [hash, rest @ ..] = key.as_slice() else { return Err(bad_request("the table has no key")) };
        let mut condition = "#partition = :partition".to_owned();
        let mut names = json!({"#partition": hash["attribute"]});
        let mut values = json!({":partition": typed(hash, partition)});
        if let Some(Sort { operator, value }) = self.sort {
            let range = rest.first().ok_or_else(|| bad_request("there is no sort key"))?;
            condition = format!("{condition} AND {}", operator.condition());
            names["#sort"] = range["attribute"].clone();
            values[":sort"] = typed(range, value);
        }
        request["KeyConditionExpression"] = condition.into();
        request["ExpressionAttributeNames"] = names;
        request["ExpressionAttributeValues"] = values;
        request["ScanIndexForward"] = (!self.descending).into();
        Ok(("Query", request))
    }
}

/// A value of a key's own type: `{"S": "…"}`, `{"N": "…"}` or `{"B": "…"}`.
fn typed(key: &Value, value: String) -> Value {
    json!({key["type"].as_str().unwrap_or("S"): value})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let definition = json!({
            "TableName": "T",
            "KeySchema": [{"AttributeName": "at", "KeyType": "RANGE"}, {"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [
                {"AttributeName": "id", "AttributeType": "S"},
                {"AttributeName": "at", "AttributeType": "N"},
            ],
            "GlobalSecondaryIndexes": [{
                "IndexName": "ByAt",
                "KeySchema": [{"AttributeName": "at", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }],
        });
        Table { name: "T".to_owned(), arn: "arn".to_owned(), definition, ttl_attribute: None }
    }

    fn request(page: Value) -> Result<(&'static str, Value), Failure> {
        serde_json::from_value::<Page>(page).map_err(bad_request)?.request(&table())
    }

    #[test]
    fn without_a_key_it_is_a_page_of_all_items() {
        let asked = request(json!({"limit": 2, "start": {"id": {"S": "a"}, "at": {"N": "1"}}})).unwrap();
        let start = json!({"id": {"S": "a"}, "at": {"N": "1"}});
        assert_eq!(asked, ("Scan", json!({"TableName": "T", "Limit": 2, "ExclusiveStartKey": start})));
    }

    #[test]
    fn a_key_has_the_type_that_the_table_gives_it() {
        let page = json!({"partition": "a", "sort": {"operator": ">=", "value": "7"}, "descending": true});
        let (operation, asked) = request(page).unwrap();
        assert_eq!(operation, "Query");
        assert_eq!(asked["KeyConditionExpression"], "#partition = :partition AND #sort >= :sort");
        assert_eq!(asked["ExpressionAttributeNames"], json!({"#partition": "id", "#sort": "at"}));
        assert_eq!(asked["ExpressionAttributeValues"], json!({":partition": {"S": "a"}, ":sort": {"N": "7"}}));
        assert_eq!(asked["ScanIndexForward"], false);
        let (_, asked) = request(json!({"index": "ByAt", "partition": "7"})).unwrap();
        assert_eq!(
            (&asked["IndexName"], &asked["ExpressionAttributeValues"][":partition"]),
            (&json!("ByAt"), &json!({"N": "7"}))
        );
    }

    #[test]
    fn what_the_table_can_not_answer_is_refused() {
        for page in [
            json!({"limit": 0}),
            json!({"limit": 101}),
            json!({"index": "ByName"}),
            json!({"descending": true}),
            json!({"sort": {"operator": "=", "value": "7"}}),
            json!({"index": "ByAt", "partition": "7", "sort": {"operator": "=", "value": "7"}}),
            json!({"partition": "a", "sort": {"operator": "LIKE", "value": "7"}}),
            json!({"key": "a"}),
        ] {
            assert!(request(page.clone()).is_err_and(|(status, _)| status == 400), "{page}");
        }
    }
}
