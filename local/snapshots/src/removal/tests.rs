use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use time::OffsetDateTime;

use crate::{Name, Snapshots, killed};

const ENTRIES: &[&str] = &["mails"];

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// A data folder with what somebody took, some of it under names like those of restores.
fn taken(data: &Path) -> Snapshots {
    fs::create_dir(data.join("mails")).unwrap();
    fs::write(data.join("mails/one"), "hello").unwrap();
    let snapshots = Snapshots::open(data, ENTRIES).unwrap();
    for text in ["old", "before-restore-mine", "before-restore-1970-01-01T00-00-00.000Z"] {
        let draft = snapshots.begin(name(text)).unwrap();
        crate::copy(&data.join("mails"), &draft.folder("mails").unwrap()).unwrap();
        draft.keep(OffsetDateTime::UNIX_EPOCH).unwrap();
    }
    snapshots
}

fn restore(snapshots: &Snapshots) -> Result<Name, crate::Error> {
    loop {
        match snapshots.prepare(&name("old")) {
            // Two in one millisecond have the same name.
            Err(crate::Error::Taken(_)) => {}
            prepared => {
                let prepared = prepared?;
                let before = prepared.before().clone();
                prepared.put_in_place()?;
                return Ok(before);
            }
        }
    }
}

fn names(snapshots: &Snapshots) -> Vec<Name> {
    snapshots.list().unwrap().into_iter().map(|one| one.name).collect()
}

#[test]
fn of_what_restores_kept_the_newest_three_stay_and_of_what_was_taken_all() {
    let home = tempfile::tempdir().unwrap();
    let snapshots = taken(home.path());
    let mut made = Vec::new();
    let all_taken = names(&snapshots);
    for _ in 0..6 {
        made.insert(0, restore(&snapshots).unwrap());
        made.truncate(3);
        assert_eq!(names(&snapshots), [&made[..], &all_taken[..]].concat());
    }
    // A clock that was set back makes the last one the oldest.
    for one in &made {
        let file = snapshots.path(one).join("snapshot.json");
        let about = fs::read_to_string(&file).unwrap();
        fs::write(&file, about.replace("\"takenAt\":\"2", "\"takenAt\":\"9")).unwrap();
    }
    let last = restore(&snapshots).unwrap();
    assert_eq!(names(&snapshots), [&made[..2], &[last], &all_taken[..]].concat());
}

/// Killed after each of its steps, and again in the starts that follow.
#[test]
fn a_pruning_that_is_killed_is_done_by_the_next_start() {
    let mut is_done = false;
    for steps in 0.. {
        let home = tempfile::tempdir().unwrap();
        let snapshots = taken(home.path());
        let made = [0, 1, 2].map(|_| restore(&snapshots).unwrap());
        let before = names(&snapshots);
        is_done |= killed::after(steps, || restore(&snapshots));
        for more in 0.. {
            if killed::after(more, || Snapshots::open(home.path(), ENTRIES)) {
                break;
            }
        }
        let after = names(&snapshots);
        if after != before {
            assert_eq!(after.len(), before.len(), "after {steps} steps");
            assert!(!after.contains(&made[0]), "after {steps} steps");
        }
        for left in fs::read_dir(home.path().join("snapshots")).unwrap() {
            let left = left.unwrap().file_name().into_string().unwrap();
            assert!(after.contains(&name(&left)), "after {steps} steps: {left}");
        }
        if is_done {
            assert_ne!(after, before);
            break;
        }
    }
}

#[test]
fn what_can_not_be_removed_is_in_nobodys_way_and_told() {
    let home = tempfile::tempdir().unwrap();
    let snapshots = taken(home.path());
    let left = home.path().join("snapshots/.deleted");
    let locked = left.join("locked");
    fs::create_dir_all(&locked).unwrap();
    fs::write(locked.join("file"), "").unwrap();
    // Only root gets into it.
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    snapshots.delete(&name("before-restore-mine")).unwrap();
    let before = restore(&snapshots).unwrap();
    assert!(left.exists() && snapshots.has(&before));

    let snapshots = Snapshots::open(home.path(), ENTRIES).unwrap();
    assert_eq!(snapshots.restrict().unwrap().len(), usize::from(left.exists()));
    if left.exists() {
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o700)).unwrap();
    }
    snapshots.recover().unwrap();
    assert!(!left.exists() && snapshots.restrict().unwrap().is_empty());
}
