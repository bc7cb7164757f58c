//! Medians of rounds, and what one side's are of the other's.

use crate::figures::PeerRate;
use crate::statistics;

/// The median of each figure.
pub fn median(rounds: &[PeerRate]) -> PeerRate {
    let of = |figure: fn(&PeerRate) -> f64| statistics::quantile(rounds.iter().map(figure), 0.5).unwrap_or_default();
    let known = |figure: fn(&PeerRate) -> Option<f64>| statistics::median(rounds.iter().map(figure));
    PeerRate {
        per_second: of(|rate| rate.per_second),
        p50_ms: of(|rate| rate.p50_ms),
        p99_ms: of(|rate| rate.p99_ms),
        cpu_ms: known(|rate| rate.cpu_ms),
        own_cpu_ms: known(|rate| rate.own_cpu_ms),
        functions_cpu_ms: known(|rate| rate.functions_cpu_ms),
    }
}

/// Each round's figures as multiples of the other side's in the same round, and the median of these.
pub fn compared(rounds: &[PeerRate], others: &[PeerRate]) -> PeerRate {
    let ratios: Vec<PeerRate> = rounds.iter().zip(others).map(|(one, other)| of_other(one, other)).collect();
    median(&ratios)
}

fn of_other(one: &PeerRate, other: &PeerRate) -> PeerRate {
    // The kernel counts in steps of 10 ms, so a short time may be none.
    let known = |one: Option<f64>, other: Option<f64>| Some(one? / other.filter(|other| *other > 0.0)?);
    PeerRate {
        per_second: one.per_second / other.per_second,
        p50_ms: one.p50_ms / other.p50_ms,
        p99_ms: one.p99_ms / other.p99_ms,
        cpu_ms: known(one.cpu_ms, other.cpu_ms),
        own_cpu_ms: known(one.own_cpu_ms, other.own_cpu_ms),
        functions_cpu_ms: known(one.functions_cpu_ms, other.functions_cpu_ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(per_second: f64, own_cpu_ms: Option<f64>) -> PeerRate {
        PeerRate {
            per_second,
            p50_ms: 1000.0 / per_second,
            p99_ms: 2000.0 / per_second,
            cpu_ms: own_cpu_ms.map(|own| own + 1.0),
            own_cpu_ms,
            functions_cpu_ms: Some(1.0),
        }
    }

    #[test]
    fn rates_are_compared_within_their_rounds() {
        // The machine is half as fast in the second round, for both.
        let stack = [rate(1000.0, Some(1.0)), rate(500.0, Some(2.0)), rate(1200.0, Some(1.0))];
        let engine = [rate(100.0, Some(3.0)), rate(50.0, Some(8.0)), rate(100.0, Some(4.0))];
        let ratio = compared(&stack, &engine);
        assert_eq!((ratio.per_second, ratio.p50_ms, ratio.p99_ms), (10.0, 0.1, 0.1));
        assert_eq!((ratio.own_cpu_ms, ratio.cpu_ms, ratio.functions_cpu_ms), (Some(0.25), Some(0.4), Some(1.0)));
        assert_eq!((median(&stack).per_second, median(&engine).own_cpu_ms), (1000.0, Some(4.0)));
    }

    #[test]
    fn what_was_not_told_or_too_short_to_be_counted_is_not_compared() {
        let compared = |one, other| compared(&[rate(1.0, one)], &[rate(1.0, other)]).own_cpu_ms;
        assert_eq!((compared(Some(1.0), None), compared(Some(1.0), Some(0.0))), (None, None));
    }
}
