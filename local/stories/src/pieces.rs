//! What is kept of an entry, in one piece of memory: each detail, payload and log line is appended to what there is.
//!
//! As many small things it would be far from the processor's caches by the time that it makes room for a newer story: to free
//! them, and to use their memory again, took most of the time that recording did.

use std::time::{Duration, SystemTime};

use bytes::{Buf, BufMut, Bytes};
use serde::Serialize;
use serde_json::Value;

use crate::buffers::LARGEST;
use crate::payload::{self, Payload};
use crate::text;

/// The name, details, payloads and lines of an entry, in the order in which they came. Each is its tag, its length and its
/// bytes.
#[derive(Debug)]
pub(crate) struct Pieces(Vec<u8>);

/// The entry's name.
const NAME: u8 = b'n';
/// A detail: its name, a NUL, and its value as JSON.
const DETAIL: u8 = b'd';
/// A payload: the length of all of it in eight bytes, and its beginning.
const REQUEST: u8 = b'q';
const RESPONSE: u8 = b'r';
/// A log line: its time, in nanoseconds since 1970 in eight bytes, and its text.
const LINE: u8 = b'l';

/// A tag, and a length.
const HEAD: usize = size_of::<u8>() + size_of::<u32>();
/// Room that is made beside a piece's length, for its head and for small pieces, in bytes.
const ROOM: usize = 256;

/// What the pieces say, as whoever looks reads it.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Content {
    pub name: String,
    pub details: Vec<(String, Value)>,
    pub request: Option<Payload>,
    pub response: Option<Payload>,
    pub logs: Vec<(SystemTime, String)>,
}

impl Pieces {
    /// Those of an entry of which its name is known, in an empty buffer.
    pub fn new(name: &str, buffer: Vec<u8>) -> Self {
        let mut pieces = Self(buffer);
        pieces.add(NAME, name.len(), |bytes| bytes.put_slice(name.as_bytes()));
        pieces
    }

    /// Adds a detail. Long texts in it are cut.
    pub fn detail(&mut self, name: &str, value: &impl Serialize) {
        self.add(DETAIL, name.len(), |bytes| {
            bytes.put_slice(name.as_bytes());
            bytes.put_u8(0);
            text::put_json(bytes, value);
        });
    }

    /// Adds the beginning of what was asked.
    pub fn request(&mut self, payload: &[u8]) {
        self.payload(REQUEST, payload);
    }

    /// Adds the beginning of what was answered.
    pub fn response(&mut self, payload: &[u8]) {
        self.payload(RESPONSE, payload);
    }

    /// Adds a log line.
    pub fn line(&mut self, time: SystemTime, line: &str) {
        let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.add(LINE, line.len(), |bytes| {
            bytes.put_u64_le(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX));
            bytes.put_slice(line.as_bytes());
        });
    }

    /// How many bytes they are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Takes back what was added since they were as many bytes.
    pub fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
        self.give_back_room();
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The buffer that they were in.
    pub fn into_buffer(self) -> Vec<u8> {
        self.0
    }

    fn payload(&mut self, tag: u8, payload: &[u8]) {
        let kept = payload::beginning(payload);
        self.add(tag, kept.len(), |bytes| {
            bytes.put_u64_le(payload.len() as u64);
            bytes.put_slice(kept);
        });
    }

    /// Adds a piece of about as many bytes.
    fn add(&mut self, tag: u8, length: usize, put: impl FnOnce(&mut Vec<u8>)) {
        let Self(bytes) = self;
        let needed = length + ROOM;
        if bytes.capacity() - bytes.len() < needed {
            // A quarter more, so that many lines are not moved each time, and little is empty.
            bytes.reserve_exact(needed.max(bytes.len() / 4));
        }
        let head = bytes.len();
        bytes.put_u8(tag);
        bytes.put_u32_le(0);
        put(bytes);
        // Each is cut to much less than that.
        let length = u32::try_from(bytes.len() - head - HEAD).unwrap_or(u32::MAX);
        bytes[head + 1..head + HEAD].copy_from_slice(&length.to_le_bytes());
        self.give_back_room();
    }

    /// Keeps little more than is needed, whatever a value took before it was cut.
    fn give_back_room(&mut self) {
        let Self(bytes) = self;
        let most = bytes.len() + (bytes.len() / 4).max(2 * ROOM);
        if bytes.capacity() > most.max(LARGEST) {
            bytes.shrink_to(bytes.len() + ROOM);
        }
    }
}

impl Content {
    /// Reads pieces.
    pub fn of(mut pieces: Bytes) -> Self {
        let mut content = Self::default();
        while pieces.len() >= HEAD {
            let tag = pieces.get_u8();
            let length = pieces.get_u32_le() as usize;
            let piece = pieces.split_to(length.min(pieces.len()));
            content.add(tag, piece);
        }
        content
    }

    fn add(&mut self, tag: u8, mut piece: Bytes) {
        match tag {
            NAME => self.name = utf8(&piece),
            DETAIL => {
                let mut parts = piece.splitn(2, |byte| *byte == 0);
                let (name, json) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
                self.details.push((utf8(name), serde_json::from_slice(json).unwrap_or_default()));
            }
            REQUEST => self.request = Payload::read(piece),
            RESPONSE => self.response = Payload::read(piece),
            LINE => {
                let nanoseconds = piece.try_get_u64_le().unwrap_or_default();
                let time = SystemTime::UNIX_EPOCH + Duration::from_nanos(nanoseconds);
                self.logs.push((time, utf8(&piece)));
            }
            _ => {}
        }
    }
}

impl Payload {
    fn read(mut piece: Bytes) -> Option<Self> {
        let length = usize::try_from(piece.try_get_u64_le().ok()?).ok()?;
        Some(Self { kept: piece, length })
    }
}

fn utf8(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_added_is_read_as_it_was() {
        let long = "é".repeat(40_000);
        let time = SystemTime::UNIX_EPOCH + Duration::from_nanos(1_234_567_891);
        let mut pieces = Pieces::new("Wörk", Vec::new());
        let details =
            [("route", json!("/things\0")), ("status", json!(200)), ("key", json!({"id": "7"})), ("none", json!(""))];
        details.iter().for_each(|(name, value)| pieces.detail(name, value));
        pieces.request(long.as_bytes());
        pieces.line(time, "first");
        pieces.line(SystemTime::UNIX_EPOCH, "");
        pieces.response(&[0xff, 0]);
        let content = Content::of(Bytes::copy_from_slice(pieces.as_bytes()));
        let expected = Content {
            name: "Wörk".to_owned(),
            details: details.map(|(name, value)| (name.to_owned(), value)).into(),
            request: Some(Payload { kept: Bytes::copy_from_slice(&long.as_bytes()[..65_536]), length: 80_000 }),
            response: Some(Payload { kept: Bytes::from_static(&[0xff, 0]), length: 2 }),
            logs: vec![(time, "first".to_owned()), (SystemTime::UNIX_EPOCH, String::new())],
        };
        assert_eq!(content, expected);
    }

    #[test]
    fn little_room_is_empty_however_pieces_come() {
        let mut pieces = Pieces::new("Work", Vec::new());
        let holds = |Pieces(bytes): &Pieces| {
            let most = bytes.len() + bytes.len() / 4 + 2 * ROOM;
            assert!(bytes.capacity() <= most.max(LARGEST), "{} of {}", bytes.len(), bytes.capacity());
        };
        for size in [0, 70_000, 10, 8_000, 1, 1, 64_000, 300] {
            pieces.line(SystemTime::UNIX_EPOCH, &"x".repeat(size));
            holds(&pieces);
            pieces.detail("long", &"x".repeat(size));
            holds(&pieces);
        }
        pieces.truncate(100);
        holds(&pieces);
    }

    proptest! {
        #[test]
        fn anything_is_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            Content::of(bytes.into());
        }
    }
}
