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
    assert_eq!(snapshots.list().unwrap(), [young, old.clone()]);
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
        if is_done || listed == 1 {
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
    assert_eq!(fs::read_dir(home.path().join("snapshots")).unwrap().count(), 0);
}

/// Nobody is asked to look through all names.
#[test]
fn of_many_names_the_newest_are_listed() {
    let home = tempfile::tempdir().unwrap();
    let snapshots = Snapshots::open(home.path(), &["mails"]).unwrap();
    let told = || snapshots.delete(&name("none")).unwrap_err().to_string();
    assert_eq!(told(), "there is no snapshot none; there is none");
    for second in 1..=10 {
        take(&snapshots, &format!("n{second}"), second).unwrap();
    }
    let newest = "there is no snapshot none; there is n10, n9, n8, n7, n6, n5, n4, n3, n2, n1";
    assert_eq!(told(), newest);
    take(&snapshots, "n11", 11).unwrap();
    take(&snapshots, "n12", 12).unwrap();
    assert_eq!(told(), newest.replace("n10, ", "n12, n11, n10, ").replace(", n2, n1", " and 2 more"));
}

fn pipe(path: &Path) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// Another user's, if this user may give something away.
fn give_away(path: &Path) -> bool {
    std::os::unix::fs::chown(path, Some(12_345), None).is_ok()
}

#[test]
fn what_is_no_snapshot_of_this_users_is_told_left_alone_and_in_nobodys_way() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("snapshots");
    let elsewhere = home.path().join("elsewhere");
    let snapshots = Snapshots::open(home.path(), &["mails"]).unwrap();
    for text in ["good", "theirs", "with-a-link", "with-a-pipe"] {
        take(&snapshots, text, 1).unwrap();
    }
    fs::rename(folder.join("good"), &elsewhere).unwrap();
    take(&snapshots, "good", 1).unwrap();
    for link in ["link", ".decided", ".placed", "with-a-link/mails/link"] {
        std::os::unix::fs::symlink(&elsewhere, folder.join(link)).unwrap();
    }
    fs::remove_file(folder.join("with-a-pipe/snapshot.json")).unwrap();
    for one in ["pipe", "with-a-pipe/snapshot.json"] {
        pipe(&folder.join(one));
    }
    let are_theirs = give_away(&folder.join("theirs"));
    fs::set_permissions(folder.join("good/mails"), fs::Permissions::from_mode(0o755)).unwrap();

    let snapshots = Snapshots::open(home.path(), &["mails"]).unwrap();
    let mut told: Vec<String> = snapshots.restrict().unwrap().iter().map(Error::to_string).collect();
    told.sort();
    let path = |entry: &str| folder.join(entry).display().to_string();
    let mut expected = Vec::new();
    for link in ["link", ".decided", ".placed", "with-a-link/mails/link"] {
        expected.push(format!("{}: it is a symbolic link, which is not followed", path(link)));
    }
    for one in ["pipe", "with-a-pipe/snapshot.json"] {
        expected.push(format!("{}: it is neither a file nor a folder", path(one)));
    }
    if are_theirs {
        expected.push(format!("{}: it belongs to another user", path("theirs")));
    }
    expected.sort();
    assert_eq!(told, expected);
    assert!(["link", ".decided", "pipe", "theirs"].iter().all(|entry| is_there(&folder.join(entry))));
    assert!(elsewhere.join("mails/one").exists());
    assert_eq!(fs::metadata(folder.join("good/mails")).unwrap().permissions().mode() & 0o777, 0o700);

    // Nor is it listed or used, and others are taken.
    take(&snapshots, "new", 2).unwrap();
    let names: Vec<_> = snapshots.list().unwrap().into_iter().map(|one| one.name.to_string()).collect();
    let expected: &[_] =
        if are_theirs { &["new", "with-a-link", "good"] } else { &["new", "with-a-link", "theirs", "good"] };
    assert_eq!(names, expected);
    for one in ["link", "pipe", "with-a-pipe"] {
        assert!(matches!(snapshots.prepare(&name(one)), Err(Error::Unknown { .. })), "{one}");
    }
    assert!(!are_theirs || matches!(snapshots.prepare(&name("theirs")), Err(Error::Unknown { .. })));
    assert!(!are_theirs || matches!(snapshots.delete(&name("theirs")), Err(Error::Io { .. })));
    let in_the_way = snapshots.prepare(&name("good")).unwrap_err().to_string();
    assert!(
        in_the_way.ends_with("a file of this name that no restore made is in the way; move it away"),
        "{in_the_way}"
    );
    for one in [".decided", ".placed"] {
        fs::remove_file(folder.join(one)).unwrap();
    }
    snapshots.prepare(&name("good")).unwrap().put_in_place().unwrap();
    assert!(home.path().join("mails/one").exists());
    // Whoever asks for it by its name may delete it, and a link alone goes.
    for one in ["link", "pipe"] {
        snapshots.delete(&name(one)).unwrap();
        assert!(!is_there(&folder.join(one)));
    }
    assert!(elsewhere.join("mails/one").exists());
}

#[test]
fn a_link_in_the_place_of_all_snapshots_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let elsewhere = home.path().join("elsewhere");
    fs::create_dir_all(elsewhere.join(".decided/mails")).unwrap();
    std::os::unix::fs::symlink(&elsewhere, home.path().join("snapshots")).unwrap();
    let refused = Snapshots::open(home.path(), &["mails"]).unwrap_err();
    assert!(refused.to_string().ends_with("it is a symbolic link, which is not followed"), "{refused}");
    assert!(elsewhere.join(".decided/mails").exists());
}
