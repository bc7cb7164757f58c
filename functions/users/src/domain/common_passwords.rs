//! The passwords that are guessed first.

/// Sorted, in lower case, one on a line: of each of two lists of leaked passwords the 3 000 most frequent that are long
/// enough to be chosen here. docs/identity.md names the lists.
const COMMON: &str = include_str!("common_passwords.txt");

/// Whether the password is a common one, in any case.
pub(super) fn is_common(password: &str) -> bool {
    let password = password.to_lowercase();
    COMMON.lines().any(|common| common == password)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::password::NewPassword;

    #[test]
    fn every_line_is_a_password_that_would_be_chosen() {
        let lines: Vec<_> = COMMON.lines().collect();
        assert!((3_000..=6_000).contains(&lines.len()) && lines.is_sorted_by(|one, next| one < next));
        for line in lines {
            assert!(line.len() >= NewPassword::MIN_CHARACTERS && *line == line.to_ascii_lowercase(), "{line}");
            assert!(line.bytes().all(|byte| byte.is_ascii_graphic()), "{line}");
        }
    }

    #[test]
    fn common_passwords_are_known_in_any_case() {
        for common in
            ["password", "PassWord1", "12345678", "qwertyuiop", "P@ssw0rd", "iloveyou", "trustno1", "11111111"]
        {
            assert!(is_common(common), "{common}");
        }
        for other in ["correct horse", "password is this", "\u{130}loveyou", ""] {
            assert!(!is_common(other), "{other}");
        }
    }
}
