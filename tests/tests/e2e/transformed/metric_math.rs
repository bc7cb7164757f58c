//! As much of CloudWatch's metric math as the template's alarms use: `IF`, `AND`, `>=`, `>`, `+`, `-`, `*`, numbers, metrics.
//! CloudWatch: "Using metric math". A missing value counts as 0 there.

use std::collections::BTreeMap;

/// One minute's values, by the metric's id.
pub(super) type Minute<'a> = BTreeMap<&'a str, f64>;

/// The value of an expression in one minute.
pub(super) fn value(expression: &str, minute: &Minute<'_>) -> f64 {
    let mut reader = Reader { rest: expression, minute };
    let value = reader.condition();
    assert_eq!(reader.rest.trim(), "", "not understood: {expression}");
    value
}

struct Reader<'a> {
    rest: &'a str,
    minute: &'a Minute<'a>,
}

fn truth(holds: bool) -> f64 {
    if holds { 1.0 } else { 0.0 }
}

impl Reader<'_> {
    /// Whether the next thing is this; then it is behind.
    fn takes(&mut self, token: &str) -> bool {
        match self.rest.trim_start().strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    #[track_caller]
    fn expects(&mut self, token: &str) {
        assert!(self.takes(token), "{token:?} is not at {:?}", self.rest);
    }

    fn condition(&mut self) -> f64 {
        let mut value = self.comparison();
        while self.takes("AND ") {
            let other = self.comparison();
            value = truth(value != 0.0 && other != 0.0);
        }
        value
    }

    fn comparison(&mut self) -> f64 {
        let value = self.sum();
        if self.takes(">=") {
            return truth(value >= self.sum());
        }
        if self.takes(">") { truth(value > self.sum()) } else { value }
    }

    fn sum(&mut self) -> f64 {
        let mut value = self.product();
        loop {
            if self.takes("+") {
                value += self.product();
            } else if self.takes("-") {
                value -= self.product();
            } else {
                return value;
            }
        }
    }

    fn product(&mut self) -> f64 {
        let mut value = self.operand();
        while self.takes("*") {
            value *= self.operand();
        }
        value
    }

    fn operand(&mut self) -> f64 {
        if self.takes("IF(") {
            let condition = self.condition();
            self.expects(",");
            let then = self.condition();
            self.expects(",");
            let otherwise = self.condition();
            self.expects(")");
            return if condition != 0.0 { then } else { otherwise };
        }
        let text = self.rest.trim_start();
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        self.rest = rest;
        assert!(!word.is_empty(), "nothing to read at {text:?}");
        word.parse().unwrap_or_else(|_| self.minute.get(word).copied().unwrap_or(0.0))
    }
}

#[apply(e2e)]
fn metric_math_is_read_as_cloudwatch_does() {
    let minute = Minute::from([("a", 6.0), ("b", 2.0)]);
    for (expression, expected) in [
        ("a - b - 1", 3.0),
        ("a + b * 0.5", 7.0),
        ("a >= 6 AND b > 2", 0.0),
        ("IF(a - b > 3 AND missing >= 0, a, b)", 6.0),
        ("IF(missing > 0, 1, 0)", 0.0),
    ] {
        assert!((value(expression, &minute) - expected).abs() < f64::EPSILON, "{expression}");
    }
}
