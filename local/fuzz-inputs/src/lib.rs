//! Inputs for property tests of readers. Random text alone seldom gets past a reader's first check, so most inputs here are
//! valid texts that were spoiled.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Texts that readers trip over: what ends, opens, escapes, repeats or overflows something.
const PIECES: [&str; 48] = [
    "",
    " ",
    "\"",
    "'",
    "\\",
    "\\\"",
    "\\u0000",
    "\\ud800",
    "\0",
    "\n",
    "\r\n",
    "\t",
    "\u{85}",
    "\u{2028}",
    "\u{202e}",
    "\u{200b}",
    "\u{feff}",
    "\u{fffd}",
    "é",
    "e\u{301}",
    "İ",
    "ß",
    "👩\u{200d}👧",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "{}",
    "[]",
    ":",
    ",",
    ";",
    "=",
    "%",
    "%zz",
    "%00",
    "$",
    "${",
    "#",
    "*",
    "-",
    "-0",
    "1e999",
    "99999999999999999999",
    "null",
    "true",
];

/// Characters that are left of a text before it is spoiled once more.
const LONGEST: usize = 4_096;

/// How a text is spoiled.
#[derive(Debug, Clone)]
enum Spoil {
    /// A range is taken out.
    Cut(Index, Index),
    /// A range is there so many times.
    Repeat(Index, Index, usize),
    /// A range becomes something else.
    Replace(Index, Index, String),
    /// Something comes in between.
    Insert(Index, String),
}

/// How many cases a property is tried with. A failing case is printed in its shortest form and kept in no file: it becomes a
/// unit test.
pub fn cases() -> ProptestConfig {
    ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() }
}

/// Any text, and pieces that readers trip over in any order.
pub fn texts() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), vec(select(&PIECES[..]), 0..12).prop_map(|pieces| pieces.concat()), "[ -~]{0,40}"]
}

/// One of the valid texts, as it is or spoiled in up to four ways.
pub fn spoiled(valid: &'static [&'static str]) -> impl Strategy<Value = String> {
    let piece = || prop_oneof![3 => select(&PIECES[..]).prop_map(str::to_owned), 1 => any::<String>()];
    let spoil = prop_oneof![
        any::<(Index, Index)>().prop_map(|(from, to)| Spoil::Cut(from, to)),
        (any::<(Index, Index)>(), prop_oneof![2..5_usize, 200..300_usize])
            .prop_map(|((from, to), times)| Spoil::Repeat(from, to, times)),
        (any::<(Index, Index)>(), piece()).prop_map(|((from, to), piece)| Spoil::Replace(from, to, piece)),
        (any::<Index>(), piece()).prop_map(|(at, piece)| Spoil::Insert(at, piece)),
    ];
    (select(valid), vec(spoil, 0..5)).prop_map(|(text, spoils)| spoils.iter().fold(text.to_owned(), apply))
}

fn apply(text: String, spoil: &Spoil) -> String {
    let characters: Vec<char> = text.chars().take(LONGEST).collect();
    let place = |index: &Index| index.index(characters.len() + 1);
    let (from, to) = match spoil {
        Spoil::Insert(at, _) => (place(at), place(at)),
        Spoil::Cut(from, to) | Spoil::Repeat(from, to, _) | Spoil::Replace(from, to, _) => {
            let (from, to) = (place(from), place(to));
            (from.min(to), from.max(to))
        }
    };
    let part = |range: &[char]| range.iter().collect::<String>();
    let range = part(&characters[from..to]);
    let middle = match spoil {
        Spoil::Cut(..) => String::new(),
        Spoil::Repeat(_, _, times) => range.repeat(*times),
        Spoil::Replace(_, _, piece) | Spoil::Insert(_, piece) => piece.clone(),
    };
    part(&characters[..from]) + &middle + &part(&characters[to..])
}
