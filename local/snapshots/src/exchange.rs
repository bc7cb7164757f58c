//! A snapshot in the data's place, and what was there as a snapshot: all of it or nothing, whenever the process is killed.
//!
//! The copy is made in [`INCOMING`]. By the name [`DECIDED`] it is to be the data: first everything that is there is moved to
//! [`OUTGOING`]. When that is done the copy's name is [`PLACED`], and everything in it is moved to where the other was. Each
//! name says which of the two the data folder's entries are, so a start that finds one goes on from there.

use std::fs;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use crate::snapshots::describe;
use crate::{Error, Name, Snapshots, files};

/// The copy, until the restore is decided.
pub(crate) const INCOMING: &str = ".incoming";

/// The copy, while what was there is moved away.
const DECIDED: &str = ".decided";

/// The copy, while it is moved to the data's place.
const PLACED: &str = ".placed";

/// What was there, until it is a snapshot.
const OUTGOING: &str = ".outgoing";

/// The file in the copy with the name of the snapshot that [`OUTGOING`] becomes.
const BEFORE: &str = "before";

/// A copy of a snapshot that is to be the data. It goes when this is dropped, unless it is put there.
#[derive(Debug)]
pub struct Prepared {
    snapshots: Snapshots,
    path: PathBuf,
    before: Name,
}

impl Snapshots {
    /// Copies a snapshot, and checks that the copy has all of it and that its databases are sound.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Format`], [`Error::Taken`], [`Error::Damaged`] or [`Error::Io`]
    pub fn prepare(&self, name: &Name) -> Result<Prepared, Error> {
        let (from, size) = self.usable(name)?;
        let before = Name::before_restore(OffsetDateTime::now_utc());
        if files::is_there(&self.path(&before)) {
            return Err(Error::Taken(before));
        }
        // What no restore made is left alone, and would be in the way of one.
        if let Some(path) = [DECIDED, PLACED, OUTGOING]
            .map(|name| self.folder.join(name))
            .into_iter()
            .find(|path| files::is_there(path))
        {
            return Err(Error::Damaged {
                path,
                problem: "a file of this name that no restore made is in the way; move it away".to_owned(),
            });
        }
        let path = self.folder.join(INCOMING);
        files::remove(&path)?;
        local_private_files::create_folder(&path)?;
        let prepared = Prepared { snapshots: self.clone(), path, before };
        for entry in self.entries {
            files::copy(&from.join(entry), &prepared.path.join(entry))?;
        }
        if files::size(&prepared.path, Path::new(""))? != size {
            return Err(Error::Damaged { path: from, problem: "files are missing or have another size".to_owned() });
        }
        files::check(&prepared.path).map_err(|error| match error {
            Error::Damaged { path, problem } => {
                let file = path.strip_prefix(&prepared.path).unwrap_or(&path);
                Error::Damaged { path: from.join(file), problem }
            }
            error => error,
        })?;
        Ok(prepared)
    }

    /// Brings a restore that was decided to its end. A link or a file of these names is not from one.
    pub(crate) fn finish(&self) -> Result<(), Error> {
        let [decided, placed, outgoing] = [DECIDED, PLACED, OUTGOING].map(|name| self.folder.join(name));
        if files::is_own_folder(&decided) {
            local_private_files::create_folder(&outgoing)?;
            for entry in self.entries {
                files::rename(&self.data.join(entry), &outgoing.join(entry))?;
            }
            describe(&outgoing, OffsetDateTime::now_utc(), true)?;
            files::sync_folder(&outgoing)?;
            files::sync_folder(&self.data)?;
            files::rename(&decided, &placed)?;
            files::sync_folder(&self.folder)?;
        }
        if files::is_own_folder(&placed) {
            for entry in self.entries {
                files::rename(&placed.join(entry), &self.data.join(entry))?;
            }
            files::sync_folder(&self.data)?;
            let before = placed.join(BEFORE);
            let before: Name = fs::read_to_string(&before).map_err(Error::io(&before))?.parse()?;
            files::rename(&outgoing, &self.path(&before))?;
            files::sync_folder(&self.folder)?;
            // One that can't be pruned now is the next time.
            let _ = self.prune(&before);
            self.remove(&placed)?;
        }
        Ok(())
    }
}

impl Prepared {
    /// The folder of the copy, which may be changed.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The name of the snapshot that what is there becomes.
    #[must_use]
    pub fn before(&self) -> &Name {
        &self.before
    }

    /// Puts it in the data's place, which nobody uses meanwhile. If it fails half way, [`Snapshots::recover`] brings it to
    /// its end, or the next start does: it was made once there is the snapshot [`before`](Self::before).
    ///
    /// # Errors
    /// [`Error::Io`]
    pub fn put_in_place(self) -> Result<(), Error> {
        let snapshots = &self.snapshots;
        files::write(&self.path.join(BEFORE), self.before.as_str())?;
        files::sync(&self.path)?;
        files::rename(&self.path, &snapshots.folder.join(DECIDED))?;
        files::sync_folder(&snapshots.folder)?;
        snapshots.finish()
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        // What stays is removed by the next one.
        let _ = files::remove(&self.path);
    }
}

#[cfg(test)]
mod tests;
