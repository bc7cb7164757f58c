//! What a stream shows of an item: `StreamViewType`.
//!
//! dynoxide is told to keep both images in every record: only the two of them tell that a write changed nothing, and such a
//! write makes no record. The table's own view is kept here, and applied where records are read.

use rusqlite::{Connection, OptionalExtension};
use serde_json::Value;

/// A table's name can't have a colon, so this is no table of a caller's.
pub(crate) const SCHEMA: &str = r#"
CREATE TABLE IF NOT EXISTS "local:stream_views" (table_name TEXT PRIMARY KEY, view TEXT NOT NULL);
INSERT OR IGNORE INTO "local:stream_views"
    SELECT table_name, stream_view_type FROM _tables WHERE stream_enabled = 1 AND stream_view_type IS NOT NULL;
UPDATE _tables SET stream_view_type = 'NEW_AND_OLD_IMAGES'
    WHERE stream_enabled = 1 AND stream_view_type <> 'NEW_AND_OLD_IMAGES';
"#;

/// The images that a stream's records have beside the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct View {
    pub new_image: bool,
    pub old_image: bool,
}

impl View {
    const BOTH: Self = Self { new_image: true, old_image: true };

    /// The view of this `StreamViewType`, if there is such a type.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let (new_image, old_image) = match name {
            "KEYS_ONLY" => (false, false),
            "NEW_IMAGE" => (true, false),
            "OLD_IMAGE" => (false, true),
            "NEW_AND_OLD_IMAGES" => (true, true),
            _ => return None,
        };
        Some(Self { new_image, old_image })
    }

    pub(crate) fn name(self) -> &'static str {
        match (self.new_image, self.old_image) {
            (false, false) => "KEYS_ONLY",
            (true, false) => "NEW_IMAGE",
            (false, true) => "OLD_IMAGE",
            (true, true) => "NEW_AND_OLD_IMAGES",
        }
    }

    /// Takes the view out of a CreateTable or UpdateTable request that enables a stream, and leaves both images there.
    pub(crate) fn take(request: &mut Value) -> Option<Self> {
        let stream = request.get_mut("StreamSpecification")?;
        if stream.get("StreamEnabled")? != true {
            return None;
        }
        let asked = stream.get_mut("StreamViewType")?;
        let view = Self::named(asked.as_str()?)?;
        *asked = Self::BOTH.name().into();
        Some(view)
    }

    /// The view of a table's stream.
    pub(crate) fn of(connection: &Connection, table: &str) -> rusqlite::Result<Self> {
        let kept = connection
            .prepare_cached(r#"SELECT view FROM "local:stream_views" WHERE table_name = ?1"#)?
            .query_row([table], |row| row.get::<_, String>(0))
            .optional()?;
        Ok(kept.and_then(|name| Self::named(&name)).unwrap_or(Self::BOTH))
    }

    /// Keeps this as the view of a table's stream.
    pub(crate) fn keep(self, connection: &Connection, table: &str) -> rusqlite::Result<()> {
        connection
            .execute(r#"INSERT OR REPLACE INTO "local:stream_views" VALUES (?1, ?2)"#, (table, self.name()))
            .map(drop)
    }
}
