//! Files and folders that their owner alone can use, and that no symbolic link leads to.

mod restrict;

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

pub use restrict::restrict;

/// The mode of a folder, and of an executable.
const OWNER_ALL: u32 = 0o700;
/// The mode of any other file.
const OWNER_READ_WRITE: u32 = 0o600;

/// A file or folder that can't be made its owner's alone.
#[derive(Debug, thiserror::Error)]
#[error("{}: {cause}", path.display())]
pub struct Error {
    /// The file or folder.
    pub path: PathBuf,
    /// What is wrong with it.
    pub cause: io::Error,
}

/// Creates a folder for this user alone, with the folders above it as they usually are, or restricts one that exists.
///
/// # Errors
/// It can't be created, or there is a symbolic link, a file or another user's folder in its place.
pub fn create_folder(path: &Path) -> Result<(), Error> {
    let failed = failed(path);
    if let Some(above) = path.parent() {
        fs::create_dir_all(above).map_err(&failed)?;
    }
    match DirBuilder::new().mode(OWNER_ALL).create(path) {
        Err(cause) if cause.kind() != ErrorKind::AlreadyExists => return Err(failed(cause)),
        _ => {}
    }
    check_folder(path)?;
    // Nobody else can put a link in its place now, unless they may write to the folder above.
    fs::set_permissions(path, Permissions::from_mode(OWNER_ALL)).map_err(failed)
}

/// Checks that a folder is one, and this user's. One that does not exist is fine.
///
/// # Errors
/// There is a symbolic link, a file or another user's folder.
pub fn check_folder(path: &Path) -> Result<(), Error> {
    let failed = failed(path);
    let metadata = match fs::symlink_metadata(path) {
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(()),
        metadata => metadata.map_err(&failed)?,
    };
    if metadata.is_symlink() {
        return Err(failed(is_a_link()));
    }
    if !metadata.is_dir() {
        return Err(failed(io::Error::new(ErrorKind::NotADirectory, "it is not a folder")));
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(failed(io::Error::new(ErrorKind::PermissionDenied, "it belongs to another user")));
    }
    Ok(())
}

/// Opens a file for this user alone, to read it and to write at its end; creates it if it is missing.
///
/// # Errors
/// It can't be opened, or there is a symbolic link or a folder in its place.
pub fn create_file(path: &Path) -> Result<File, Error> {
    let failed = failed(path);
    if fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink()) {
        return Err(failed(is_a_link()));
    }
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true).mode(OWNER_READ_WRITE).custom_flags(OFlags::NOFOLLOW.bits() as i32);
    let file = options.open(path).map_err(&failed)?;
    file.set_permissions(Permissions::from_mode(OWNER_READ_WRITE)).map_err(failed)?;
    Ok(file)
}

fn is_a_link() -> io::Error {
    io::Error::new(ErrorKind::PermissionDenied, "it is a symbolic link, which is not followed")
}

fn failed(path: &Path) -> impl Fn(io::Error) -> Error {
    |cause| Error { path: path.to_owned(), cause }
}

/// Compiles the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(test)]
mod tests;
