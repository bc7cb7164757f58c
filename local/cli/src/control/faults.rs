//! Faults on and off.

use serde_json::Value;

use super::Failure;
use crate::stack::Stack;

/// Makes some of the next calls of tables fail.
pub fn fail_tables(stack: &Stack, fault: local_dynamodb::Fault) -> Result<Value, Failure> {
    stack.dynamodb.faults().inject(fault);
    Ok(Value::Null)
}

/// Removes the faults of tables that have not happened yet.
pub fn clear_tables(stack: &Stack) -> Result<Value, Failure> {
    stack.dynamodb.faults().clear();
    Ok(Value::Null)
}

/// Makes some of the next mails fail.
pub fn fail_mails(stack: &Stack, fault: local_ses::Fault) -> Result<Value, Failure> {
    stack.ses.faults().inject(fault);
    Ok(Value::Null)
}

/// Removes the faults of mails that have not happened yet.
pub fn clear_mails(stack: &Stack) -> Result<Value, Failure> {
    stack.ses.faults().clear();
    Ok(Value::Null)
}
