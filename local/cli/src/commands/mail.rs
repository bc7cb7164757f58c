//! `cargo local mail`: lists and shows the mails that functions sent.

use clap::Args;
use local_ses::Mail;

use super::running_stack::RunningStack;
use crate::error::Error;
use crate::local_time;

/// List the mails that functions sent, or show one
#[derive(Debug, Args)]
pub struct Mails {
    /// The mail to show, by its id [default: a list of all, the newest first]
    id: Option<String>,
    /// The mails to this address alone
    #[arg(long, value_name = "ADDRESS", conflicts_with = "id")]
    to: Option<String>,
    #[command(flatten)]
    stack: RunningStack,
}

impl Mails {
    /// Prints the mails.
    ///
    /// # Errors
    /// [`Error::NoStack`], [`Error::NoMail`], or [`Error::Refused`] by the stack.
    pub async fn run(self) -> Result<(), Error> {
        let Self { id, to, stack } = self;
        let mut mails: Vec<Mail> = stack.get("mails").await?;
        if let Some(id) = id {
            let mail = mails.into_iter().find(|mail| mail.id == id).ok_or(Error::NoMail(id))?;
            stack.print(&mail, || shown(&mail));
            return Ok(());
        }
        if let Some(to) = to {
            mails.retain(|mail| mail.is_to(&to));
        }
        stack.print(&mails, || list(&mails));
        Ok(())
    }
}

fn list(mails: &[Mail]) -> String {
    if mails.is_empty() {
        return "no mails".to_owned();
    }
    let line = |mail: &Mail| {
        format!("{}  {}  {}  {}", mail.id, local_time::of(&mail.sent_at), mail.to.join(", "), mail.subject)
    };
    mails.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A mail as a mail program shows it: its head, and the text. The HTML, if there is no text.
fn shown(mail: &Mail) -> String {
    let lists = [("To", &mail.to), ("Cc", &mail.cc), ("Bcc", &mail.bcc), ("Reply-To", &mail.reply_to)];
    let mut head = vec![format!("From: {}", mail.from)];
    head.extend(
        lists
            .into_iter()
            .filter(|(_, list)| !list.is_empty())
            .map(|(name, list)| format!("{name}: {}", list.join(", "))),
    );
    head.push(format!("Date: {}", mail.sent_at));
    head.push(format!("Subject: {}", mail.subject));
    head.extend(mail.headers.iter().map(|header| format!("{}: {}", header.name, header.value)));
    let body = mail.text.as_deref().or(mail.html.as_deref()).unwrap_or_default();
    format!("{}\n\n{body}", head.join("\n"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_mail_is_shown_with_its_head_and_its_text() {
        let mail = json!({
            "id": "0100", "sentAt": "2026-01-31T12:00:00.000Z", "from": "shop@example.com", "to": ["ada@example.com"],
            "subject": "Welcome", "text": "hello", "html": "<p>hello</p>",
            "headers": [{"Name": "Auto-Submitted", "Value": "auto-generated"}],
        });
        assert_eq!(
            shown(&serde_json::from_value(mail).unwrap()),
            "From: shop@example.com\nTo: ada@example.com\nDate: 2026-01-31T12:00:00.000Z\nSubject: Welcome\n\
             Auto-Submitted: auto-generated\n\nhello"
        );
    }
}
