//! `PATCH /api/notifications/{id}/read`

fn main() -> std::process::ExitCode {
    notifications::read::main()
}
