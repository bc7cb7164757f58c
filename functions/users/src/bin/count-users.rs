//! Keeps the count of users from their table's stream

fn main() -> std::process::ExitCode {
    users::workers::count_users::main()
}
