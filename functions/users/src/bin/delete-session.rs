//! `DELETE /api/users/me/sessions/{id}`

fn main() -> std::process::ExitCode {
    users::endpoints::delete_session::main()
}
