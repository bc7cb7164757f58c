//! Publishes events from the streams of the products' and the holds' tables

fn main() -> std::process::ExitCode {
    products::workers::publish_products::main()
}
