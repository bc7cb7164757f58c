//! An operator's command, with no route

fn main() -> std::process::ExitCode {
    users::workers::grant_role::main()
}
