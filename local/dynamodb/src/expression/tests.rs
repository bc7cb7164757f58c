use super::Element::{Attribute, Index};
use super::{Element, Target, targets};

#[test]
fn an_updates_targets_are_found_in_every_clause() {
    let names = std::collections::HashMap::from([("#k".to_owned(), "id".to_owned())]);
    let name = |name: &str| Attribute(name.to_owned());
    let part = |path: &[Element], word: &str| Target { path: path.to_vec(), word: word.to_owned() };
    let target = |attribute: &str| part(&[name(attribute)], attribute);
    assert_eq!(
        targets("SET a = if_not_exists(b, :b), c[0].d = e + :f REMOVE #k.#k, g add h :h DELETE i :i", Some(&names)),
        [
            target("a"),
            part(&[name("c"), Index(0), name("d")], "c"),
            part(&[name("id"), name("id")], "#k"),
            target("g"),
            target("h"),
            target("i"),
        ]
    );
}
