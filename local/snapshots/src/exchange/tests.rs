use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rusqlite::Connection;

use crate::files::is_there;
use crate::{Error, Name, Snapshots, killed};

const ENTRIES: &[&str] = &["used", "numbers", "mails", "since"];

/// Fills a data folder, or a draft.
fn fill(folder: &Path, number: u32) {
    fs::write(folder.join("used"), "").unwrap();
    for name in ["numbers", "mails"] {
        fs::create_dir_all(folder.join(name)).unwrap();
    }
    let database = Connection::open(folder.join("numbers/db.sqlite")).unwrap();
    database.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS numbers (number INTEGER)").unwrap();
    database.execute("INSERT INTO numbers VALUES (?1)", [number]).unwrap();
    fs::write(folder.join(format!("mails/{number}")), "hello").unwrap();
}

/// What a data folder has, as its numbers and mails.
fn content(folder: &Path) -> (Vec<u32>, Vec<String>, bool) {
    let database = Connection::open(folder.join("numbers/db.sqlite")).unwrap();
    let mut select = database.prepare("SELECT number FROM numbers").unwrap();
    let numbers = select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mails = fs::read_dir(folder.join("mails")).unwrap();
    let mut mails: Vec<_> = mails.map(|mail| mail.unwrap().file_name().into_string().unwrap()).collect();
    mails.sort_unstable();
    (numbers, mails, is_there(&folder.join("used")) && !is_there(&folder.join("since")))
}

fn old() -> (Vec<u32>, Vec<String>, bool) {
    (vec![1], vec!["1".to_owned()], true)
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// A data folder with a snapshot `old`, and with more since.
fn changed_since(data: &Path) -> Snapshots {
    let snapshots = Snapshots::open(data, ENTRIES).unwrap();
    fill(data, 1);
    let draft = snapshots.begin(name("old")).unwrap();
    for entry in ENTRIES {
        draft.copy(&data.join(entry)).unwrap();
    }
    draft.keep(time::OffsetDateTime::UNIX_EPOCH).unwrap();
    fill(data, 2);
    fs::write(data.join("since"), "").unwrap();
    snapshots
}

#[test]
fn a_restore_goes_back_and_keeps_what_was_there() {
    let home = tempfile::tempdir().unwrap();
    let snapshots = changed_since(home.path());
    let now = content(home.path());
    let prepared = snapshots.prepare(&name("old")).unwrap();
    let before = prepared.before().clone();
    prepared.put_in_place().unwrap();
    assert_eq!(content(home.path()), old());
    let names: Vec<_> = snapshots.list().unwrap().into_iter().map(|one| one.name).collect();
    assert_eq!(names, [before.clone(), name("old")]);
    // And there again, more than once.
    snapshots.prepare(&before).unwrap().put_in_place().unwrap();
    assert_eq!((content(home.path()), now.2), (now, false));
    snapshots.prepare(&name("old")).unwrap().put_in_place().unwrap();
    assert_eq!(content(home.path()), old());
}

#[test]
fn a_copy_that_is_not_used_goes_and_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let snapshots = changed_since(home.path());
    let now = content(home.path());
    let prepared = snapshots.prepare(&name("old")).unwrap();
    fill(prepared.path(), 3);
    let path = prepared.path().to_owned();
    drop(prepared);
    assert_eq!((content(home.path()), is_there(&path)), (now, false));
    assert_eq!(content(&home.path().join("snapshots/old")), old());
}

#[test]
fn a_snapshot_that_is_damaged_unknown_or_of_another_version_is_not_used() {
    let home = tempfile::tempdir().unwrap();
    let snapshots = changed_since(home.path());
    let refused = snapshots.prepare(&name("new")).unwrap_err();
    assert_eq!(refused.to_string(), "there is no snapshot new; there is old");
    fs::write(home.path().join("snapshots/old/numbers/db.sqlite"), [b'x'; 8192]).unwrap();
    assert!(matches!(snapshots.prepare(&name("old")), Err(Error::Damaged { .. })));
    let about = r#"{"format": 2, "takenAt": "2026-01-31T12:00:00Z", "bytes": 1}"#;
    fs::write(home.path().join("snapshots/old/snapshot.json"), about).unwrap();
    assert!(matches!(snapshots.prepare(&name("old")), Err(Error::Format(_))));
    snapshots.delete(&name("old")).unwrap();
}

/// Killed after each of its steps, and again while the next start brings it to its end.
#[test]
fn a_restore_that_is_killed_leaves_the_one_or_the_other_whole() {
    let mut went_back = 0;
    for steps in 0.. {
        let home = tempfile::tempdir().unwrap();
        let snapshots = changed_since(home.path());
        let now = content(home.path());
        let mut before = None;
        let is_done = killed::after(steps, || {
            let prepared = snapshots.prepare(&name("old"))?;
            before = Some(prepared.before().clone());
            prepared.put_in_place()
        });
        for more in 0.. {
            if killed::after(more, || Snapshots::open(home.path(), ENTRIES)) {
                break;
            }
        }
        let has = content(home.path());
        let names: Vec<_> = snapshots.list().unwrap().into_iter().map(|one| one.name).collect();
        if has == old() {
            went_back += 1;
            let before = before.unwrap();
            assert!(snapshots.has(&before), "after {steps} steps");
            assert_eq!(content(&snapshots.path(&before)), now, "after {steps} steps");
            assert_eq!(names, [before, name("old")], "after {steps} steps");
        } else {
            assert_eq!((has, names), (now, vec![name("old")]), "after {steps} steps");
        }
        let left: Vec<_> = fs::read_dir(home.path().join("snapshots")).unwrap().map(|one| one.unwrap()).collect();
        assert!(!left.iter().any(|one| one.file_name().to_string_lossy().starts_with('.')), "{left:?}");
        if is_done {
            break;
        }
    }
    assert!(went_back > 5);
}

#[test]
fn what_is_not_as_it_was_taken_is_refused() {
    type Spoil = fn(&Path);
    let spoiled: [(&str, Spoil); 6] = [
        ("a mark is gone", |old| fs::remove_file(old.join("used")).unwrap()),
        ("a folder is gone", |old| fs::remove_dir_all(old.join("mails")).unwrap()),
        ("a database is empty", |old| fs::write(old.join("numbers/db.sqlite"), "").unwrap()),
        ("a file is new", |old| fs::write(old.join("mails/more"), "").unwrap()),
        ("a link", |old| {
            fs::remove_file(old.join("mails/1")).unwrap();
            std::os::unix::fs::symlink("/etc/hostname", old.join("mails/1")).unwrap();
        }),
        ("a pipe", |old| {
            fs::remove_file(old.join("mails/1")).unwrap();
            let made = std::process::Command::new("mkfifo").arg(old.join("mails/1")).status().unwrap();
            assert!(made.success());
        }),
    ];
    for (what, spoil) in spoiled {
        let home = tempfile::tempdir().unwrap();
        let snapshots = changed_since(home.path());
        spoil(&home.path().join("snapshots/old"));
        assert!(matches!(snapshots.prepare(&name("old")), Err(Error::Damaged { .. })), "{what}");
        assert!(!is_there(&home.path().join("snapshots/.incoming")), "{what}");
    }
}

#[test]
fn a_snapshot_is_no_link_and_what_is_restored_is_the_users_alone() {
    let home = tempfile::tempdir().unwrap();
    let snapshots = changed_since(home.path());
    let mode = |path: &str| fs::metadata(home.path().join(path)).unwrap().permissions().mode() & 0o777;
    for path in ["snapshots/old/used", "snapshots/old/mails/1", "snapshots/old/mails"] {
        fs::set_permissions(home.path().join(path), fs::Permissions::from_mode(0o777)).unwrap();
    }
    snapshots.prepare(&name("old")).unwrap().put_in_place().unwrap();
    assert_eq!((mode("used"), mode("mails/1"), mode("mails")), (0o600, 0o600, 0o700));
    std::os::unix::fs::symlink(home.path().join("snapshots/old"), home.path().join("snapshots/link")).unwrap();
    assert!(matches!(snapshots.prepare(&name("link")), Err(Error::Unknown { .. })));
}
