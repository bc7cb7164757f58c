//! Reads the queue.

fn main() -> std::io::Result<()> {
    pictures::serve(|event| {
        println!("resized {}", pictures::body(event));
        Ok("{}".to_owned())
    })
}
