//! `POST /api/users/password-reset`

fn main() -> std::process::ExitCode {
    users::endpoints::request_password_reset::main()
}
