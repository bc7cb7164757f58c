//! `POST /api/users/auth/logout-all`

fn main() -> std::process::ExitCode {
    users::endpoints::logout_all::main()
}
