//! Commands for a stack that runs: they call its Invoke API as any AWS client would.

use serde_json::{Value, json};

use crate::console;
use crate::error::Error;

/// The function's logical id in the template.
pub const GRANT_ROLE: &str = "GrantRoleFunction";

/// A client for this machine: whatever proxy there is for others is not asked.
pub fn http() -> reqwest::Client {
    // Fails only where TLS can't be set up, and there is none.
    reqwest::Client::builder().no_proxy().build().unwrap_or_default()
}

/// Makes a registered user an admin, or a customer again.
pub async fn grant_role(email: &str, role: &str, port: u16) -> Result<(), Error> {
    let payload = json!({"email": email, "role": role});
    invoke(port, GRANT_ROLE, &payload).await?;
    console::say(&format!("{email} is {role} from the next login on"));
    Ok(())
}

async fn invoke(port: u16, function: &str, payload: &Value) -> Result<Value, Error> {
    // The stack wants to see a signature, not to check it: only this machine reaches it.
    let signature = "AWS4-HMAC-SHA256 Credential=operator/20260101/us-east-1/lambda/aws4_request, Signature=none";
    let response = http()
        .post(format!("http://127.0.0.1:{port}/2015-03-31/functions/{function}/invocations"))
        .header("Authorization", signature)
        .json(payload)
        .send()
        .await
        .map_err(|_| Error::NoStack(port))?;
    let failed = !response.status().is_success() || response.headers().contains_key("x-amz-function-error");
    let answer: Value = response.json().await.map_err(|_| Error::NoStack(port))?;
    if failed {
        let message = answer.get("errorMessage").or_else(|| answer.get("Message")).or_else(|| answer.get("message"));
        let message = message.and_then(Value::as_str).map_or_else(|| answer.to_string(), str::to_owned);
        return Err(Error::Refused(message));
    }
    Ok(answer)
}
