//! `PATCH /api/notifications/{id}/read`

fn main() -> std::process::ExitCode {
    notifications::endpoints::read_notification::main()
}
