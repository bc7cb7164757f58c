//! `erase-notifications`

fn main() -> std::process::ExitCode {
    notifications::workers::erase_notifications::main()
}
