//! The end-to-end tests' own runner: a test that this place can't run is reported as ignored, and why.
//!
//! Rust's own test runner knows no skipping at run time: a test that returns early counts as passed. This one takes the
//! same options and filters, and works with `cargo nextest` too.

use std::collections::BTreeMap;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Completion, Trial};

use crate::place::{Ability, place};

/// A test, as [`e2e!`](crate::e2e) hands it in.
#[derive(Debug)]
pub struct Test {
    /// With the crate before it: `e2e::orders::place::fifty_lines_are_one_order`.
    pub path: &'static str,
    /// Without these it is ignored.
    pub needs: &'static [Ability],
    /// Runs it; it fails by panicking.
    pub run: fn(),
}

inventory::collect!(Test);

impl Test {
    fn name(&self) -> &'static str {
        self.path.split_once("::").map_or(self.path, |(_crate, name)| name)
    }

    /// Why this place can't run it.
    fn obstacle(&self) -> Option<&'static str> {
        self.needs.iter().find(|ability| !place().has(**ability)).map(|ability| ability.missing())
    }

    fn trial(&'static self) -> Trial {
        let obstacle = self.obstacle();
        let run = move || match obstacle {
            // Asked for with `--ignored`.
            Some(why) => Ok(Completion::ignored_with(why)),
            None => {
                (self.run)();
                Ok(Completion::Completed)
            }
        };
        Trial::ignorable_test(self.name(), run).with_ignored_flag(obstacle.is_some())
    }
}

/// Runs the tests that the command line asks for, all unless it names some, and says which are ignored and why.
pub fn main() -> ExitCode {
    let (arguments, filters) = with_filters(std::env::args());
    let arguments = Arguments::from_iter(arguments);
    let is_asked_for = |test: &&Test| {
        let matches =
            |filter: &String| if arguments.exact { test.name() == filter } else { test.name().contains(filter) };
        filters.is_empty() || filters.iter().any(matches)
    };
    let mut tests: Vec<&Test> = inventory::iter::<Test>.into_iter().filter(is_asked_for).collect();
    tests.sort_by_key(|test| test.name());
    let trials: Vec<Trial> = tests.iter().map(|test| test.trial()).collect();
    let mut ignored: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (test, trial) in tests.iter().zip(&trials) {
        let reason = test.obstacle().filter(|_| !arguments.list && !arguments.is_filtered_out(trial));
        if let Some(why) = reason {
            ignored.entry(why).or_default().push(test.name());
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    print!("{}", summary(&ignored));
    conclusion.exit_code()
}

/// The command line without its filters, and the filters: Rust's own runner takes several, libtest-mimic one.
fn with_filters(arguments: impl Iterator<Item = String>) -> (Vec<String>, Vec<String>) {
    const WITH_VALUE: [&str; 6] = ["--test-threads", "--logfile", "--skip", "--color", "--format", "-Z"];
    let (mut options, mut filters) = (Vec::new(), Vec::new());
    for argument in arguments {
        let is_value = options.last().is_some_and(|last: &String| WITH_VALUE.contains(&last.as_str()));
        if options.is_empty() || is_value || argument.starts_with('-') {
            options.push(argument);
        } else {
            filters.push(argument);
        }
    }
    (options, filters)
}

/// How many tests are ignored for each reason, and which.
fn summary(ignored: &BTreeMap<&str, Vec<&str>>) -> String {
    let mut lines = String::new();
    for (why, tests) in ignored {
        lines += &format!("{} ignored: {why}\n", tests.len());
        for test in tests {
            lines += &format!("    {test}\n");
        }
    }
    if lines.is_empty() { lines } else { lines + "\n" }
}

/// Runs an async test to its end, on this thread.
#[doc(hidden)]
pub fn run_async(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

/// Makes a function an end-to-end test: `#[apply(e2e)]`, and below it `#[needs(OwnStack)]` if it can't run everywhere.
#[macro_export]
macro_rules! e2e {
    ($(#[doc = $doc:literal])* #[needs($($ability:ident),+)] $($function:tt)*) => {
        $crate::e2e! { @test [$($crate::Ability::$ability),+] $(#[doc = $doc])* $($function)* }
    };
    (@test [$($needs:expr),*] $(#[doc = $doc:literal])* async fn $name:ident() $body:block) => {
        $(#[doc = $doc])*
        async fn $name() $body
        $crate::e2e! { @submit [$($needs),*] $name || $crate::run_async($name()) }
    };
    (@test [$($needs:expr),*] $(#[doc = $doc:literal])* fn $name:ident() $body:block) => {
        $(#[doc = $doc])*
        fn $name() $body
        $crate::e2e! { @submit [$($needs),*] $name $name }
    };
    (@submit [$($needs:expr),*] $name:ident $run:expr) => {
        $crate::inventory::submit! {
            $crate::Test { path: concat!(module_path!(), "::", stringify!($name)), needs: &[$($needs),*], run: $run }
        }
    };
    ($($function:tt)*) => { $crate::e2e! { @test [] $($function)* } };
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::setup::workspace;

    #[test]
    fn filters_are_told_from_options_and_their_values() {
        let line = "e2e --quiet orders:: --skip races --test-threads=2 --exact notifications:: --format pretty";
        let (options, filters) = with_filters(line.split(' ').map(str::to_owned));
        assert_eq!(options.join(" "), "e2e --quiet --skip races --test-threads=2 --exact --format pretty");
        assert_eq!(filters, ["orders::", "notifications::"]);
    }

    #[test]
    fn the_summary_counts_the_ignored_tests_by_reason_and_names_them() {
        let ignored = BTreeMap::from([("no stack", vec!["a::b", "c"]), ("no SAM", vec!["d"])]);
        assert_eq!(summary(&ignored), "1 ignored: no SAM\n    d\n2 ignored: no stack\n    a::b\n    c\n\n");
        assert_eq!(summary(&BTreeMap::new()), "");
    }

    /// Without Rust's own runner a `#[test]` is compiled away.
    #[test]
    fn no_end_to_end_test_is_left_to_another_runner() {
        fn search(folder: &Path) {
            for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    search(&path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    for (number, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
                        let lost =
                            ["#[test]", "#[tokio::test"].iter().any(|attribute| line.trim().starts_with(attribute));
                        assert!(!lost, "{}:{}: write #[apply(e2e)] for {line}", path.display(), number + 1);
                    }
                }
            }
        }
        search(&workspace().join("tests/tests/e2e"));
    }
}
