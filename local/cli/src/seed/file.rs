//! The parts of an `.http` file.
//!
//! ```http
//! @category = books
//!
//! ### Requests begin with three number signs and may have a title
//! # @name first
//! POST {{host}}/items HTTP/1.1
//! Content-Type: application/json
//!
//! {"category": "{{category}}", "key": "{{$guid}}"}
//!
//! ###
//! # @print the key is {{first.request.body.$.key}}
//! GET {{host}}/items/{{first.response.body.$.id}}
//! ```
//!
//! `# @print` is this program's own: a line that it shows when all requests have succeeded. To other programs it is a
//! comment, as every line is that begins with `#` or `//` before the request.

use http::{HeaderName, Method};

/// What a seed file says.
#[derive(Debug, Default)]
pub struct Content {
    /// `@name = value`, in the file's order.
    pub variables: Vec<(String, String)>,
    /// The requests, in the file's order.
    pub steps: Vec<Step>,
}

/// A request, with variables not filled in yet.
#[derive(Debug)]
pub struct Step {
    /// The line of the request, counted from 1.
    pub line: usize,
    /// The text after `###`; without one, the request's line.
    pub title: String,
    /// `# @name`: makes request and answer known to later steps.
    pub name: Option<String>,
    /// `# @print`: lines to show.
    pub printed: Vec<String>,
    /// The request's method.
    pub method: Method,
    /// The request's URL.
    pub url: String,
    /// The request's headers.
    pub headers: Vec<(HeaderName, String)>,
    /// The request's body, without empty lines around it.
    pub body: String,
}

/// Lines with their numbers.
type Lines<'a> = std::iter::Peekable<std::vec::IntoIter<(usize, &'a str)>>;

/// A line that can't be understood, and why.
type Refusal = (usize, String);

impl Content {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// The first line that can't be understood.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let mut content = Self::default();
        // Some editors begin a file with a byte order mark.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines =
            text.lines().enumerate().map(|(index, line)| (index + 1, line)).collect::<Vec<_>>().into_iter().peekable();
        let mut title = String::new();
        while lines.peek().is_some() {
            let block: Vec<_> = std::iter::from_fn(|| lines.next_if(|(_, line)| !line.starts_with("###"))).collect();
            content.block(title, block.into_iter().peekable())?;
            title = lines.next().map_or_else(String::new, |(_, line)| line.trim_start_matches('#').trim().to_owned());
        }
        Ok(content)
    }

    /// Reads the lines between two separators: variables and comments, and a request if there is one.
    fn block(&mut self, title: String, mut lines: Lines<'_>) -> Result<(), Refusal> {
        let (mut name, mut printed) = (None, Vec::new());
        while let Some((line, text)) = lines.next() {
            let text = text.trim();
            if let Some(comment) = text.strip_prefix('#').or_else(|| text.strip_prefix("//")) {
                match comment.trim().split_once(' ') {
                    Some(("@name", value)) => name = Some(value.trim().to_owned()),
                    Some(("@print", value)) => printed.push(value.trim().to_owned()),
                    _ => {}
                }
            } else if let Some(variable) = text.strip_prefix('@') {
                self.variables.push(definition(variable).map_err(|problem| (line, problem))?);
            } else if !text.is_empty() {
                let (method, url) = request_line(text).map_err(|problem| (line, problem))?;
                let title = if title.is_empty() { text.to_owned() } else { title };
                let (headers, body) = rest(lines)?;
                self.steps.push(Step { line, title, name, printed, method, url, headers, body });
                return Ok(());
            }
        }
        Ok(())
    }
}

fn definition(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((_, value)) if value.contains("{{") => {
            Err("a variable is plain text, without other variables in it".to_owned())
        }
        Some((name, value)) => Ok((name.trim().to_owned(), value.trim().to_owned())),
        None => Err("a variable is defined as `@name = value`".to_owned()),
    }
}

/// `POST URL`, with or without the version of HTTP.
fn request_line(text: &str) -> Result<(Method, String), String> {
    let malformed = || format!("not a request such as `POST {{{{host}}}}/path`: {text}");
    let (method, url) = text.split_once(' ').ok_or_else(malformed)?;
    let known = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase());
    let method = Method::from_bytes(method.as_bytes()).ok().filter(|_| known).ok_or_else(malformed)?;
    let url = url.trim();
    let url = url.rsplit_once(" HTTP/").map_or(url, |(url, _version)| url.trim_end());
    Ok((method, url.to_owned()))
}

/// The headers, and after an empty line the body.
fn rest(mut lines: Lines<'_>) -> Result<(Vec<(HeaderName, String)>, String), Refusal> {
    let mut headers = Vec::new();
    for (line, text) in lines.by_ref().take_while(|(_, text)| !text.trim().is_empty()) {
        let header =
            text.split_once(':').and_then(|(name, value)| Some((name.trim().parse().ok()?, value.trim().to_owned())));
        headers.push(header.ok_or_else(|| (line, format!("not a header: {text}")))?);
    }
    let body: Vec<&str> = lines.map(|(_, text)| text).collect();
    Ok((headers, body.join("\n").trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use local_fuzz_inputs::{cases, spoiled, texts};
    use proptest::prelude::*;

    use super::*;
    use crate::seed::values::{Exchange, Values};

    const FILE: &str = "@colour = red\n\n# a comment\n### Make one\n# @name one\n# @print made {{one.response.body.$.id}}\n\
                        POST {{host}}/items HTTP/1.1\nContent-Type: application/json\nX-Colour: {{colour}}\n\n{\n# text\n}\n\n\
                        ###\nGET {{host}}/items\n### nothing\n";

    #[test]
    fn a_file_has_variables_and_requests() {
        let Content { variables, steps } = Content::parse(FILE).unwrap();
        assert_eq!(variables, [("colour".to_owned(), "red".to_owned())]);
        let [one, all] = &steps[..] else { panic!("{steps:?}") };
        assert_eq!((one.line, one.title.as_str(), one.name.as_deref()), (7, "Make one", Some("one")));
        assert_eq!((&one.method, one.url.as_str()), (&Method::POST, "{{host}}/items"));
        assert_eq!(one.printed, ["made {{one.response.body.$.id}}"]);
        assert_eq!(one.headers[1], (HeaderName::from_static("x-colour"), "{{colour}}".to_owned()));
        assert_eq!(one.body, "{\n# text\n}");
        assert_eq!((all.line, &all.method, all.body.as_str()), (16, &Method::GET, ""));
    }

    #[test]
    fn a_byte_order_mark_and_line_ends_of_windows_are_no_part_of_the_file() {
        let Content { steps, .. } = Content::parse("\u{feff}### Make one\r\nPOST /items\r\n\r\n{}\r\n").unwrap();
        assert_eq!(
            (steps[0].title.as_str(), steps[0].url.as_str(), steps[0].body.as_str()),
            ("Make one", "/items", "{}")
        );
    }

    #[test]
    fn a_line_that_is_nothing_is_refused() {
        for (file, line, told) in [
            ("\nhello", 2, "not a request"),
            ("post /items", 1, "not a request"),
            ("GET /items\nAccept", 2, "not a header"),
            ("@colour", 1, "`@name = value`"),
            ("@colour = {{other}}", 1, "plain text"),
        ] {
            let (found, problem) = Content::parse(file).unwrap_err();
            assert!(found == line && problem.contains(told), "{file}: {found}: {problem}");
        }
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn any_file_is_read_or_refused_at_a_line(text in prop_oneof![4 => spoiled(&[FILE]), 1 => texts()]) {
            match Content::parse(&text) {
                Ok(content) => {
                    let mut values = Values::new("http://127.0.0.1:1", &content.variables);
                    values.answered("one", Exchange::new(&text, r#"{"id":[1]}"#));
                    for step in &content.steps {
                        for part in step.printed.iter().chain([&step.url, &step.body]) {
                            let _ = values.fill(part);
                        }
                    }
                }
                Err((line, _)) => prop_assert!((1..=text.lines().count()).contains(&line)),
            }
        }
    }
}
