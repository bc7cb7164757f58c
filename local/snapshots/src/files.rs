//! Folders of files: copied, linked and synced.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

#[cfg(test)]
use crate::killed::step;
use crate::{Error, view};

/// Puts a file that is never changed in place at another path too; one that is not there is left out.
///
/// # Errors
/// [`Error::Io`]: it can be neither linked nor copied.
pub fn link(file: &Path, to: &Path) -> Result<(), Error> {
    match fs::hard_link(file, to) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        // A file system without links.
        Err(_) => fs::copy(file, to).map(drop).map_err(Error::io(to)),
    }
}

/// Copies a file, or a folder with all that is in it, for this user alone; what is not there is left out.
///
/// # Errors
/// [`Error::Io`], or [`Error::Damaged`]: something is neither a file nor a folder, be it a symbolic link.
pub fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    let metadata = match fs::symlink_metadata(from) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        metadata => metadata.map_err(Error::io(from))?,
    };
    if metadata.is_file() {
        let mut file = File::open(from).map_err(Error::io(from))?;
        let mut copy = local_private_files::create_file(to)?;
        return io::copy(&mut file, &mut copy).map(drop).map_err(Error::io(to));
    }
    if !metadata.is_dir() {
        return Err(Error::Damaged { path: from.to_owned(), problem: "it is neither a file nor a folder".to_owned() });
    }
    local_private_files::create_folder(to)?;
    for entry in fs::read_dir(from).map_err(Error::io(from))? {
        let entry = entry.map_err(Error::io(from))?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Checks every database in a folder.
pub(crate) fn check(path: &Path) -> Result<(), Error> {
    walk(path, &mut |file, is_folder| {
        if !is_folder && file.extension() == Some(OsStr::new("sqlite")) { view::check(file) } else { Ok(()) }
    })
}

/// Has the disk keep a folder and all that is in it.
pub(crate) fn sync(path: &Path) -> Result<(), Error> {
    walk(path, &mut |file, _| File::open(file).and_then(|file| file.sync_all()).map_err(Error::io(file)))
}

/// How many files there are in a folder, and their bytes, but for this one.
pub(crate) fn size(path: &Path, except: &Path) -> Result<(u64, u64), Error> {
    let (mut files, mut bytes) = (0, 0);
    walk(path, &mut |file, is_folder| {
        if !is_folder && file != except {
            files += 1;
            bytes += fs::symlink_metadata(file).map_err(Error::io(file))?.len();
        }
        Ok(())
    })?;
    Ok((files, bytes))
}

/// Removes a file, or a folder with all that is in it, if it is there. Of a symbolic link only the link.
pub(crate) fn remove(path: &Path) -> Result<(), Error> {
    step()?;
    let is_folder = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir());
    match if is_folder { fs::remove_dir_all(path) } else { fs::remove_file(path) } {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io(path)(error)),
        _ => Ok(()),
    }
}

/// Checks that a folder is this user's.
pub(crate) fn check_owner(path: &Path) -> Result<(), Error> {
    let is_folder = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir());
    if is_folder { Ok(local_private_files::check_folder(path)?) } else { Ok(()) }
}

/// Whether there is a folder of this user's.
pub(crate) fn is_own_folder(path: &Path) -> bool {
    is_there(path) && local_private_files::check_folder(path).is_ok()
}

/// Moves a file or a folder, if it is there.
pub(crate) fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    step()?;
    if is_there(from) { fs::rename(from, to).map_err(Error::io(from)) } else { Ok(()) }
}

/// Whether there is an entry of that name, be it a symbolic link that leads nowhere.
pub(crate) fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Visits what is in a folder, and then the folder.
fn walk(path: &Path, visit: &mut impl FnMut(&Path, bool) -> Result<(), Error>) -> Result<(), Error> {
    let is_folder = fs::symlink_metadata(path).map_err(Error::io(path))?.is_dir();
    if is_folder {
        for entry in fs::read_dir(path).map_err(Error::io(path))? {
            walk(&entry.map_err(Error::io(path))?.path(), visit)?;
        }
    }
    visit(path, is_folder)
}

/// Has the disk keep which entries a folder has.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), Error> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(Error::io(folder))
}

/// Where a test may end everything, as `kill -9` does.
#[cfg(not(test))]
fn step() -> Result<(), Error> {
    Ok(())
}

/// Writes a file anew.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Error> {
    step()?;
    let mut file = local_private_files::create_file(path)?;
    // It may be there from a start that was cut short.
    file.set_len(0)
        .and_then(|()| file.write_all(text.as_bytes()))
        .and_then(|()| file.sync_all())
        .map_err(Error::io(path))
}
