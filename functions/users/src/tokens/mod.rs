//! Tokens: made for a session, and held against it.

mod issuer;
mod verifier;

pub(crate) use issuer::{TokenIssuer, Tokens, client_of};
pub(crate) use verifier::{TokenVerifier, Verified};
