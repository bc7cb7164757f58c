//! `POST /pictures`: puts the name of a picture on the queue.

fn main() -> std::io::Result<()> {
    let queue = std::env::var("PICTURES_URL").map_err(std::io::Error::other)?;
    pictures::serve(|event| {
        let name = pictures::body(event);
        if name.is_empty() {
            return Ok(r#"{"statusCode":400,"body":"{\"error\":\"a picture has a name\"}"}"#.to_owned());
        }
        pictures::send_message(&queue, name)?;
        Ok(format!(r#"{{"statusCode":202,"body":"{{\"accepted\":\"{name}\"}}"}}"#))
    })
}
