use super::{Target, targets};

#[test]
fn an_updates_targets_are_found_in_every_clause() {
    let names = std::collections::HashMap::from([("#k".to_owned(), "id".to_owned())]);
    let target = |attribute: &str, word: &str| Target { attribute: attribute.to_owned(), word: word.to_owned() };
    assert_eq!(
        targets("SET a = if_not_exists(b, :b), c[0].d = e + :f REMOVE #k.x, g add h :h DELETE i :i", Some(&names)),
        [target("a", "a"), target("c", "c"), target("id", "#k"), target("g", "g"), target("h", "h"), target("i", "i"),]
    );
}
