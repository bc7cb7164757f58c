//! What is on disk already.

use std::fs::{self, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::{Error, OWNER_ALL, OWNER_READ_WRITE, create_folder, failed, is_a_link};

/// Takes a file, or a folder and all that is in it, from everyone but this user. What does not exist is fine.
///
/// # Errors
/// There is a symbolic link, what is neither a file nor a folder, or another user's file.
pub fn restrict(path: &Path) -> Result<(), Error> {
    let failed = failed(path);
    let metadata = match fs::symlink_metadata(path) {
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(()),
        metadata => metadata.map_err(&failed)?,
    };
    if metadata.is_symlink() {
        return Err(failed(is_a_link()));
    }
    if metadata.is_dir() {
        // The folder first: after that nobody else can exchange what is in it.
        create_folder(path)?;
        for entry in fs::read_dir(path).map_err(&failed)? {
            restrict(&entry.map_err(&failed)?.path())?;
        }
        return Ok(());
    }
    if !metadata.is_file() {
        return Err(failed(io::Error::other("it is neither a file nor a folder")));
    }
    let mode = metadata.permissions().mode() & 0o7777;
    let restricted = if mode & 0o100 == 0 { OWNER_READ_WRITE } else { OWNER_ALL };
    if mode == restricted {
        return Ok(());
    }
    fs::set_permissions(path, Permissions::from_mode(restricted)).map_err(failed)
}
