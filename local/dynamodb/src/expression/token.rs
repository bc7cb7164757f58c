//! The words and signs of an expression.

/// A word or a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A keyword, a function, an attribute's name, a placeholder of one (`#name`) or an index.
    Word(&'a str),
    /// A placeholder of a value (`:value`).
    Value(&'a str),
    /// A bracket, an operator, a dot or a comma.
    Sign(&'a str),
}

/// Of two signs that begin alike, the longer comes first.
const SIGNS: [&str; 14] = ["<>", "<=", ">=", "<", ">", "=", "(", ")", "[", "]", ".", ",", "+", "-"];

/// `None` if there is a character that no expression has.
pub(super) fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
    let mut rest = text.trim_ascii_start();
    let mut tokens = Vec::new();
    while let Some(first) = rest.chars().next() {
        let (token, length) = if matches!(first, '#' | ':') || name(first) {
            let length = 1 + rest[1..].find(|character| !name(character)).unwrap_or(rest.len() - 1);
            let word = &rest[..length];
            (if first == ':' { Token::Value(word) } else { Token::Word(word) }, length)
        } else {
            let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign))?;
            (Token::Sign(sign), sign.len())
        };
        tokens.push(token);
        rest = rest[length..].trim_ascii_start();
    }
    Some(tokens)
}

fn name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// Whether the token is this keyword. Keywords are in any case.
pub(super) fn is_keyword(token: Token<'_>, keyword: &str) -> bool {
    matches!(token, Token::Word(word) if word.eq_ignore_ascii_case(keyword))
}
