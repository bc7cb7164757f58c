//! What is read, what is refused, and how help looks.

use local_fuzz_inputs::{cases, spoiled, texts};
use proptest::prelude::*;

use clap::CommandFactory;
use clap::error::ErrorKind;

use super::run::key_value;
use super::*;

const LINES: [&str; 15] = [
    "--port 0 --fresh --parameter-overrides Stage=dev Scale=small --template a.yaml --no-watch --no-stories",
    "--only backends --engine sam --lambda-endpoint http://127.0.0.1:3001 --host 172.17.0.1",
    "invoke Echo {\"a\":[1]} --port 3001",
    "dlq redrive jobs --port=3001",
    "mail --to ada@example.com --json",
    "run-function environment.json target/debug/echo",
    "status --json",
    "logs ResizeFunction --follow -n 5",
    "send Pictures {\"body\":1} --port 3001",
    "run CleanUpFunction",
    "rotate-secret SigningKey --json",
    "seed other.http",
    "snapshot take before-sale --port 3001",
    "snapshot restore before-sale --json",
    "completions zsh",
];

#[test]
fn the_lines_to_spoil_are_valid() {
    for line in LINES {
        Arguments::try_parse_from([&["cargo local"][..], &line.split(' ').collect::<Vec<_>>()].concat()).unwrap();
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_command_line_is_read_or_refused(line in prop_oneof![6 => spoiled(&LINES), 1 => texts()]) {
        let words: Vec<&str> = std::iter::once("cargo local").chain(line.split(' ')).collect();
        match Arguments::try_parse_from(words) {
            Ok(arguments) => {
                let overrides = arguments.run.parameter_overrides;
                prop_assert!(overrides.iter().all(|(key, value)| line.contains(&format!("{key}={value}"))), "{overrides:?}");
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }

    #[test]
    fn an_override_is_read_as_it_was_written(key in "[^=]{1,20}", value in texts()) {
        prop_assert_eq!(key_value(&format!("{key}={value}")), Ok((key, value)));
    }
}

fn parsed(line: &str) -> Result<Arguments, clap::Error> {
    let words = line.split(' ').filter(|word| !word.is_empty());
    Arguments::try_parse_from(std::iter::once("cargo local").chain(words))
}

#[test]
fn options_that_make_no_sense_together_are_refused() {
    for line in [
        // Built, and not built.
        "--release --no-build",
        "--release --profile dev",
        // Sent, and not sent.
        "--seed other.http --no-seed",
        // There are no functions to build, to watch, to show or to fill by.
        "--only backends --release",
        "--only backends --profile dev",
        "--only backends --no-build",
        "--only backends --no-watch",
        "--only backends --seed other.http",
        "--only backends --no-seed",
        "--only backends --logs",
        // Nobody runs functions elsewhere.
        "--engine sam",
        "--lambda-endpoint http://127.0.0.1:3001",
        "--host 172.17.0.1",
        // A stack's options, to a command for one that runs: a command has its own, behind its name.
        "--port 3001 status",
        "--fresh mail",
        "--logs logs",
        "status --fresh",
        "logs --release",
        // Two events, two messages, one mail and a list of them.
        "invoke Echo {} --event event.json",
        "send Jobs {} --file message.json",
        "mail 0100 --to ada@example.com",
    ] {
        let refused = parsed(line).expect_err(line).kind();
        let kinds = [ErrorKind::ArgumentConflict, ErrorKind::MissingRequiredArgument, ErrorKind::UnknownArgument];
        assert!(kinds.contains(&refused), "{line}: {refused:?}");
    }
    assert_eq!(parsed("send Jobs").unwrap_err().kind(), ErrorKind::MissingRequiredArgument);
}

/// Where there is no terminal, help is 80 columns wide.
#[test]
fn help_fits_the_terminal() {
    fn check(command: &mut clap::Command) {
        for help in [command.render_help(), command.render_long_help()] {
            for line in help.to_string().lines() {
                assert!(line.chars().count() <= 80, "{}: {line}", command.get_name());
            }
        }
        command.get_subcommands_mut().for_each(check);
    }
    let mut command = Arguments::command();
    command.build();
    check(&mut command);
    command.debug_assert();
}

#[test]
fn every_command_for_a_running_stack_takes_a_port_and_prints_json() {
    let mut command = Arguments::command();
    command.build();
    for one in command.get_subcommands().filter(|one| !one.is_hide_set() && one.get_name() != "completions") {
        for option in ["port", "json"] {
            assert!(one.get_arguments().any(|argument| argument.get_id() == option), "{} --{option}", one.get_name());
        }
    }
}
