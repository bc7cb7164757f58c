//! The input of `SendEmail`. Amazon SES API v2 Reference: "SendEmail", "Message", "Destination".

use std::fmt;

use serde::Deserialize;

use crate::mail::{Header, Mail, bare_address};

/// Most recipients of a mail.
const MAX_RECIPIENTS: usize = 50;
/// Longest address, in characters.
const MAX_ADDRESS: usize = 320;
/// Most header fields that a request may add.
const MAX_HEADERS: usize = 15;

/// Why a request is refused (`BadRequestException`).
#[derive(Debug)]
pub(crate) struct BadRequest(String);

impl fmt::Display for BadRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    from_email_address: Option<String>,
    #[serde(default)]
    destination: Destination,
    #[serde(default)]
    reply_to_addresses: Vec<String>,
    content: Option<Content>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Destination {
    #[serde(default)]
    to_addresses: Vec<String>,
    #[serde(default)]
    cc_addresses: Vec<String>,
    #[serde(default)]
    bcc_addresses: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Content {
    simple: Option<Message>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Message {
    subject: Option<Text>,
    body: Option<Body>,
    #[serde(default)]
    headers: Vec<Header>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Body {
    text: Option<Text>,
    html: Option<Text>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Text {
    data: String,
    #[serde(default)]
    charset: Option<String>,
}

/// The mail that a request's body asks for. Its id and time are empty.
pub(crate) fn read(body: &[u8], sent_by: Option<&str>) -> Result<Mail, BadRequest> {
    let refused = |why: &str| BadRequest(why.to_owned());
    // A field of another kind of mail is refused by name. serde quotes no value of an unknown field.
    let input: Input = serde_json::from_slice(body).map_err(|error| match error.classify() {
        serde_json::error::Category::Data if error.to_string().starts_with("unknown field") => {
            BadRequest(format!("not emulated on one machine: {error}"))
        }
        _ => BadRequest(format!("the request is not a valid input of SendEmail (column {})", error.column())),
    })?;
    let simple = input.content.and_then(|content| content.simple);
    let message = simple.ok_or_else(|| refused("Missing required Content: Simple"))?;
    let from = input.from_email_address.ok_or_else(|| refused("Missing required parameter FromEmailAddress"))?;
    let Destination { to_addresses: to, cc_addresses: cc, bcc_addresses: bcc } = input.destination;
    let recipients = to.len() + cc.len() + bcc.len();
    if !(1..=MAX_RECIPIENTS).contains(&recipients) {
        return Err(refused("A message has 1 to 50 recipients."));
    }
    for address in [&from].into_iter().chain(&to).chain(&cc).chain(&bcc).chain(&input.reply_to_addresses) {
        check_address(address)?;
    }
    let subject = message.subject.ok_or_else(|| refused("Missing required parameter Subject"))?.data()?;
    let body = message.body.ok_or_else(|| refused("Missing required parameter Body"))?;
    let (text, html) = (body.text.map(Text::data).transpose()?, body.html.map(Text::data).transpose()?);
    if text.is_none() && html.is_none() {
        return Err(refused("A message's Body needs Text, Html or both."));
    }
    let headers = message.headers;
    let fits = |header: &Header| is_header_name(&header.name) && is_one_line(&header.value);
    if headers.len() > MAX_HEADERS || !is_one_line(&subject) || !headers.iter().all(fits) {
        return Err(refused("Subject and header fields are one line each, and at most 15 fields may be added."));
    }
    Ok(Mail {
        id: String::new(),
        sent_at: String::new(),
        sent_by: sent_by.map(str::to_owned),
        from,
        to,
        cc,
        bcc,
        reply_to: input.reply_to_addresses,
        subject,
        text,
        html,
        headers,
    })
}

impl Text {
    fn data(self) -> Result<String, BadRequest> {
        let charset = self.charset.as_deref().unwrap_or("us-ascii").to_ascii_lowercase();
        // Without a charset SES takes 7-bit ASCII; JSON carries UTF-8, which any other would have to be made of.
        match charset.as_str() {
            "utf-8" | "utf8" => Ok(self.data),
            "us-ascii" if self.data.is_ascii() => Ok(self.data),
            "us-ascii" => Err(BadRequest("Text that is not ASCII needs Charset: UTF-8.".to_owned())),
            _ => Err(BadRequest("not emulated on one machine: a Charset other than UTF-8".to_owned())),
        }
    }
}

/// SES has no SMTPUTF8: a local part is 7-bit ASCII, and a domain is written in Punycode.
fn check_address(address: &str) -> Result<(), BadRequest> {
    let bare = bare_address(address);
    let parts = bare.rsplit_once('@').filter(|(local, domain)| !local.is_empty() && !domain.is_empty());
    let is_plain = bare.chars().all(|c| c.is_ascii_graphic());
    if parts.is_some() && is_plain && is_one_line(address) && address.chars().count() <= MAX_ADDRESS {
        return Ok(());
    }
    Err(BadRequest("Missing or illegal address: local parts are 7-bit ASCII, domains Punycode.".to_owned()))
}

fn is_header_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':')
}

fn is_one_line(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests;
