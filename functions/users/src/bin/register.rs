//! `POST /api/users/register`

fn main() -> std::process::ExitCode {
    users::endpoints::register::main()
}
