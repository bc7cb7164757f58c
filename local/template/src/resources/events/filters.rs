//! Properties that DynamoDB and SQS events share. Lambda: "Control which events Lambda sends to your function".

use serde_json::Value as Json;

use crate::field::{Accepted, Field, or_default};

/// `FilterCriteria`: the patterns, parsed.
pub(super) fn filters(properties: &Field<'_>) -> Option<Vec<Json>> {
    let Some(criteria) = properties.get("FilterCriteria") else { return Some(Vec::new()) };
    criteria.only(&Accepted { emulated: &["Filters"], without_effect: &[] });
    let patterns = criteria.need("Filters")?.items()?.into_iter().map(|filter| {
        filter.only(&Accepted { emulated: &["Pattern"], without_effect: &[] });
        let pattern = filter.need("Pattern")?;
        match serde_json::from_str::<Json>(&pattern.text()?) {
            Ok(json) if json.is_object() => Some(json),
            Ok(_) => pattern.refuse("a pattern is a JSON object"),
            Err(error) => pattern.refuse(format!("is not JSON: {error}")),
        }
    });
    patterns.collect::<Vec<_>>().into_iter().collect()
}

/// `FunctionResponseTypes`: whether the function reports which items failed.
pub(super) fn report_batch_item_failures(properties: &Field<'_>) -> Option<bool> {
    let Some(types) = properties.get("FunctionResponseTypes") else { return Some(false) };
    let types: Vec<_> = types.items()?.into_iter().map(|item| item.one_of(&["ReportBatchItemFailures"])).collect();
    types.iter().all(Option::is_some).then_some(!types.is_empty())
}

/// `Enabled`, true by default.
pub(super) fn enabled(properties: &Field<'_>) -> Option<bool> {
    or_default(properties.get("Enabled"), true, |field| field.flag())
}
