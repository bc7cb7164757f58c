//! `GET /.well-known/jwks.json`

fn main() -> std::process::ExitCode {
    users::endpoints::get_jwks::main()
}
