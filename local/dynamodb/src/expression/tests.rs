use super::Element::{Attribute, Index};
use super::{Element, Target, targets};

#[test]
fn an_updates_targets_are_found_in_every_clause() {
    let names = std::collections::HashMap::from([("#k".to_owned(), "id".to_owned())]);
    let part = |attribute: &str, within: &[Element], word: &str| Target {
        attribute: attribute.to_owned(),
        within: within.to_vec(),
        word: word.to_owned(),
    };
    let target = |attribute: &str| part(attribute, &[], attribute);
    assert_eq!(
        targets("SET a = if_not_exists(b, :b), c[0].d = e + :f REMOVE #k.#k, g add h :h DELETE i :i", Some(&names)),
        [
            target("a"),
            part("c", &[Index(0), Attribute("d".to_owned())], "c"),
            part("id", &[Attribute("id".to_owned())], "#k"),
            target("g"),
            target("h"),
            target("i"),
        ]
    );
}
