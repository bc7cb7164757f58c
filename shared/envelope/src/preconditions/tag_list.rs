//! The value of `If-Match` and `If-None-Match`: `*`, or a list of entity tags.

use crate::EntityTag;

/// What a precondition compares the current tag with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TagList {
    /// `*`: any version.
    Any,
    /// These versions; none if the list is empty.
    OneOf(Vec<ListedTag>),
}

/// A tag that a client sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ListedTag {
    /// Whether it is marked as weak (`W/"…"`).
    pub is_weak: bool,
    /// The tag without its quotes.
    pub opaque: String,
}

/// The value is neither `*` nor a list of entity tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

impl TagList {
    /// Reads the lines of a field, which together are one list (RFC 9110, section 5.3). `None` if there are none.
    pub fn read<'a>(lines: impl Iterator<Item = &'a str>) -> Option<Result<Self, Malformed>> {
        let lines: Vec<&str> = lines.collect();
        if lines.is_empty() {
            return None;
        }
        if let [line] = lines[..]
            && trimmed(line) == "*"
        {
            return Some(Ok(Self::Any));
        }
        let mut tags = Vec::new();
        let read = lines.into_iter().try_for_each(|line| read_line(line, &mut tags));
        Some(read.map(|()| Self::OneOf(tags)))
    }

    /// Whether it has this tag, weak or not (the weak comparison of RFC 9110, section 8.8.3.2).
    pub fn has_weakly(&self, current: &EntityTag) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(tags) => tags.iter().any(|tag| tag.opaque == current.as_str()),
        }
    }
}

/// Reads one line of a list. Elements may be empty (RFC 9110, section 5.6.1.2).
fn read_line(line: &str, tags: &mut Vec<ListedTag>) -> Result<(), Malformed> {
    let mut rest = trimmed(line);
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(',') {
            rest = after.trim_start_matches([' ', '\t']);
            continue;
        }
        let (is_weak, quoted) = rest.strip_prefix("W/").map_or((false, rest), |quoted| (true, quoted));
        let (opaque, after) = quoted.strip_prefix('"').and_then(|text| text.split_once('"')).ok_or(Malformed)?;
        if !opaque.chars().all(is_in_a_tag) {
            return Err(Malformed);
        }
        tags.push(ListedTag { is_weak, opaque: opaque.to_owned() });
        rest = after.trim_start_matches([' ', '\t']);
        if !rest.is_empty() && !rest.starts_with(',') {
            return Err(Malformed);
        }
    }
    Ok(())
}

fn trimmed(line: &str) -> &str {
    line.trim_matches([' ', '\t'])
}

/// `etagc` of RFC 9110, section 8.8.3, whose quotation mark ended the tag before.
fn is_in_a_tag(character: char) -> bool {
    character > ' ' && character != '\u{7f}'
}

#[cfg(test)]
mod tests {
    use local_fuzz_inputs::{cases, spoiled};
    use proptest::prelude::*;

    use super::*;

    fn read(lines: &[&str]) -> Result<TagList, Malformed> {
        TagList::read(lines.iter().copied()).unwrap()
    }

    fn tags(tags: &[(bool, &str)]) -> Result<TagList, Malformed> {
        Ok(TagList::OneOf(
            tags.iter().map(|&(is_weak, opaque)| ListedTag { is_weak, opaque: opaque.to_owned() }).collect(),
        ))
    }

    #[test]
    fn a_list_of_tags_is_read_over_all_its_lines() {
        assert_eq!(TagList::read([].into_iter()), None);
        for (lines, expected) in [
            (&[" * "][..], Ok(TagList::Any)),
            (&["\"a\""], tags(&[(false, "a")])),
            (&["W/\"a\""], tags(&[(true, "a")])),
            (&["\"a,b\" ,\t\"\",, W/\"é\""], tags(&[(false, "a,b"), (false, ""), (true, "é")])),
            (&["\"a\"", "\"b\",\"c\""], tags(&[(false, "a"), (false, "b"), (false, "c")])),
            (&[""], tags(&[])),
            (&[" , ,"], tags(&[])),
        ] {
            assert_eq!(read(lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn what_is_no_list_of_tags_is_malformed() {
        for lines in [
            &["a"][..],
            &["\"a"],
            &["a\""],
            &["\"a\"\"b\""],
            &["\"a\" \"b\""],
            &["\"a\";\"b\""],
            &["w/\"a\""],
            &["W/ \"a\""],
            &["W/"],
            &["\"a b\""],
            &["\"a\u{7f}\""],
            &["\"a\", *"],
            &["*", "*"],
            &["*", "\"a\""],
        ] {
            assert_eq!(read(lines), Err(Malformed), "{lines:?}");
        }
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn any_text_is_a_list_or_malformed(text in spoiled(&["\"a\", W/\"b\"", "*", "\"3.17\""])) {
            if let Ok(TagList::OneOf(tags)) = read(&[&text]) {
                for ListedTag { opaque, .. } in tags {
                    prop_assert!(text.contains(&format!("\"{opaque}\"")), "{text}");
                }
            }
        }
    }
}
