use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use local_testing::{Fault, FaultKind, Tables};
use serde_json::{Value, json};
use uuid::Uuid;

use super::claims::CLAIM_SECONDS;
use super::*;
use crate::domain::mail::Mail;
use crate::domain::mail_token::MailToken;
use crate::domain::password_hash::PasswordHash;
use crate::domain::source::Source;
use crate::store::{PasswordResets, Users};

const NOW: u64 = 1_800_000_000;
const TIME: Duration = Duration::from_secs(5);
const ADDRESS: &str = "ada@example.com";

struct Fixture {
    tables: Tables,
    mails: Mails,
    ada: Recipient,
}

impl Fixture {
    async fn new() -> Self {
        let tables = Tables::of_template().await;
        let mails = Mails::new(tables.client(), "MailsTable", "UsersTable");
        let fixture = Self { ada: register(&mails, ADDRESS).await, mails, tables };
        assert_eq!(fixture.ada.session_generation, 0);
        fixture
    }

    fn token(&self) -> MailToken {
        MailToken::new(self.ada.id.parse().unwrap(), Uuid::now_v7()).unwrap()
    }

    /// Claims a mail with this token at `now`.
    async fn claim(&self, token: &MailToken, mail: &Mail, now: u64) -> Claim {
        let id = token.mail_id.to_string();
        let token = mail.token_seconds().map(|seconds| (token, seconds));
        let new = NewMail { id: &id, kind: mail.kind(), recipient: &self.ada, token };
        self.mails.claim(&new, now).await.unwrap()
    }

    async fn mark_sent(&self, token: &MailToken, claim: Claim, now: u64) {
        let Claim::Claimed(claimed) = claim else { panic!("{claim:?}") };
        let id = token.mail_id.to_string();
        let new = NewMail { id: &id, kind: "", recipient: &self.ada, token: None };
        self.mails.mark_sent(&new, &claimed, now).await.unwrap();
    }

    /// A token that was sent for a password reset at `now`.
    async fn reset_token(&self, now: u64) -> MailToken {
        let token = self.token();
        let claim = self.claim(&token, &Mail::PasswordReset, now).await;
        self.mark_sent(&token, claim, now).await;
        token
    }

    async fn reset(&self, token: &MailToken, password: &str, now: u64) -> bool {
        let Some(valid) = self.mails.token(token, &Mail::PasswordReset, now).await.unwrap() else { return false };
        let resets = PasswordResets { mails: self.mails.clone(), known_sources: "KnownSourcesTable".to_owned() };
        let source = Source::of("192.0.2.1");
        let users = Users::new(self.tables.client(), "UsersTable");
        let user = users.find_by_id(&self.ada.id).await.unwrap().unwrap();
        resets.confirm(token, &user, &hash(password), &valid, &source, TIME).await.unwrap()
    }

    async fn user(&self) -> Value {
        let get = self.mails.client.get_item().table_name("UsersTable").key("email", string(ADDRESS));
        serde_dynamo::from_item(get.send().await.unwrap().item.unwrap()).unwrap()
    }

    async fn items(&self) -> Vec<Value> {
        let scan = self.mails.client.scan().table_name("MailsTable").send().await.unwrap();
        scan.items.unwrap_or_default().into_iter().map(|item| serde_dynamo::from_item(item).unwrap()).collect()
    }
}

fn hash(text: &str) -> PasswordHash {
    serde_json::from_value(json!(text)).unwrap()
}

/// Puts a user's item as the first version wrote it.
async fn register(mails: &Mails, email: &str) -> Recipient {
    let item = json!({
        "id": Uuid::now_v7().to_string(), "email": email, "name": "Ada", "role": "customer", "listing": "user",
        "createdAt": "2026-01-31T12:00:00.000Z", "passwordHash": "old",
    });
    let item = serde_dynamo::to_item(item).unwrap();
    mails.client.put_item().table_name("UsersTable").set_item(Some(item)).send().await.unwrap();
    mails.recipient(email).await.unwrap().unwrap()
}

fn claimed(now: u64) -> Claim {
    Claim::Claimed(Claimed { until: now + CLAIM_SECONDS })
}

#[tokio::test]
async fn of_deliveries_of_an_event_at_once_one_sends() {
    let fixture = Fixture::new().await;
    let token = fixture.token();
    let claims = join_all((0..8).map(|_| fixture.claim(&token, &Mail::VerifyEmail, NOW))).await;
    assert_eq!(claims.iter().filter(|claim| matches!(claim, Claim::Claimed(_))).count(), 1, "{claims:?}");
    assert_eq!(claims.iter().filter(|claim| **claim == Claim::InProgress).count(), 7, "{claims:?}");
}

#[tokio::test]
async fn a_mail_that_was_sent_is_not_sent_again_however_late_its_event_comes() {
    let fixture = Fixture::new().await;
    let token = fixture.token();
    let claim = fixture.claim(&token, &Mail::VerifyEmail, NOW).await;
    fixture.mark_sent(&token, claim, NOW).await;
    for later in [0, CLAIM_SECONDS, 14 * 24 * 60 * 60] {
        assert_eq!(fixture.claim(&token, &Mail::VerifyEmail, NOW + later).await, Claim::Sent);
    }
}

#[tokio::test]
async fn a_mail_whose_sender_died_is_sent_by_another_with_another_token() {
    let fixture = Fixture::new().await;
    let dead = fixture.token();
    assert_eq!(fixture.claim(&dead, &Mail::PasswordReset, NOW).await, claimed(NOW));
    let next = MailToken::new(dead.user_id, dead.mail_id).unwrap();
    let late = NOW + CLAIM_SECONDS;
    assert_eq!(fixture.claim(&next, &Mail::PasswordReset, late - 1).await, Claim::InProgress);
    let claims = join_all((0..4).map(|_| fixture.claim(&next, &Mail::PasswordReset, late))).await;
    assert_eq!(claims.iter().filter(|claim| **claim == claimed(late)).count(), 1, "{claims:?}");
    // The one that was thought dead awakes: its mark does not count for the other's mail.
    fixture.mark_sent(&next, claimed(NOW), late).await;
    assert_eq!(fixture.claim(&next, &Mail::PasswordReset, late + 1).await, Claim::InProgress);
    assert!(!fixture.reset(&dead, "new", late).await);
    assert!(fixture.reset(&next, "new", late).await);
}

#[tokio::test]
async fn an_address_gets_three_mails_of_a_kind_an_hour_also_at_once() {
    let fixture = Fixture::new().await;
    let tokens: Vec<_> = (0..8).map(|_| fixture.token()).collect();
    let claims = join_all(tokens.iter().map(|token| fixture.claim(token, &Mail::VerifyEmail, NOW))).await;
    assert_eq!(claims.iter().filter(|claim| matches!(claim, Claim::Claimed(_))).count(), 3, "{claims:?}");
    assert_eq!(claims.iter().filter(|claim| **claim == Claim::LimitReached).count(), 5, "{claims:?}");
    assert_eq!(fixture.claim(&fixture.token(), &Mail::VerifyEmail, NOW + 3_599).await, Claim::LimitReached);
    assert_eq!(fixture.claim(&fixture.token(), &Mail::PasswordReset, NOW).await, claimed(NOW));
    assert_eq!(fixture.claim(&fixture.token(), &Mail::VerifyEmail, NOW + 3_600).await, claimed(NOW + 3_600));
}

#[tokio::test]
async fn of_three_reset_mails_the_last_is_for_the_second_half_of_the_hour() {
    let fixture = Fixture::new().await;
    let tokens: Vec<_> = (0..8).map(|_| fixture.token()).collect();
    let claims = join_all(tokens.iter().map(|token| fixture.claim(token, &Mail::PasswordReset, NOW))).await;
    assert_eq!(claims.iter().filter(|claim| matches!(claim, Claim::Claimed(_))).count(), 2, "{claims:?}");
    for (later, expected) in [(1_799, false), (1_800, true), (3_599, false), (3_600, true)] {
        let claim = fixture.claim(&fixture.token(), &Mail::PasswordReset, NOW + later).await;
        assert_eq!(matches!(claim, Claim::Claimed(_)), expected, "{later}: {claim:?}");
    }
}

#[tokio::test]
async fn a_claim_that_ended_by_itself_counts_and_one_that_was_given_back_does_not() {
    let fixture = Fixture::new().await;
    let (token, mail) = (fixture.token(), Mail::VerifyEmail);
    let given_back = async |now| {
        let Claim::Claimed(claimed) = fixture.claim(&token, &mail, now).await else { panic!("{now}") };
        let id = token.mail_id.to_string();
        let new = NewMail { id: &id, kind: "", recipient: &fixture.ada, token: None };
        fixture.mails.release(&new, &claimed).await.unwrap();
    };
    for now in NOW..NOW + 5 {
        given_back(now).await;
    }
    // Three times the answer is lost, once after it was taken over from one that gave it back.
    for number in 0..3 {
        let now = NOW + 10 + number * CLAIM_SECONDS;
        assert_eq!(fixture.claim(&token, &mail, now).await, claimed(now));
    }
    let late = NOW + 10 + 3 * CLAIM_SECONDS;
    assert_eq!(fixture.claim(&token, &mail, late).await, Claim::LimitReached);
    assert_eq!(fixture.claim(&fixture.token(), &mail, late).await, Claim::LimitReached);
    assert_eq!(fixture.claim(&fixture.token(), &mail, NOW + 3_610).await, claimed(NOW + 3_610));
}

/// Mails that wait for SES for hours go out when it takes them again, and no more than three of them in an hour.
#[tokio::test]
async fn mails_that_were_given_back_hours_ago_count_when_they_are_sent() {
    let fixture = Fixture::new().await;
    let (tokens, later) = ([fixture.token(), fixture.token(), fixture.token()], NOW + 7_200);
    for token in &tokens {
        let Claim::Claimed(claimed) = fixture.claim(token, &Mail::VerifyEmail, NOW).await else { panic!() };
        let id = token.mail_id.to_string();
        let new = NewMail { id: &id, kind: "", recipient: &fixture.ada, token: None };
        fixture.mails.release(&new, &claimed).await.unwrap();
    }
    for token in [&fixture.token(), &tokens[0], &tokens[1]] {
        assert_eq!(fixture.claim(token, &Mail::VerifyEmail, later).await, claimed(later));
    }
    assert_eq!(fixture.claim(&tokens[2], &Mail::VerifyEmail, later).await, Claim::LimitReached);
}

#[tokio::test]
async fn a_claim_is_not_taken_over_for_a_user_who_is_gone() {
    let fixture = Fixture::new().await;
    let token = fixture.token();
    assert_eq!(fixture.claim(&token, &Mail::VerifyEmail, NOW).await, claimed(NOW));
    register(&fixture.mails, ADDRESS).await;
    assert_eq!(fixture.claim(&token, &Mail::VerifyEmail, NOW + CLAIM_SECONDS).await, Claim::UserGone);
}

#[tokio::test]
async fn an_address_that_was_registered_anew_has_no_new_limit() {
    let mut fixture = Fixture::new().await;
    for _ in 0..3 {
        assert_eq!(fixture.claim(&fixture.token(), &Mail::VerifyEmail, NOW).await, claimed(NOW));
    }
    fixture.ada = register(&fixture.mails, ADDRESS).await;
    assert_eq!(fixture.claim(&fixture.token(), &Mail::VerifyEmail, NOW).await, Claim::LimitReached);
}

#[tokio::test]
async fn nothing_is_kept_of_a_user_who_is_gone() {
    let fixture = Fixture::new().await;
    register(&fixture.mails, ADDRESS).await;
    assert_eq!(fixture.claim(&fixture.token(), &Mail::VerifyEmail, NOW).await, Claim::UserGone);
    assert_eq!(fixture.items().await, Vec::<Value>::new());
}

#[tokio::test]
async fn neither_a_token_nor_an_address_is_kept() {
    let fixture = Fixture::new().await;
    let token = fixture.reset_token(NOW).await;
    let kept = json!(fixture.items().await).to_string();
    assert!(kept.contains(token.hash().as_str()) && kept.contains(&fixture.ada.id));
    assert!(!kept.contains(&token.text()) && !kept.contains(&token.text()[43..]) && !kept.contains("ada@"), "{kept}");
}

#[tokio::test]
async fn a_reset_sets_the_password_ends_all_sessions_and_verifies_the_address() {
    let fixture = Fixture::new().await;
    let token = fixture.reset_token(NOW).await;
    assert!(fixture.reset(&token, "new", NOW).await);
    let user = fixture.user().await;
    let changed = (&user["passwordHash"], &user["sessionGeneration"], &user["emailVerified"], user.get("keptSession"));
    assert_eq!(changed, (&json!("new"), &json!(1), &json!(true), None));
    let known = fixture.mails.client.scan().table_name("KnownSourcesTable").send().await.unwrap();
    assert_eq!((known.items().len(), &known.items()[0]["source"]), (1, &string("192.0.2.1")));
}

#[tokio::test]
async fn a_reset_takes_back_what_was_asked_for_before_the_address_was_verified() {
    let fixture = Fixture::new().await;
    let client = fixture.tables.client();
    let ask = async || {
        let update = client.update_item().table_name("UsersTable").key("email", string(ADDRESS));
        let asked = AttributeValue::M([("orders".to_owned(), AttributeValue::Bool(true))].into());
        let update = update.update_expression("SET mail = :mail").expression_attribute_values(":mail", asked);
        update.send().await.unwrap();
    };
    ask().await;
    assert!(fixture.reset(&fixture.reset_token(NOW).await, "new", NOW).await);
    assert_eq!(fixture.user().await.get("mail"), None);
    // By now it is verified.
    let fixture = Fixture { ada: fixture.mails.recipient(ADDRESS).await.unwrap().unwrap(), ..fixture };
    ask().await;
    assert!(fixture.reset(&fixture.reset_token(NOW).await, "newer", NOW).await);
    assert_eq!(fixture.user().await["mail"], json!({"orders": true}));
}

#[tokio::test]
async fn a_token_resets_a_password_once_however_many_use_it_at_once() {
    let fixture = Fixture::new().await;
    let token = fixture.reset_token(NOW).await;
    let passwords: Vec<String> = (0..8).map(|number| format!("new {number}")).collect();
    let outcomes = join_all(passwords.iter().map(|password| fixture.reset(&token, password, NOW))).await;
    let done: BTreeMap<&String, bool> = passwords.iter().zip(outcomes).filter(|(_, done)| *done).collect();
    assert_eq!(done.len(), 1);
    let user = fixture.user().await;
    assert_eq!((&user["passwordHash"], &user["sessionGeneration"]), (&json!(done.keys().next().unwrap()), &json!(1)));
    assert!(!fixture.reset(&token, "again", NOW).await);
}

#[tokio::test]
async fn of_tokens_used_at_once_one_counts_and_it_voids_the_others() {
    let fixture = Fixture::new().await;
    let tokens = [fixture.reset_token(NOW).await, fixture.reset_token(NOW).await];
    let outcomes = join_all(tokens.iter().map(|token| fixture.reset(token, "new", NOW))).await;
    assert_eq!(outcomes.iter().filter(|done| **done).count(), 1, "{outcomes:?}");
    for token in &tokens {
        assert!(!fixture.reset(token, "again", NOW).await);
    }
}

#[tokio::test]
async fn a_reset_whose_answer_was_lost_is_done_once() {
    let fixture = Fixture::new().await;
    let token = fixture.reset_token(NOW).await;
    let lost = Fault { operation: Some("TransactWriteItems".to_owned()), ..Fault::next(FaultKind::AnswerLost) };
    fixture.tables.dynamodb().faults().inject(lost);
    assert!(fixture.reset(&token, "new", NOW).await);
    assert_eq!(fixture.user().await["sessionGeneration"], 1);
}

#[tokio::test]
async fn a_token_that_is_old_forged_or_of_another_kind_does_nothing() {
    let fixture = Fixture::new().await;
    let token = fixture.reset_token(NOW).await;
    let forged = MailToken::new(token.user_id, token.mail_id).unwrap();
    let elsewhere = MailToken::new(Uuid::now_v7(), token.mail_id).unwrap();
    let verification = fixture.token();
    fixture.claim(&verification, &Mail::VerifyEmail, NOW).await;
    for (token, now) in [(&token, NOW + 30 * 60), (&forged, NOW), (&elsewhere, NOW), (&verification, NOW)] {
        assert!(!fixture.reset(token, "new", now).await);
    }
    assert_eq!(fixture.mails.token(&token, &Mail::VerifyEmail, NOW).await.unwrap(), None);
    assert_eq!(fixture.user().await["passwordHash"], "old");
    assert!(fixture.reset(&token, "new", NOW + 30 * 60 - 1).await);
}

#[tokio::test]
async fn a_change_of_the_password_voids_every_token() {
    let fixture = Fixture::new().await;
    let (reset, other, verification) =
        (fixture.reset_token(NOW).await, fixture.reset_token(NOW).await, fixture.token());
    fixture.claim(&verification, &Mail::VerifyEmail, NOW).await;
    let valid = fixture.mails.token(&verification, &Mail::VerifyEmail, NOW).await.unwrap().unwrap();
    assert!(fixture.reset(&other, "new", NOW).await);
    assert!(!fixture.reset(&reset, "newer", NOW).await);
    assert!(!fixture.mails.verify(&fixture.ada.id, ADDRESS, &valid).await.unwrap());
}

#[tokio::test]
async fn an_address_is_verified_again_with_the_same_token_and_for_its_user_alone() {
    let fixture = Fixture::new().await;
    let token = fixture.token();
    fixture.claim(&token, &Mail::VerifyEmail, NOW).await;
    for _ in 0..2 {
        let valid = fixture.mails.token(&token, &Mail::VerifyEmail, NOW).await.unwrap().unwrap();
        assert!(fixture.mails.verify(&fixture.ada.id, ADDRESS, &valid).await.unwrap());
        assert_eq!(fixture.user().await["emailVerified"], true);
        assert!(!fixture.mails.verify(&Uuid::now_v7().to_string(), ADDRESS, &valid).await.unwrap());
        assert!(!fixture.mails.verify(&fixture.ada.id, "bob@example.com", &valid).await.unwrap());
    }
    assert!(fixture.mails.recipient("bob@example.com").await.unwrap().is_none());
}
