//! `POST /api/users/register`

fn main() -> std::process::ExitCode {
    users::register::main()
}
