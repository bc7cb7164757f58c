//! The page: written by hand, but for its tables, which stand between two comments that name them.

use std::fmt::Display;

use crate::error::Error;

/// The text with these tables in their places. What stands there now is of no account.
///
/// # Errors
/// [`Error::Answer`] if it has no place for a table.
pub fn filled(text: &str, tables: &[(&str, impl Display)]) -> Result<String, Error> {
    let mut text = text.to_owned();
    for (name, table) in tables {
        let (begin, end) = (format!("<!-- computed: {name} -->\n"), format!("<!-- end of {name} -->"));
        let place = text.find(&begin).map(|at| at + begin.len());
        let place = place.and_then(|from| Some((from, from + text[from..].find(&end)?)));
        let Some((from, to)) = place else {
            return Err(Error::Answer {
                who: "the page".to_owned(),
                answer: format!("without `{}`", begin.trim_end()),
            });
        };
        text.replace_range(from..to, &format!("{table}\n"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_takes_the_place_of_the_one_before_and_nothing_else() {
        let page = "# Cost\n<!-- computed: a -->\nold\nrows\n<!-- end of a -->\nthe rest\n";
        let filled = filled(page, &[("a", "new")]).unwrap();
        assert_eq!(filled, "# Cost\n<!-- computed: a -->\nnew\n<!-- end of a -->\nthe rest\n");
        assert!(super::filled(page, &[("b", "new")]).is_err());
    }
}
