use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;

use super::*;

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, Error>) -> String {
    outcome.unwrap_err().cause.to_string()
}

#[test]
fn what_is_made_is_its_owners_alone() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("above/folder");
    create_folder(&folder).unwrap();
    create_file(&folder.join("file")).unwrap();
    assert_eq!((mode(&folder), mode(&folder.join("file"))), (0o700, 0o600));
    // Only what is asked for: the folder above may be shared.
    assert_ne!(mode(&home.path().join("above")), 0o700);
}

#[test]
fn what_was_there_is_taken_from_everyone_else_and_keeps_its_content() {
    let home = tempfile::tempdir().unwrap();
    let (folder, file) = (home.path().join("folder"), home.path().join("folder/file"));
    fs::create_dir_all(folder.join("deeper")).unwrap();
    for (name, mode) in [("file", 0o666), ("deeper/program", 0o4755), ("deeper/read-only", 0o444)] {
        fs::write(folder.join(name), name).unwrap();
        set_mode(&folder.join(name), mode);
    }
    set_mode(&folder, 0o777);
    create_folder(&folder).unwrap();
    create_file(&file).unwrap();
    assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
    restrict(&folder).unwrap();
    assert_eq!(mode(&folder.join("deeper")), 0o700);
    assert_eq!(mode(&folder.join("deeper/program")), 0o700);
    assert_eq!(mode(&folder.join("deeper/read-only")), 0o600);
    assert_eq!(fs::read(&file).unwrap(), b"file");
    restrict(&home.path().join("nothing")).unwrap();
}

#[test]
fn no_link_is_followed() {
    let home = tempfile::tempdir().unwrap();
    let (elsewhere, file) = (home.path().join("elsewhere"), home.path().join("elsewhere/file"));
    fs::create_dir(&elsewhere).unwrap();
    fs::write(&file, "mine").unwrap();
    set_mode(&elsewhere, 0o755);
    set_mode(&file, 0o644);
    let folder = home.path().join("folder");
    create_folder(&folder).unwrap();
    for (name, to) in [("to-folder", &elsewhere), ("to-file", &file), ("to-nothing", &home.path().join("none"))] {
        let link = folder.join(name);
        symlink(to, &link).unwrap();
        for refused in [refusal(create_folder(&link)), refusal(create_file(&link)), refusal(restrict(&folder))] {
            assert_eq!(refused, "it is a symbolic link, which is not followed", "{name}");
        }
        fs::remove_file(&link).unwrap();
    }
    restrict(&folder).unwrap();
    assert_eq!((mode(&elsewhere), mode(&file)), (0o755, 0o644));
    assert!(!home.path().join("none").exists());
}

#[test]
fn what_is_of_another_kind_is_refused() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("file"), "").unwrap();
    assert_eq!(refusal(create_folder(&home.path().join("file"))), "it is not a folder");
    create_file(home.path()).unwrap_err();
    let socket = home.path().join("socket");
    let _listener = UnixListener::bind(&socket).unwrap();
    assert_eq!(refusal(restrict(home.path())), "it is neither a file nor a folder");
}
