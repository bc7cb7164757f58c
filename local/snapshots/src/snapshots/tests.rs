use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::files::is_there;
use crate::killed;

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn take(snapshots: &Snapshots, text: &str, seconds: i64) -> Result<Snapshot, Error> {
    let draft = snapshots.begin(name(text))?;
    fs::write(draft.folder("mails")?.join("one"), "hello").unwrap();
    draft.keep(OffsetDateTime::from_unix_timestamp(seconds).unwrap())
}

#[test]
fn snapshots_are_listed_by_age_and_deleted() {
    let home = tempfile::tempdir().unwrap();
    let snapshots = Snapshots::open(home.path(), &["mails"]).unwrap();
    assert_eq!(snapshots.list().unwrap(), []);
    let (young, old) = (take(&snapshots, "a", 2).unwrap(), take(&snapshots, "b", 1).unwrap());
    assert_eq!((old.taken_at.as_str(), old.bytes), ("1970-01-01T00:00:01.000Z", 5));
    fs::create_dir(home.path().join("snapshots/other")).unwrap();
    assert_eq!(snapshots.list().unwrap(), [old.clone(), young]);
    assert!(matches!(snapshots.begin(name("a")), Err(Error::Taken(_))));
    snapshots.delete(&name("a")).unwrap();
    assert_eq!(snapshots.list().unwrap(), [old]);
    assert_eq!(snapshots.delete(&name("a")).unwrap_err().to_string(), "there is no snapshot a; there is b");
    // What is left of one.
    assert!(!snapshots.has(&name("other")));
    snapshots.delete(&name("other")).unwrap();
    assert!(!is_there(&home.path().join("snapshots/other")));
    for path in ["snapshots", "snapshots/b", "snapshots/b/mails"] {
        assert_eq!(fs::metadata(home.path().join(path)).unwrap().permissions().mode() & 0o777, 0o700, "{path}");
    }
}

#[test]
fn a_take_or_a_deletion_that_is_cut_short_leaves_nothing_that_is_listed() {
    let home = tempfile::tempdir().unwrap();
    let snapshots = Snapshots::open(home.path(), &["mails"]).unwrap();
    for steps in 0.. {
        let is_done = killed::after(steps, || take(&snapshots, "a", 1));
        let listed = snapshots.list().unwrap().len();
        assert!(listed == 0 || home.path().join("snapshots/a/mails/one").exists());
        if is_done {
            break;
        }
    }
    for steps in 0.. {
        let is_done = killed::after(steps, || snapshots.delete(&name("a")));
        let listed = snapshots.list().unwrap().len();
        assert!(listed == 0 || home.path().join("snapshots/a/mails/one").exists());
        if is_done || listed == 0 {
            break;
        }
    }
    drop(Snapshots::open(home.path(), &["mails"]).unwrap());
    assert!(!is_there(&home.path().join("snapshots/.deleted")));
}
