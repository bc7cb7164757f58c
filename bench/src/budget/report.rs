//! What a check found.

use std::collections::BTreeMap;
use std::fmt;

use crate::table::Table;

/// What was compared, and what is wrong.
#[derive(Debug, Default)]
pub struct Report {
    compared: Vec<Compared>,
    missing: Vec<String>,
}

/// One figure and its limit.
#[derive(Debug)]
struct Compared {
    rule: &'static str,
    of: String,
    is: f64,
    at_most: f64,
}

impl Compared {
    /// Counts are whole or halves, so a limit that is met is met exactly; CPU time has its room for noise.
    fn is_over(&self) -> bool {
        self.is > self.at_most
    }
}

impl Report {
    pub(super) fn compare(&mut self, rule: &'static str, of: &str, is: f64, at_most: f64) {
        self.compared.push(Compared { rule, of: of.to_owned(), is, at_most });
    }

    /// Something that there has to be, and is not.
    pub(super) fn missing(&mut self, what: String) {
        self.missing.push(what);
    }

    /// Each figure over its limit and each that is not there, in words.
    pub fn excesses(&self) -> Vec<String> {
        let over = self.compared.iter().filter(|compared| compared.is_over());
        let over = over.map(|Compared { rule, of, is, at_most }| {
            format!("{of}: {rule} is {}, over {}", short(*is), short(*at_most))
        });
        over.chain(self.missing.iter().cloned()).collect()
    }
}

/// For each rule, how many figures there were and which is closest to its limit.
impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let mut closest: BTreeMap<&str, (usize, &Compared)> = BTreeMap::new();
        for compared in &self.compared {
            let (count, known) = closest.entry(compared.rule).or_insert((0, compared));
            *count += 1;
            if compared.is - compared.at_most > known.is - known.at_most {
                *known = compared;
            }
        }
        let mut table = Table::new("Budget", ["what", "compared", "closest to its limit", "is", "at most"]);
        for (rule, (count, Compared { of, is, at_most, .. })) in closest {
            table.row([rule.to_owned(), count.to_string(), of.clone(), short(*is), short(*at_most)]);
        }
        table.fmt(formatter)
    }
}

/// Whole figures as they are, others with two decimals.
fn short(figure: f64) -> String {
    if figure.fract() == 0.0 { format!("{figure:.0}") } else { format!("{figure:.2}") }
}
