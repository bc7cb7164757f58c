//! `erase-me`

fn main() -> std::process::ExitCode {
    users::endpoints::erase_me::main()
}
