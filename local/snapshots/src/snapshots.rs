//! The snapshots of a data folder.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::macros::format_description;

use crate::{Error, Name, exchange, files};

/// The folder of snapshots, in the data folder.
pub const FOLDER: &str = "snapshots";

/// A snapshot that is being taken.
const DRAFT: &str = ".draft";

/// A snapshot that is being deleted.
const DELETED: &str = ".deleted";

/// What a snapshot says about itself. A folder without it is none.
const ABOUT: &str = "snapshot.json";

/// Of what is kept in a snapshot; another one is not used.
const FORMAT: u32 = 1;

/// The snapshots of a data folder. Whoever has it has the data folder to itself, and does one thing at a time.
#[derive(Debug, Clone)]
pub struct Snapshots {
    pub(crate) data: PathBuf,
    pub(crate) folder: PathBuf,
    /// The files and folders of the data folder that a snapshot has.
    pub(crate) entries: &'static [&'static str],
}

/// A snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// Its name.
    pub name: Name,
    /// When it was taken, as RFC 3339 has it.
    pub taken_at: String,
    /// Its size.
    pub bytes: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct About {
    format: u32,
    taken_at: String,
    #[serde(default)]
    files: u64,
    bytes: u64,
}

/// A snapshot that is being taken. It goes when this is dropped, unless it is kept.
#[derive(Debug)]
pub struct Draft {
    name: Name,
    path: PathBuf,
    to: PathBuf,
}

impl Snapshots {
    /// The snapshots of a data folder, in which `entries` are data, [recovered](Self::recover).
    ///
    /// # Errors
    /// [`Error::Io`]
    pub fn open(data: &Path, entries: &'static [&'static str]) -> Result<Self, Error> {
        let snapshots = Self { data: data.to_owned(), folder: data.join(FOLDER), entries };
        snapshots.recover()?;
        Ok(snapshots)
    }

    /// Brings a restore that was decided to its end, and removes whatever else was cut short.
    ///
    /// # Errors
    /// [`Error::Io`]
    pub fn recover(&self) -> Result<(), Error> {
        self.finish()?;
        for unfinished in [DRAFT, DELETED, exchange::INCOMING] {
            files::remove(&self.folder.join(unfinished))?;
        }
        Ok(())
    }

    /// All snapshots, the oldest first.
    ///
    /// # Errors
    /// [`Error::Io`]
    pub fn list(&self) -> Result<Vec<Snapshot>, Error> {
        let failed = Error::io(&self.folder);
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(&failed)?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let Ok(name) = entry.map_err(&failed)?.file_name().to_string_lossy().parse::<Name>() else { continue };
            if let Some(About { taken_at, bytes, .. }) = about(&self.path(&name)) {
                found.push(Snapshot { name, taken_at, bytes });
            }
        }
        found.sort_unstable_by(|one, other| (&one.taken_at, &one.name).cmp(&(&other.taken_at, &other.name)));
        Ok(found)
    }

    /// Whether there is a snapshot of that name.
    #[must_use]
    pub fn has(&self, name: &Name) -> bool {
        about(&self.path(name)).is_some()
    }

    /// Begins a snapshot.
    ///
    /// # Errors
    /// [`Error::Taken`] or [`Error::Io`]
    pub fn begin(&self, name: Name) -> Result<Draft, Error> {
        let to = self.path(&name);
        if files::is_there(&to) {
            return Err(Error::Taken(name));
        }
        local_private_files::create_folder(&self.folder)?;
        let path = self.folder.join(DRAFT);
        files::remove(&path)?;
        local_private_files::create_folder(&path)?;
        Ok(Draft { name, path, to })
    }

    /// Deletes a snapshot, also one that is too damaged to be listed.
    ///
    /// # Errors
    /// [`Error::Unknown`] or [`Error::Io`]
    pub fn delete(&self, name: &Name) -> Result<(), Error> {
        if !files::is_there(&self.path(name)) {
            self.find(name)?;
        }
        self.remove(&self.path(name))
    }

    /// Removes a folder at once: half of it is never there under its name.
    pub(crate) fn remove(&self, folder: &Path) -> Result<(), Error> {
        let deleted = self.folder.join(DELETED);
        files::remove(&deleted)?;
        files::rename(folder, &deleted)?;
        files::remove(&deleted)
    }

    /// The folder of a snapshot that can be used, and how many files and bytes it has.
    pub(crate) fn usable(&self, name: &Name) -> Result<(PathBuf, (u64, u64)), Error> {
        match self.find(name)? {
            About { format: FORMAT, files, bytes, .. } => Ok((self.path(name), (files, bytes))),
            _ => Err(Error::Format(name.clone())),
        }
    }

    fn find(&self, name: &Name) -> Result<About, Error> {
        if let Some(about) = about(&self.path(name)) {
            return Ok(about);
        }
        let others = self.list()?.into_iter().map(|one| one.name).collect();
        Err(Error::Unknown { name: name.clone(), others })
    }

    pub(crate) fn path(&self, name: &Name) -> PathBuf {
        self.folder.join(name.as_str())
    }
}

impl Draft {
    /// The folder `name` in it, which is made.
    ///
    /// # Errors
    /// [`Error::Io`]
    pub fn folder(&self, name: &str) -> Result<PathBuf, Error> {
        let path = self.path.join(name);
        local_private_files::create_folder(&path)?;
        Ok(path)
    }

    /// Copies a file of the data folder into it, if there is one.
    ///
    /// # Errors
    /// [`Error::Io`]
    pub fn copy(&self, file: &Path) -> Result<(), Error> {
        files::copy(file, &self.path.join(file.file_name().unwrap_or_default()))
    }

    /// Keeps it: from now on it is a snapshot, and the disk has it.
    ///
    /// # Errors
    /// [`Error::Io`]
    pub fn keep(self, taken_at: OffsetDateTime) -> Result<Snapshot, Error> {
        let (taken_at, bytes) = describe(&self.path, taken_at)?;
        files::sync(&self.path)?;
        files::rename(&self.path, &self.to)?;
        files::sync_folder(self.to.parent().unwrap_or(&self.to))?;
        Ok(Snapshot { name: self.name.clone(), taken_at, bytes })
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // What stays is removed before the next one.
        let _ = files::remove(&self.path);
    }
}

/// Makes a folder a snapshot.
pub(crate) fn describe(folder: &Path, taken_at: OffsetDateTime) -> Result<(String, u64), Error> {
    let path = folder.join(ABOUT);
    let (files, bytes) = files::size(folder, &path)?;
    // Always as long, so that the texts are in the order of the moments.
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    let about = About { format: FORMAT, taken_at: taken_at.format(format).unwrap_or_default(), files, bytes };
    let text = serde_json::json!(about).to_string();
    files::write(&path, &text)?;
    Ok((about.taken_at, bytes))
}

/// What a folder says about itself; `None` if it is no snapshot. A link to a folder is none.
fn about(folder: &Path) -> Option<About> {
    fs::symlink_metadata(folder).ok().filter(fs::Metadata::is_dir)?;
    serde_json::from_slice(&fs::read(folder.join(ABOUT)).ok()?).ok()
}

#[cfg(test)]
mod tests;
