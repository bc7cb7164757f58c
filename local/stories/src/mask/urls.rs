//! Hiding the user and the password in a URL.

use std::borrow::Cow;

use super::HIDDEN;

/// The text without its URLs' credentials. They go on to the last `@` of the URL, as a password may have `@` and `/` in it.
pub(super) fn masked(text: &str) -> Cow<'_, str> {
    let mut shown = String::new();
    let mut done = 0;
    // The end of the URL that was looked at last, and its last `@`. It may have other URLs in it.
    let (mut end, mut last) = (0, None);
    for (at, sign) in text.match_indices("://") {
        let start = at + sign.len();
        if start < done {
            continue;
        }
        if start > end {
            let ends = |c: char| c.is_whitespace() || "\"'<>".contains(c);
            end = text[start..].find(ends).map_or(text.len(), |length| start + length);
            last = text[start..end].rfind('@').map(|at| start + at);
        }
        if let Some(last) = last.filter(|last| *last > start)
            && has_password(&text[start..last])
        {
            shown.push_str(&text[done..start]);
            shown.push_str(HIDDEN);
            done = last;
        }
    }
    if done == 0 { Cow::Borrowed(text) } else { Cow::Owned(shown + &text[done..]) }
}

/// Whether what stands before an `@` is `USER:PASSWORD`, and no host with its port and a path.
fn has_password(text: &str) -> bool {
    let Some(colon) = text.find(['/', ':', '@', '?', '#', '[']).filter(|at| text[*at..].starts_with(':')) else {
        return false;
    };
    let password = &text[colon + 1..];
    !password.is_empty() && !password.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(['/', '?', '#'])
}
