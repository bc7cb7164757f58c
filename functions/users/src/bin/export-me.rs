//! `export-me`

fn main() -> std::process::ExitCode {
    users::endpoints::export_me::main()
}
