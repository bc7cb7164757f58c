//! Publishes the events of users from their table's stream

fn main() -> std::process::ExitCode {
    users::workers::publish_users::main()
}
