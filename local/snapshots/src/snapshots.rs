//! The snapshots of a data folder.

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::macros::format_description;

use crate::removal::DELETED;
use crate::{Error, Name, exchange, files};

/// The folder of snapshots, in the data folder.
pub const FOLDER: &str = "snapshots";

/// A snapshot that is being taken.
const DRAFT: &str = ".draft";

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

/// What a snapshot says about itself.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct About {
    format: u32,
    taken_at: String,
    #[serde(default)]
    files: u64,
    bytes: u64,
    /// Whether a restore made it, and nobody asked for it.
    #[serde(default)]
    pub before_restore: bool,
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
    /// [`Error::Io`], also if there is a symbolic link or another user's folder in their folder's place
    pub fn open(data: &Path, entries: &'static [&'static str]) -> Result<Self, Error> {
        let snapshots = Self { data: data.to_owned(), folder: data.join(FOLDER), entries };
        local_private_files::check_folder(&snapshots.folder)?;
        snapshots.recover()?;
        Ok(snapshots)
    }

    /// Brings a restore that was decided to its end, and removes whatever else was cut short. What can't be removed stays, and
    /// is in nobody's way; [`restrict`](Self::restrict) tells of it.
    ///
    /// # Errors
    /// [`Error::Io`]
    pub fn recover(&self) -> Result<(), Error> {
        self.finish()?;
        for left in self.entries()?.iter().filter(|path| self.is_cut_short(path)) {
            let _ = files::remove(left);
        }
        Ok(())
    }

    /// Takes the snapshots from everyone but this user. Gives what there is that can't be one of this user's, or can't be
    /// removed: it is left alone.
    ///
    /// # Errors
    /// [`Error::Io`]
    pub fn restrict(&self) -> Result<Vec<Error>, Error> {
        if !files::is_there(&self.folder) {
            return Ok(Vec::new());
        }
        local_private_files::create_folder(&self.folder)?;
        let restricted = self.entries()?.into_iter().map(|path| {
            if self.is_cut_short(&path) { files::remove(&path) } else { Ok(local_private_files::restrict(&path)?) }
        });
        Ok(restricted.filter_map(Result::err).collect())
    }

    /// All snapshots, the newest first.
    ///
    /// # Errors
    /// [`Error::Io`]
    pub fn list(&self) -> Result<Vec<Snapshot>, Error> {
        Ok(self
            .all()?
            .into_iter()
            .map(|(name, About { taken_at, bytes, .. })| Snapshot { name, taken_at, bytes })
            .collect())
    }

    /// The same, with what they say about themselves.
    pub(crate) fn all(&self) -> Result<Vec<(Name, About)>, Error> {
        let mut found = Vec::new();
        for path in self.entries()? {
            let Ok(name) = file_name(&path).parse::<Name>() else { continue };
            if let Some(about) = about(&path) {
                found.push((name, about));
            }
        }
        found.sort_unstable_by(|(one, about), (other, others)| (&others.taken_at, other).cmp(&(&about.taken_at, one)));
        Ok(found)
    }

    /// Everything in the folder.
    fn entries(&self) -> Result<Vec<PathBuf>, Error> {
        let failed = Error::io(&self.folder);
        match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            entries => entries.map_err(&failed)?.map(|entry| Ok(entry.map_err(&failed)?.path())).collect(),
        }
    }

    /// Whether an entry was not yet a snapshot, or is none any more.
    fn is_cut_short(&self, path: &Path) -> bool {
        let name = file_name(path);
        [DRAFT, exchange::INCOMING].contains(&name) || name.starts_with(DELETED)
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

    /// The folder of a snapshot that can be used, and how many files and bytes it has.
    pub(crate) fn usable(&self, name: &Name) -> Result<(PathBuf, (u64, u64)), Error> {
        match self.find(name)? {
            About { format: FORMAT, files, bytes, .. } => Ok((self.path(name), (files, bytes))),
            _ => Err(Error::Format(name.clone())),
        }
    }

    pub(crate) fn find(&self, name: &Name) -> Result<About, Error> {
        if let Some(about) = about(&self.path(name)) {
            return Ok(about);
        }
        let others = self.all()?.into_iter().map(|(name, _)| name).collect();
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
        let (taken_at, bytes) = describe(&self.path, taken_at, false)?;
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
pub(crate) fn describe(folder: &Path, taken_at: OffsetDateTime, before_restore: bool) -> Result<(String, u64), Error> {
    let path = folder.join(ABOUT);
    let (files, bytes) = files::size(folder, &path)?;
    // Always as long, so that the texts are in the order of the moments.
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    let taken_at = taken_at.format(format).unwrap_or_default();
    let about = About { format: FORMAT, taken_at, files, bytes, before_restore };
    let text = serde_json::json!(about).to_string();
    files::write(&path, &text)?;
    Ok((about.taken_at, bytes))
}

/// What a folder says about itself; `None` if it is no snapshot. A link to a folder is none, nor is another user's folder.
fn about(folder: &Path) -> Option<About> {
    local_private_files::check_folder(folder).ok()?;
    let file = folder.join(ABOUT);
    // Whoever reads a pipe waits for its writer.
    fs::symlink_metadata(&file).ok().filter(fs::Metadata::is_file)?;
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}

/// An entry's name; that of none of this program's entries if it is no text.
fn file_name(path: &Path) -> &str {
    path.file_name().and_then(OsStr::to_str).unwrap_or_default()
}

#[cfg(test)]
mod tests;
