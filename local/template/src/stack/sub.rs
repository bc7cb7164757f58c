//! The text of `Fn::Sub`: literal parts and `${…}`. CloudFormation: "Fn::Sub".

/// A piece of the text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    Literal(&'a str),
    /// `${Name}` or `${Name.Attribute}`.
    Variable(&'a str),
    /// `${!Name}`, which stands for the text `${Name}`.
    Escaped(&'a str),
}

/// Takes the text apart; `None` if a `${` is not closed.
pub(crate) fn parts(mut text: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    while let Some((before, rest)) = text.split_once("${") {
        let (name, after) = rest.split_once('}')?;
        if !before.is_empty() {
            parts.push(Part::Literal(before));
        }
        parts.push(name.strip_prefix('!').map_or(Part::Variable(name), Part::Escaped));
        text = after;
    }
    if !text.is_empty() {
        parts.push(Part::Literal(text));
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_literals_and_escapes_are_told_apart() {
        let expected =
            [Part::Literal("a-"), Part::Variable("B.Arn"), Part::Escaped("stage"), Part::Literal("/c$d")].into();
        assert_eq!(parts("a-${B.Arn}${!stage}/c$d"), Some(expected));
    }

    #[test]
    fn an_unclosed_variable_is_no_text() {
        assert_eq!(parts("a-${B"), None);
    }
}
