//! Publishes the events of users from their table's stream

fn main() -> std::process::ExitCode {
    users::publish::main()
}
