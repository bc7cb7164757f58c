//! `POST /api/users/auth/refresh`

fn main() -> std::process::ExitCode {
    users::endpoints::refresh_token::main()
}
