//! `POST /api/users/password-reset/confirm`

fn main() -> std::process::ExitCode {
    users::endpoints::confirm_password_reset::main()
}
