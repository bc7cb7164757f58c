//! Tables in Markdown, so that what is printed can be put into a page as it is.

use std::fmt;

/// Marks a row without figures.
const NOT_MEASURED: &str = "not measured yet";

/// The first column is text, the others are figures.
#[derive(Debug)]
pub struct Table {
    title: String,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub fn new<const COLUMNS: usize>(title: &str, columns: [&str; COLUMNS]) -> Self {
        Self { title: title.to_owned(), rows: vec![columns.map(str::to_owned).to_vec()] }
    }

    /// Adds a row, of as many cells as there are columns.
    pub fn row<const COLUMNS: usize>(&mut self, cells: [String; COLUMNS]) {
        self.rows.push(cells.to_vec());
    }

    /// Adds a row without figures for something that was not measured yet; `how` is the command that measures it.
    pub fn not_measured(&mut self, what: &str, how: &str) {
        let mut cells = vec![String::new(); self.rows.first().map_or(1, Vec::len)];
        cells[0] = format!("{what} ({NOT_MEASURED}: run `{how}`)");
        self.rows.push(cells);
    }
}

/// A text with tables, without the rows that say "not measured yet" and without the padding that columns have for them:
/// what is left depends on measured figures alone.
pub fn measured_rows(text: &str) -> String {
    let rows = text.lines().filter(|line| !line.contains(NOT_MEASURED));
    let words = rows.map(|line| line.split_whitespace().map(shortened).collect::<Vec<_>>().join(" "));
    words.collect::<Vec<_>>().join("\n")
}

/// The line below a table's head has as many dashes as the column is wide.
fn shortened(word: &str) -> String {
    let mut short = word.to_owned();
    while short.contains("---") {
        short = short.replace("---", "--");
    }
    short
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let columns = self.rows.first().map_or(0, Vec::len);
        let width = |column: usize| {
            self.rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
                .max(2)
        };
        let widths = (0..columns).map(width).collect::<Vec<_>>();
        writeln!(formatter, "### {}\n", self.title)?;
        for (index, row) in self.rows.iter().enumerate() {
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                match column {
                    0 => write!(formatter, "| {cell:<width$} |")?,
                    _ => write!(formatter, " {cell:>width$} |")?,
                }
            }
            writeln!(formatter)?;
            if index == 0 {
                for (column, width) in widths.iter().enumerate() {
                    match column {
                        0 => write!(formatter, "|:{}-|", "-".repeat(*width))?,
                        _ => write!(formatter, "-{}:|", "-".repeat(*width))?,
                    }
                }
                writeln!(formatter)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_markdown_with_its_figures_to_the_right() {
        let mut table = Table::new("Sizes", ["function", "MB"]);
        table.row(["get-product".to_owned(), "4.9".to_owned()]);
        table.row(["é".to_owned(), "10.25".to_owned()]);
        let expected = "### Sizes\n\n| function    |    MB |\n|:------------|------:|\n| get-product |   4.9 |\n| é           | 10.25 |\n";
        assert_eq!(table.to_string(), expected);
    }

    #[test]
    fn a_row_that_was_not_measured_says_how_and_is_no_measured_row() {
        let mut table = Table::new("Sizes", ["function", "MB"]);
        table.row(["get-product".to_owned(), "4.9".to_owned()]);
        let measured = table.to_string();
        table.not_measured("get-availability", "cargo measure functions");
        let row = "| get-availability (not measured yet: run `cargo measure functions`) |     |";
        assert!(table.to_string().contains(row), "{table}");
        assert_eq!(measured_rows(&table.to_string()), measured_rows(&measured));
        table.row(["é".to_owned(), "10.25".to_owned()]);
        assert_ne!(measured_rows(&table.to_string()), measured_rows(&measured));
    }
}
