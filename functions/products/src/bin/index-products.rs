//! Keeps search and counts from the products' table's stream

fn main() -> std::process::ExitCode {
    products::workers::index_products::main()
}
