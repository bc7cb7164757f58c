//! Functions run for real: this executable is the tests, and, started by them, also the functions (`testee`), the
//! reaper, and a parent that is killed.

// Clippy takes only what is inside `#[test]` for a test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod ends;
mod failures;
mod invocations;
mod invoke_api;
mod logs;
mod runtime_api;
mod swap;
mod testbed;
mod testee;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    local_lambda::reaper::run_if_asked();
    if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some() {
        return testee::main();
    }
    if let Some(port) = std::env::var_os(ends::PARENT_TO_BE_KILLED) {
        return ends::parent(&port);
    }
    let mut arguments = Arguments::from_args();
    // Each test starts processes; more of them at once than there are processors only makes them slow.
    arguments.test_threads = arguments.test_threads.or(Some(4));
    libtest_mimic::run(&arguments, trials()).exit_code()
}

fn trials() -> Vec<Trial> {
    macro_rules! trials {
        ($($module:ident: $($test:ident),+;)+) => {
            vec![$($(Trial::test(concat!(stringify!($module), "::", stringify!($test)), || {
                testbed::block_on($module::$test());
                Ok(())
            })),+),+]
        };
    }
    trials! {
        invocations:
            an_instance_is_used_again,
            the_most_recently_used_instance_is_used_first,
            reserved_concurrency_throttles_what_is_above_it,
            concurrent_callers_never_get_more_than_the_limit,
            an_invocation_outlives_a_caller_who_leaves,
            idle_instances_end_after_a_while,
            a_function_sees_aws_environment_and_nothing_of_this_process,
            a_function_is_found_by_name_logical_id_and_arn;
        failures:
            a_timeout_kills_the_instance,
            an_exit_in_mid_call_is_a_runtime_exit_error,
            a_signal_in_mid_call_is_a_runtime_exit_error,
            an_exit_between_two_invocations_is_nobodys_error,
            a_reported_error_and_a_panic_leave_the_instance_alive,
            an_exit_in_init_is_one_answer,
            a_reported_init_error_is_the_answer,
            an_init_without_end_times_out,
            what_is_not_executable_is_an_invalid_entrypoint,
            a_response_over_6_mb_is_an_error_and_leaves_the_instance_alive,
            more_memory_than_the_setting_is_out_of_memory;
        logs:
            a_cold_and_a_warm_invocation_are_logged_as_on_aws,
            a_timeout_is_logged_as_on_aws,
            an_exit_is_logged_as_on_aws,
            a_failed_init_is_logged_as_on_aws;
        swap:
            a_swap_leaves_the_busy_one_to_finish_and_ends_the_idle_ones,
            no_invocation_fails_while_the_function_is_swapped,
            a_swap_counts_old_and_new_ones_as_concurrent,
            an_executable_that_is_still_open_for_writing_is_waited_for;
        runtime_api:
            a_wrong_id_and_a_second_answer_are_refused,
            an_instance_is_known_by_its_own_path_only,
            trace_deadline_and_arn_reach_the_function;
        invoke_api:
            a_function_is_called_over_http,
            a_functions_error_is_marked_and_its_log_returned,
            what_can_not_be_invoked_is_refused_as_by_aws,
            a_busy_function_is_throttled,
            an_event_is_tried_three_times_under_one_id,
            an_event_is_tried_no_more_often_than_its_function_says,
            an_event_that_was_throttled_is_run_later;
        ends:
            shutdown_lets_the_busy_finish_and_leaves_no_process,
            shutdown_kills_what_does_not_finish,
            dropping_the_last_clone_ends_all,
            a_killed_parent_leaves_no_process,
            a_killed_reaper_is_noticed,
            the_reaper_ends_whatever_was_enlisted;
    }
}
