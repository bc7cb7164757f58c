//! The gateway's authorizer

fn main() -> std::process::ExitCode {
    users::workers::authorize::main()
}
