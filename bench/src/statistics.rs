//! Medians and quantiles.

/// The median, if all values are known.
pub fn median(figures: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    quantile(figures.collect::<Option<Vec<_>>>()?.into_iter(), 0.5)
}

/// The quantile by nearest rank; `None` without values.
pub fn quantile(figures: impl Iterator<Item = f64>, share: f64) -> Option<f64> {
    let mut figures = figures.collect::<Vec<_>>();
    figures.sort_by(f64::total_cmp);
    let rank = (share * figures.len() as f64).ceil() as usize;
    figures.get(rank.max(1) - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_one_of_the_figures() {
        let figures = || (1..=200).rev().map(f64::from);
        assert_eq!(quantile(figures(), 0.5), Some(100.0));
        assert_eq!(quantile(figures(), 0.99), Some(198.0));
        assert_eq!(quantile([7.0].into_iter(), 0.99), Some(7.0));
        assert_eq!(quantile(std::iter::empty(), 0.5), None);
    }

    #[test]
    fn there_is_no_median_of_what_is_not_all_known() {
        assert_eq!(median([Some(3.0), Some(1.0), Some(2.0)].into_iter()), Some(2.0));
        assert_eq!(median([Some(3.0), None].into_iter()), None);
    }
}
