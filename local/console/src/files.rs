//! The files that the console is made of.

/// The page itself.
pub(crate) const START: &str = "index.html";

const SCRIPT: &str = "text/javascript; charset=utf-8";

macro_rules! files {
    ($($content_type:expr => [$($name:literal),* $(,)?]),* $(,)?) => {
        /// Each file's name, media type and content.
        pub(crate) const FILES: &[(&str, &str, &[u8])] =
            &[$($(($name, $content_type, include_bytes!(concat!("../pages/", $name)))),*),*];
    };
}

files! {
    "text/html; charset=utf-8" => ["index.html"],
    "text/css; charset=utf-8" => ["frame.css", "content.css", "stories.css", "map.css"],
    "image/svg+xml" => ["icon.svg"],
    SCRIPT => [
        "main.js",
        "address.js",
        "elements.js",
        "format.js",
        "live.js",
        "rows.js",
        "stack.js",
        "payload.js",
        "stories.js",
        "story.js",
        "waterfall.js",
        "entry.js",
        "replay.js",
        "functions.js",
        "function.js",
        "routes.js",
        "tables.js",
        "table.js",
        "queues.js",
        "queue.js",
        "schedules.js",
        "mails.js",
        "secrets.js",
        "map.js",
        "flow.js",
        "layout.js",
        "faults.js",
        "snapshots.js",
    ],
}

/// The media type and the content of a file.
pub(crate) fn find(name: &str) -> Option<(&'static str, &'static [u8])> {
    FILES.iter().find(|(known, ..)| *known == name).map(|(_, content_type, content)| (*content_type, *content))
}
