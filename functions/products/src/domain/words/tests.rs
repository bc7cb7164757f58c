use std::collections::BTreeSet;

use super::*;

fn list(text: &str) -> Vec<String> {
    Words::of(text).to_look_up().into_iter().collect()
}

/// Whether a search for `search` finds a product of this text.
fn finds(search: &str, text: &str) -> bool {
    let (searched, indexed) = (Words::of(search), Words::of(text));
    let has_words = indexed.contain(&searched);
    // Only what has the terms is looked at.
    assert!(!has_words || searched.to_look_up().is_subset(&indexed.to_index()), "{search:?} in {text:?}");
    has_words
}

#[test]
fn case_and_accents_do_not_count() {
    assert_eq!(list("Crème BRÛLÉE"), ["brulee", "creme"]);
    for (one, other) in [
        ("STRASSE", "Straße"),
        ("ΟΔΟΣ", "οδός"),
        ("İstanbul", "istanbul"),
        ("cafe\u{301}", "café"),
        ("ﬁne ２０", "fine 20"),
        ("ᾳ", "α"),
        ("Việt", "viet"),
        ("3\u{20e3}", "3"),
    ] {
        assert_eq!(Words::of(one), Words::of(other), "{one}");
    }
}

#[test]
fn invisible_characters_do_not_divide_words() {
    for c in [
        '\u{ad}',
        '\u{34f}',
        '\u{61c}',
        '\u{115f}',
        '\u{180e}',
        '\u{200b}',
        '\u{200c}',
        '\u{200d}',
        '\u{200e}',
        '\u{2060}',
        '\u{2064}',
        '\u{206f}',
        '\u{202e}',
        '\u{3164}',
        '\u{fe0f}',
        '\u{feff}',
        '\u{ffa0}',
        '\u{1d173}',
        '\u{e0061}',
        '\u{e0100}',
    ] {
        let word = format!("Kaffee{c}kanne");
        assert_eq!(list(&word), ["kaffeekanne"], "{c:?}");
        assert!(finds("kaffeekanne", &word) && finds(&word, "kaffeekanne"), "{c:?}");
    }
    assert_eq!(list("\u{ad} \u{200b}"), [""; 0]);
    assert_eq!(list("می\u{200c}خواهم"), list("میخواهم"));
}

#[test]
fn marks_that_tell_letters_apart_stay() {
    for (one, other) in [
        ("バス", "ハス"),
        ("パン", "ハン"),
        ("か\u{309a}", "か"),
        ("мой", "мои"),
        ("ёлка", "елка"),
        ("हिंदी", "हदी"),
        ("कि", "क"),
        ("มา", "ม้า"),
        ("שָׁלוֹם", "שלום"),
        ("كَتَبَ", "كتب"),
        ("தமிழ்", "தமிழ"),
    ] {
        assert!(!finds(one, other) && !finds(other, one), "{one} {other}");
        assert!(finds(one, one), "{one}");
    }
    assert_eq!(list("ﾊﾞｽ"), list("バス"));
    assert_eq!(list("ハ\u{3099}ス"), list("バス"));
    assert_eq!(list("и\u{306}"), list("й"));
    assert_eq!(list("हिंदी चाय"), ["चाय", "हिंदी"]);
}

#[test]
fn scripts_without_spaces_are_searched_by_their_characters() {
    for (search, text) in [
        ("台灯", "红色台灯"),
        ("红色", "红色台灯"),
        ("色台灯", "红色台灯"),
        ("灯", "红色台灯"),
        ("红色 台灯", "红色台灯"),
        ("台灯 红色", "红色台灯"),
        ("カメラ", "デジタルカメラ"),
        ("ｶﾒﾗ", "デジタルカメラ"),
        ("コーヒー", "アイスコーヒー"),
        ("東京タワー", "東京タワーの模型"),
        ("커피", "아이스커피포트"),
        ("กาแฟ", "ถ้วยกาแฟร้อน"),
        ("น้ำ", "ขวดน้ำดื่ม"),
        ("ກາເຟ", "ຈອກກາເຟ"),
        ("កាហ្វេ", "ពែងកាហ្វេ"),
        ("ကော်ဖီ", "ကော်ဖီခွက်"),
        ("iphone", "iPhone手机壳"),
        ("手机", "iPhone手机壳"),
        ("手机 iphone 15", "iPhone 手机壳15"),
        ("𠮷野", "吉𠮷野家"),
        ("人々", "昔の人々"),
    ] {
        assert!(finds(search, text), "{search} {text}");
    }
    for (search, text) in [
        ("灯台", "红色台灯"),
        ("台灯泡", "台灯 灯泡"),
        ("台灯泡", "灯泡 台灯"),
        ("红灯", "红色台灯"),
        ("ハ", "バ"),
        ("蓝色", "红色台灯"),
        ("phone", "iPhone手机壳"),
    ] {
        assert!(!finds(search, text), "{search} {text}");
    }
    assert_eq!(Words::of("台灯").to_index(), BTreeSet::from(["台", "灯", "台灯"].map(str::to_owned)));
}

#[test]
fn letters_without_a_decomposition_are_what_people_type_for_them() {
    for (one, typed) in [
        ("Smørrebrød", "smorrebrod"),
        ("SMØRREBRØD", "smorrebrod"),
        ("Łódź łóżko", "lodz lozko"),
        ("Đà Nẵng đèn", "da nang den"),
        ("Ærø ǽ", "aero ae"),
        ("Œuvre cœur", "oeuvre coeur"),
        ("Straße STRAẞE", "strasse"),
        ("Þór ÞÓR", "thor"),
        ("Guðrún", "gudrun"),
        ("Ħamrun ŧ Ŋ", "hamrun t n"),
        ("kırmızı KIRMIZI", "kirmizi"),
        ("Ənvər", "enver"),
        ("Ǿ ǿ", "o"),
    ] {
        assert_eq!(list(one), list(typed), "{one}");
    }
}

#[test]
fn strokes_bars_hooks_and_tails_do_not_count() {
    for (letters, typed) in [
        ("ⱥ", "a"),
        ("ƀɓ", "b"),
        ("ȼƈ", "c"),
        ("đɖɗð", "d"),
        ("ɇɛə", "e"),
        ("ƒ", "f"),
        ("ǥɠ", "g"),
        ("ħ", "h"),
        ("ɨı", "i"),
        ("ɉ", "j"),
        ("ƙ", "k"),
        ("łƚɫ", "l"),
        ("ɲƞŋ", "n"),
        ("øɵ", "o"),
        ("ᵽƥ", "p"),
        ("ĸ", "q"),
        ("ɍ", "r"),
        ("ŧƭʈⱦ", "t"),
        ("ʉ", "u"),
        ("ʋ", "v"),
        ("ɏƴ", "y"),
        ("ƶȥ", "z"),
    ] {
        for letter in letters.chars() {
            assert_eq!(list(&letter.to_string()), [typed], "{letter}");
            let upper_case: String = letter.to_uppercase().collect();
            assert_eq!(list(&upper_case), [typed], "{upper_case}");
        }
    }
}

#[test]
fn a_word_of_a_script_with_spaces_is_not_found_inside_another() {
    for (search, text) in
        [("лампа", "налампада"), ("φως", "αφωση"), ("شاي", "كشايك"), ("चाय", "कचायक"), ("lamp", "clamps")]
    {
        assert!(!finds(search, text), "{search} {text}");
        assert!(finds(search, &format!("{text} {search}")), "{search}");
    }
}

#[test]
fn punctuation_divides_words_of_a_script_without_spaces() {
    for (divided, spaced) in [("红色。台灯", "红色 台灯"), ("赤、青", "赤 青"), ("デスク・ランプ", "デスク ランプ")]
    {
        assert_eq!(Words::of(divided), Words::of(spaced), "{divided}");
    }
}

#[test]
fn words_are_whole_and_each_counts_once() {
    assert_eq!(list("desk-lamp, Lamp; USB/C 3.5mm"), ["3", "5mm", "c", "desk", "lamp", "usb"]);
    assert_eq!(list("  …!? \u{301}"), [""; 0]);
}

#[test]
fn a_long_word_is_cut() {
    assert_eq!(list(&"x".repeat(4_000)), list(&"x".repeat(65)));
    assert_ne!(list(&"x".repeat(63)), list(&"x".repeat(64)));
    let piled = format!("ก{}", "\u{e34}".repeat(1_000));
    assert!(Words::of(&piled).to_index().iter().all(|word| word.chars().count() <= 2 * MAX_LETTER));
}
