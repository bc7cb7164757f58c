//! `PUT /api/users/me/password`

fn main() -> std::process::ExitCode {
    users::endpoints::change_password::main()
}
