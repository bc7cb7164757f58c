//! Where requests have expressions.

use std::borrow::Cow;

use dynoxide::actions::batch_get_item::BatchGetItemRequest;
use dynoxide::actions::batch_write_item::BatchWriteItemRequest;
use dynoxide::actions::delete_item::DeleteItemRequest;
use dynoxide::actions::get_item::GetItemRequest;
use dynoxide::actions::put_item::PutItemRequest;
use dynoxide::actions::query::QueryRequest;
use dynoxide::actions::scan::ScanRequest;
use dynoxide::actions::transact_get_items::TransactGetItemsRequest;
use dynoxide::actions::transact_write_items::{TransactWriteItem, TransactWriteItemsRequest};
use dynoxide::actions::update_item::UpdateItemRequest;
use serde::Deserialize;

use super::{Expression, Names, Parameter, Values};

/// A request that may have conditions, filters or updates.
pub(crate) trait Expressions {
    /// Those it has.
    fn expressions(&self) -> Vec<Expression<'_>> {
        Vec::new()
    }
}

impl Expressions for BatchWriteItemRequest {}

impl Expressions for GetItemRequest {
    fn expressions(&self) -> Vec<Expression<'_>> {
        let projection = (Parameter::Projection, self.projection_expression.as_deref());
        given(self.expression_attribute_names.as_ref(), None, [projection])
    }
}

impl Expressions for BatchGetItemRequest {
    fn expressions(&self) -> Vec<Expression<'_>> {
        let projections = self.request_items.values().flat_map(|get| {
            let projection = (Parameter::Projection, get.projection_expression.as_deref());
            given(get.expression_attribute_names.as_ref(), None, [projection])
        });
        projections.collect()
    }
}

impl Expressions for TransactGetItemsRequest {
    fn expressions(&self) -> Vec<Expression<'_>> {
        let projections = self.transact_items.iter().flat_map(|action| {
            let projection = (Parameter::Projection, action.get.projection_expression.as_deref());
            given(action.get.expression_attribute_names.as_ref(), None, [projection])
        });
        projections.collect()
    }
}

impl Expressions for PutItemRequest {
    fn expressions(&self) -> Vec<Expression<'_>> {
        given(
            self.expression_attribute_names.as_ref(),
            self.expression_attribute_values.as_ref(),
            [(Parameter::Condition, self.condition_expression.as_deref())],
        )
    }
}

impl Expressions for DeleteItemRequest {
    fn expressions(&self) -> Vec<Expression<'_>> {
        // dynoxide reads them when it makes the call, and refuses what are no values.
        let values = self.expression_attribute_values_raw.as_ref().and_then(|raw| Values::deserialize(raw).ok());
        let condition = self.condition_expression.as_deref().map(|text| Expression {
            parameter: Parameter::Condition,
            text,
            names: self.expression_attribute_names.as_ref(),
            values: values.map(Cow::Owned),
        });
        condition.into_iter().collect()
    }
}

impl Expressions for UpdateItemRequest {
    fn expressions(&self) -> Vec<Expression<'_>> {
        let condition = (Parameter::Condition, self.condition_expression.as_deref());
        let update = (Parameter::Update, self.update_expression.as_deref());
        given(self.expression_attribute_names.as_ref(), self.expression_attribute_values.as_ref(), [update, condition])
    }
}

impl Expressions for QueryRequest {
    fn expressions(&self) -> Vec<Expression<'_>> {
        let filter = (Parameter::Filter, self.filter_expression.as_deref());
        let key_condition = (Parameter::KeyCondition, self.key_condition_expression.as_deref());
        given(
            self.expression_attribute_names.as_ref(),
            self.expression_attribute_values.as_ref(),
            [filter, key_condition, (Parameter::Projection, self.projection_expression.as_deref())],
        )
    }
}

impl Expressions for ScanRequest {
    fn expressions(&self) -> Vec<Expression<'_>> {
        given(
            self.expression_attribute_names.as_ref(),
            self.expression_attribute_values.as_ref(),
            [
                (Parameter::Filter, self.filter_expression.as_deref()),
                (Parameter::Projection, self.projection_expression.as_deref()),
            ],
        )
    }
}

impl Expressions for TransactWriteItemsRequest {
    fn expressions(&self) -> Vec<Expression<'_>> {
        self.transact_items.iter().flat_map(action).collect()
    }
}

fn action(item: &TransactWriteItem) -> Vec<Expression<'_>> {
    let mut expressions = Vec::new();
    if let Some(put) = &item.put {
        let condition = (Parameter::Condition, put.condition_expression.as_deref());
        expressions.extend(given(
            put.expression_attribute_names.as_ref(),
            put.expression_attribute_values.as_ref(),
            [condition],
        ));
    }
    if let Some(update) = &item.update {
        let condition = (Parameter::Condition, update.condition_expression.as_deref());
        let update_expression = (Parameter::Update, Some(update.update_expression.as_str()));
        expressions.extend(given(
            update.expression_attribute_names.as_ref(),
            update.expression_attribute_values.as_ref(),
            [update_expression, condition],
        ));
    }
    if let Some(delete) = &item.delete {
        let condition = (Parameter::Condition, delete.condition_expression.as_deref());
        expressions.extend(given(
            delete.expression_attribute_names.as_ref(),
            delete.expression_attribute_values.as_ref(),
            [condition],
        ));
    }
    if let Some(check) = &item.condition_check {
        let condition = (Parameter::Condition, Some(check.condition_expression.as_str()));
        expressions.extend(given(
            check.expression_attribute_names.as_ref(),
            check.expression_attribute_values.as_ref(),
            [condition],
        ));
    }
    expressions
}

fn given<'a, const N: usize>(
    names: Option<&'a Names>,
    values: Option<&'a Values>,
    expressions: [(Parameter, Option<&'a str>); N],
) -> Vec<Expression<'a>> {
    let given = |(parameter, text): (Parameter, Option<&'a str>)| {
        Some(Expression { parameter, text: text?, names, values: values.map(Cow::Borrowed) })
    };
    expressions.into_iter().filter_map(given).collect()
}
