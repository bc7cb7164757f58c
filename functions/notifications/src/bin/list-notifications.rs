//! `GET /api/notifications`

fn main() -> std::process::ExitCode {
    notifications::endpoints::list_notifications::main()
}
