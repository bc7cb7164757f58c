//! Random requests, asked of this crate and of another engine: the same answers, and the same items afterwards. Left out is what dynalite
//! is known to answer wrongly.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

use crate::engine::{Database, Engine, plain};

/// The seed of the first history, and how many histories there are.
const SEED: &str = "PROTOCOL_SEED";
const HISTORIES: &str = "PROTOCOL_HISTORIES";

/// Requests of one history.
const REQUESTS: usize = 50;

/// Plays histories on both.
///
/// # Panics
/// One of them answers otherwise than the other, or has other items then.
pub async fn compare() {
    let number = |name: &str, unless: u64| std::env::var(name).map_or(unless, |value| value.parse().unwrap());
    let first = number(SEED, 1);
    for seed in first..first + number(HISTORIES, 10) {
        let mut random = StdRng::seed_from_u64(seed);
        let (ours, other) = (Database::of(Engine::Ours).await, Database::of(Engine::Other).await);
        for _ in 0..REQUESTS {
            let (operation, body) = request(&mut random);
            let told = [outcome(&ours, operation, &body).await, outcome(&other, operation, &body).await];
            assert_eq!(told[0], told[1], "{SEED}={seed}: {operation} {body}");
        }
    }
}

/// The error's name or the answer, and the items.
async fn outcome(database: &Database, operation: &str, body: &Value) -> (Value, Value) {
    let (status, mut answer) = database.call(operation, body).await;
    if answer["Attributes"] == json!({}) {
        // Nothing to answer is told in one way or the other.
        answer.as_object_mut().unwrap().remove("Attributes");
    }
    let told = if status == 200 {
        plain(&mut answer)
    } else {
        answer["__type"].as_str().and_then(|kind| kind.rsplit('#').next()).into()
    };
    (told, database.items("Pairs").await)
}

fn request(random: &mut StdRng) -> (&'static str, Value) {
    let mut body = json!({ "TableName": "Pairs" });
    let values = &mut json!({});
    let operation =
        *["PutItem", "PutItem", "UpdateItem", "UpdateItem", "DeleteItem", "GetItem", "Query", "BatchWriteItem"]
            .choose(random)
            .unwrap();
    match operation {
        "PutItem" => body["Item"] = item(random),
        "BatchWriteItem" => {
            let writes: Vec<Value> = (0..random.random_range(1..4))
                .map(|_| match random.random_bool(0.7) {
                    true => json!({ "PutRequest": { "Item": item(random) } }),
                    false => json!({ "DeleteRequest": { "Key": key(random) } }),
                })
                .collect();
            return (operation, json!({ "RequestItems": { "Pairs": writes } }));
        }
        "Query" => {
            let id = named(values, json!({ "S": "a" }));
            let sort = match random.random_range(0..5) {
                0 => String::new(),
                1 => format!(
                    " AND seq BETWEEN {} AND {}",
                    named(values, json!({ "N": "1" })),
                    named(values, json!({ "N": "3" }))
                ),
                _ => {
                    let operator = ["<", "<=", "=", ">", ">="].choose(random).unwrap();
                    format!(
                        " AND seq {operator} {}",
                        named(values, json!({ "N": random.random_range(0..5).to_string() }))
                    )
                }
            };
            body["KeyConditionExpression"] = format!("id = {id}{sort}").into();
            body["ScanIndexForward"] = random.random_bool(0.5).into();
            if random.random_bool(0.5) {
                body["FilterExpression"] = condition(random, values).into();
            }
            if random.random_bool(0.5) {
                body["Limit"] = random.random_range(1..4).into();
            }
        }
        _ => body["Key"] = key(random),
    }
    if ["GetItem", "Query"].contains(&operation) && random.random_bool(0.4) {
        body["ProjectionExpression"] =
            ["a", "id, m.k", "l[0], a", "m.k, b", "l[1], l[0]", "id, seq"].choose(random).copied().into();
    }
    if operation == "UpdateItem" {
        body["UpdateExpression"] = update(random, values).into();
        body["ReturnValues"] =
            ["NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"].choose(random).copied().into();
    }
    if ["PutItem", "DeleteItem", "UpdateItem"].contains(&operation) && random.random_bool(0.4) {
        body["ConditionExpression"] = condition(random, values).into();
    }
    if values.as_object().is_some_and(|values| !values.is_empty()) {
        body["ExpressionAttributeValues"] = values.take();
    }
    (operation, body)
}

/// A value that the expression has by the name that is answered.
fn named(values: &mut Value, value: Value) -> String {
    let name = format!(":v{}", values.as_object().map_or(0, serde_json::Map::len));
    values[&name] = value;
    name
}

fn key(random: &mut StdRng) -> Value {
    let seq = *["1", "2.0", "3e0", "04", "1.00", "20E-1"].choose(random).unwrap();
    json!({ "id": { "S": (["a", "a", "b"].choose(random).unwrap()) }, "seq": { "N": seq } })
}

fn item(random: &mut StdRng) -> Value {
    let mut item = key(random);
    for attribute in ["a", "b", "m", "l", "s", "kind", "rank"] {
        if random.random_bool(0.5) {
            item[attribute] = match attribute {
                "m" => json!({ "M": { "k": value(random, 1), "j": value(random, 0) } }),
                "l" => json!({ "L": [value(random, 1), value(random, 0)] }),
                "s" => set(random),
                "kind" => json!({ "S": "k" }),
                "rank" => number(random),
                _ => value(random, 2),
            };
        }
    }
    item
}

/// No sum of two has over 38 digits: dynalite stores it where DynamoDB refuses.
fn number(random: &mut StdRng) -> Value {
    let written = ["0", "-0", "1", "1.0", "1e2", "100", "0.5", ".5", "-3", "1E-3", "-1.50e2", "123456789012345678"];
    json!({ "N": written.choose(random).unwrap() })
}

fn set(random: &mut StdRng) -> Value {
    [
        json!({ "NS": ["1", "2.0"] }),
        json!({ "NS": ["1e0", "1"] }),
        json!({ "SS": ["x", "y"] }),
        json!({ "SS": ["y"] }),
        json!({ "NS": ["2"] }),
        json!({ "BS": ["AA=="] }),
    ]
    .choose(random)
    .unwrap()
    .clone()
}

/// Neither false nor an empty text: functions and `IN` find neither in dynalite.
fn value(random: &mut StdRng, depth: usize) -> Value {
    match random.random_range(0..if depth == 0 { 6 } else { 8 }) {
        0 => json!({ "S": (["x", "y", "xy"].choose(random).unwrap()) }),
        1 | 2 => number(random),
        3 => json!({ "BOOL": true }),
        4 => json!({ "NULL": true }),
        5 => set(random),
        6 => json!({ "L": [value(random, depth - 1)] }),
        _ => json!({ "M": { "k": value(random, depth - 1) } }),
    }
}

fn path(random: &mut StdRng) -> &'static str {
    ["a", "b", "m", "m.k", "l", "l[0]", "l[1]", "l[7]", "a.k", "a[0]", "s", "rank"].choose(random).unwrap()
}

/// A path that is not of the same attribute: what dynalite copies stays one with what it is copied from.
fn elsewhere(random: &mut StdRng, than: &str) -> &'static str {
    let attribute = |path: &str| path.split(['.', '[']).next().unwrap().to_owned();
    loop {
        let path = path(random);
        if attribute(path) != attribute(than) {
            return path;
        }
    }
}

fn condition(random: &mut StdRng, values: &mut Value) -> String {
    let of = path(random);
    let simple = match random.random_range(0..8) {
        0 => format!("attribute_exists({of})"),
        1 => format!("attribute_not_exists({of})"),
        2 => format!(
            "attribute_type({of}, {})",
            named(values, json!({ "S": (["S", "N", "M", "L", "NS", "BOOL"].choose(random).unwrap()) }))
        ),
        // dynalite looks for texts and numbers in a list only.
        3 => format!(
            "contains({of}, {})",
            named(values, [json!({ "S": "x" }), number(random)].choose(random).unwrap().clone())
        ),
        4 => format!("begins_with({of}, {})", named(values, json!({ "S": "x" }))),
        5 => format!("size({of}) > {}", named(values, json!({ "N": "1" }))),
        6 => format!("{of} IN ({}, {})", named(values, value(random, 0)), named(values, number(random))),
        _ => {
            let operator = ["=", "<>", "<", "<=", ">", ">="].choose(random).unwrap();
            // dynalite compares what has no order, and takes no lists and no maps for equal.
            let any = ["=", "<>"].contains(operator) && random.random_bool(0.4);
            format!("{of} {operator} {}", named(values, if any { value(random, 0) } else { number(random) }))
        }
    };
    match random.random_range(0..4) {
        0 => format!("NOT {simple}"),
        1 => format!("{simple} OR {}", condition(random, values)),
        2 => format!("({simple}) AND {}", condition(random, values)),
        _ => simple,
    }
}

fn update(random: &mut StdRng, values: &mut Value) -> String {
    let of = path(random);
    match random.random_range(0..8) {
        0 => format!("SET {of} = {}", named(values, value(random, 2))),
        1 => format!("SET {of} = if_not_exists({}, {})", elsewhere(random, of), named(values, value(random, 1))),
        2 => format!("SET l = list_append(l, {})", named(values, json!({ "L": [value(random, 0)] }))),
        3 => format!(
            "SET {of} = {} {} {}",
            path(random),
            ["+", "-"].choose(random).unwrap(),
            named(values, number(random))
        ),
        // An update that only takes away makes no item, where dynalite and this crate make one: each of these sets something too.
        4 => format!("SET kind = {} REMOVE {of}", named(values, json!({ "S": "x" }))),
        5 => format!(
            "ADD {} {}",
            ["s", "rank", "b"].choose(random).unwrap(),
            named(values, if random.random_bool(0.5) { number(random) } else { set(random) })
        ),
        6 => format!("SET kind = {} DELETE s {}", named(values, json!({ "S": "x" })), named(values, set(random))),
        _ => {
            let from = elsewhere(random, of);
            format!("SET {of} = {from} REMOVE {}", elsewhere(random, from))
        }
    }
}
