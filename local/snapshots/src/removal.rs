//! Snapshots that go: those that somebody deletes, and the older ones of those that restores made.

use std::path::{Path, PathBuf};

use crate::{Error, Name, Snapshots, files};

/// How the names of what is being removed begin.
pub(crate) const DELETED: &str = ".deleted";

/// How many of the snapshots that restores made are kept.
const KEPT: usize = 3;

impl Snapshots {
    /// Deletes a snapshot, also one that is too damaged to be listed.
    ///
    /// # Errors
    /// [`Error::Unknown`], or [`Error::Io`]: it is not this user's, or what was in it can't all be removed
    pub fn delete(&self, name: &Name) -> Result<(), Error> {
        let path = self.path(name);
        if !files::is_there(&path) {
            self.find(name)?;
        }
        files::check_owner(&path)?;
        files::remove(&self.put_aside(&path)?)
    }

    /// Removes a folder at once: half of it is never there under its name. If some of it can't be removed, the rest of it
    /// stays under another name.
    pub(crate) fn remove(&self, folder: &Path) -> Result<(), Error> {
        let aside = self.put_aside(folder)?;
        let _ = files::remove(&aside);
        Ok(())
    }

    /// Removes all but the newest of the snapshots that restores made, and but this one, which was made last whatever the
    /// clock says.
    pub(crate) fn prune(&self, last: &Name) -> Result<(), Error> {
        let mut made: Vec<Name> =
            self.all()?.into_iter().filter(|(_, about)| about.before_restore).map(|(name, _)| name).collect();
        made.retain(|name| name != last);
        made.iter().skip(KEPT - 1).try_for_each(|name| self.remove(&self.path(name)))
    }

    /// Gives an entry a name of what is removed, one that nothing has: what could not be removed before is not in its way.
    fn put_aside(&self, path: &Path) -> Result<PathBuf, Error> {
        let mut aside = self.folder.join(DELETED);
        for number in 1_u64.. {
            if !files::is_there(&aside) {
                break;
            }
            aside = self.folder.join(format!("{DELETED}-{number}"));
        }
        files::rename(path, &aside)?;
        Ok(aside)
    }
}

#[cfg(test)]
mod tests;
