//! `GET /api/users/me/sessions`

fn main() -> std::process::ExitCode {
    users::endpoints::list_sessions::main()
}
