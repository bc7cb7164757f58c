//! `export-notifications`

fn main() -> std::process::ExitCode {
    notifications::workers::export_notifications::main()
}
