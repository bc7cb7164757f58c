//! What a call of an AWS service says, read from its request and response when somebody looks.

use serde_json::{Map, Value, json};

use crate::mask::HIDDEN;
use crate::recorder::Tables;

/// What is shown of a call.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    /// What the call is about: a table, a queue, a secret.
    pub subject: Option<String>,
    pub details: Map<String, Value>,
    /// Whether a condition of the request was false.
    pub is_condition_failed: bool,
}

/// A DynamoDB call.
pub(crate) fn table(action: &str, request: &Value, response: &Value, tables: &Tables) -> Shown {
    let mut shown = Shown::default();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            shown.details.insert(name.to_owned(), value);
        }
    };
    put("action", action.into());
    let mut names: Vec<String> = Vec::new();
    if let Some(table) = table_name(request) {
        put("table", table.into());
        put("key", key(table, request, tables));
        names.push(table.to_owned());
    }
    put("index", request["IndexName"].clone());
    put("condition", request["ConditionExpression"].clone());
    put("keyCondition", with_values(&request["KeyConditionExpression"], request));
    put("update", request["UpdateExpression"].clone());
    put("filter", request["FilterExpression"].clone());
    if let Some(items) = request["TransactItems"].as_array() {
        let actions: Vec<Value> = items.iter().filter_map(|item| transacted(item, tables)).collect();
        put("table", actions.first().map_or(Value::Null, |first| first["table"].clone()));
        names.extend(actions.iter().filter_map(|action| action["table"].as_str()).map(str::to_owned));
        put("actions", actions.into());
    }
    if let Some(requests) = request["RequestItems"].as_object() {
        put("table", requests.keys().next().map_or(Value::Null, |first| first.as_str().into()));
        names.extend(requests.keys().cloned());
        let counts = requests.iter().map(|(table, of)| (table.clone(), json!(count(of))));
        put("requests", Value::Object(counts.collect()));
    }
    match action {
        "GetItem" => put("items", json!(u32::from(response["Item"].is_object()))),
        "Query" | "Scan" => {
            put("items", response["Count"].clone());
            put("scanned", response["ScannedCount"].clone());
        }
        _ => {}
    }
    shown.is_condition_failed = is_condition_failed(response);
    failure(&mut shown.details, response);
    names.dedup();
    shown.subject = (!names.is_empty()).then(|| names.join(", "));
    shown
}

/// An SQS call.
pub(crate) fn queue(action: &str, request: &Value, response: &Value) -> Shown {
    let mut shown = Shown::default();
    let queue = request["QueueUrl"].as_str().and_then(|url| url.rsplit(['/', ':']).next()).map(str::to_owned);
    shown.details.insert("action".to_owned(), action.into());
    if let Some(queue) = &queue {
        shown.details.insert("queue".to_owned(), queue.as_str().into());
    }
    for (of, name) in [("MessageId", "messageId")] {
        if response[of].is_string() {
            shown.details.insert(name.to_owned(), response[of].clone());
        }
    }
    let messages = request["Entries"].as_array().or(response["Messages"].as_array());
    if let Some(messages) = messages {
        shown.details.insert("messages".to_owned(), messages.len().into());
    }
    if let Some(failed) = response["Failed"].as_array().filter(|failed| !failed.is_empty()) {
        shown.details.insert("failed".to_owned(), failed.len().into());
    }
    failure(&mut shown.details, response);
    shown.subject = queue;
    shown
}

/// A Secrets Manager call.
pub(crate) fn secret(action: &str, request: &Value, response: &Value) -> Shown {
    let mut shown = Shown::default();
    // It is asked for by its name or its ARN.
    let asked = request["SecretId"].as_str().and_then(|id| id.rsplit(':').next());
    let name = response["Name"].as_str().or(asked).map(str::to_owned);
    shown.details.insert("action".to_owned(), action.into());
    if let Some(name) = &name {
        shown.details.insert("name".to_owned(), name.as_str().into());
    }
    for (of, name) in [("VersionId", "versionId"), ("VersionStages", "versionStages")] {
        if !response[of].is_null() {
            shown.details.insert(name.to_owned(), response[of].clone());
        }
    }
    failure(&mut shown.details, response);
    shown.subject = name;
    shown
}

/// An SES call.
pub(crate) fn mail(action: &str, request: &Value, response: &Value) -> Shown {
    let mut shown = Shown::default();
    let to = request["Destination"]["ToAddresses"].clone();
    shown.subject = to[0].as_str().map(str::to_owned);
    let subject = request["Content"]["Simple"]["Subject"]["Data"].clone();
    for (name, value) in
        [("action", action.into()), ("to", to), ("subject", subject), ("id", response["MessageId"].clone())]
    {
        if !value.is_null() {
            shown.details.insert(name.to_owned(), value);
        }
    }
    failure(&mut shown.details, response);
    shown
}

/// A request to send a mail without the mail's text: links and tokens in it are for whoever it goes to. The mail itself is kept
/// elsewhere.
pub(crate) fn without_text(request: &Value) -> Value {
    let mut shown = request.clone();
    let Some(content) = shown.get_mut("Content").and_then(Value::as_object_mut) else { return Value::Null };
    for (kind, of) in content {
        let subject = of.get("Subject").filter(|_| kind == "Simple").cloned();
        *of = subject.map_or_else(|| HIDDEN.into(), |subject| json!({"Subject": subject, "Body": HIDDEN}));
    }
    shown
}

/// The error that a service answered with.
pub(crate) fn failure(details: &mut Map<String, Value>, response: &Value) {
    if let Some(kind) = response["__type"].as_str() {
        details.insert("error".to_owned(), kind.rsplit('#').next().into());
    }
    let message = [&response["message"], &response["Message"]].into_iter().find(|message| message.is_string());
    if let Some(message) = message {
        details.insert("message".to_owned(), message.clone());
    }
}

fn is_condition_failed(response: &Value) -> bool {
    let kind = response["__type"].as_str().unwrap_or_default();
    let reasons = response["CancellationReasons"].as_array().into_iter().flatten();
    kind.ends_with("ConditionalCheckFailedException")
        || reasons.into_iter().any(|reason| reason["Code"] == "ConditionalCheckFailed")
}

/// A table may be named by its ARN.
fn table_name(request: &Value) -> Option<&str> {
    request["TableName"].as_str()?.rsplit('/').next()
}

/// The key of a request's item, in plain JSON.
fn key(table: &str, request: &Value, tables: &Tables) -> Value {
    if request["Key"].is_object() {
        return plain_members(&request["Key"]);
    }
    let Some(item) = request["Item"].as_object() else { return Value::Null };
    let key = tables.get(table).into_iter().flatten().filter_map(|name| Some((name.clone(), plain(item.get(name)?))));
    Value::Object(key.collect())
}

/// Attributes without their types.
pub(crate) fn plain_members(attributes: &Value) -> Value {
    let members = attributes.as_object().into_iter().flatten();
    Value::Object(members.map(|(name, value)| (name.clone(), plain(value))).collect())
}

/// An attribute's value without its type.
fn plain(value: &Value) -> Value {
    let typed = value.as_object().and_then(|typed| typed.iter().next());
    typed.map_or(Value::Null, |(_, value)| value.clone())
}

/// An expression with its names and values filled in.
fn with_values(expression: &Value, request: &Value) -> Value {
    let Some(expression) = expression.as_str() else { return Value::Null };
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut filled = String::new();
    let mut rest = expression;
    while let Some(at) = rest.find([':', '#']) {
        filled.push_str(&rest[..at]);
        let end = rest[at + 1..].find(|c| !is_part(c)).map_or(rest.len(), |end| at + 1 + end);
        let placeholder = &rest[at..end];
        let value = plain(&request["ExpressionAttributeValues"][placeholder]);
        match request["ExpressionAttributeNames"][placeholder].as_str() {
            Some(name) => filled.push_str(name),
            None if value.is_null() => filled.push_str(placeholder),
            None => filled.push_str(&value.to_string()),
        }
        rest = &rest[end..];
    }
    (filled + rest).into()
}

fn transacted(item: &Value, tables: &Tables) -> Option<Value> {
    let (action, request) = item.as_object()?.iter().next()?;
    let table = table_name(request)?;
    let mut shown = json!({"action": action, "table": table, "key": key(table, request, tables)});
    if !request["ConditionExpression"].is_null() {
        shown["condition"] = request["ConditionExpression"].clone();
    }
    Some(shown)
}

fn count(requests: &Value) -> usize {
    requests.as_array().or_else(|| requests["Keys"].as_array()).map_or(0, Vec::len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_told_by_its_name_however_it_is_asked_for() {
        let arn = json!({"SecretId": "arn:aws:secretsmanager:us-east-1:000000000000:secret:Key-000000"});
        let subject = |request: &Value, response: &Value| secret("GetSecretValue", request, response).subject.unwrap();
        assert_eq!(subject(&arn, &json!({"Name": "Key"})), "Key");
        assert_eq!(subject(&arn, &json!({"__type": "ResourceNotFoundException"})), "Key-000000");
        assert_eq!(subject(&json!({"SecretId": "Key"}), &Value::Null), "Key");
    }
}
