//! `GET /api/users`

fn main() -> std::process::ExitCode {
    users::endpoints::list_users::main()
}
