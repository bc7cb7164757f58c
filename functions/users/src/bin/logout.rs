//! `POST /api/users/auth/logout`

fn main() -> std::process::ExitCode {
    users::endpoints::logout::main()
}
