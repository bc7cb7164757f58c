//! How large a binary is, as a file and as what is uploaded.

use std::io::{Cursor, Write};
use std::path::Path;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::error::Error;

/// Bytes of the file, and of a zip file with it alone.
pub fn of(path: &Path) -> Result<(u64, u64), Error> {
    let binary = std::fs::read(path).map_err(Error::file(path))?;
    let zip = zipped(&binary).map_err(|error| Error::file(path)(error.into()))?;
    Ok((binary.len() as u64, zip))
}

fn zipped(binary: &[u8]) -> zip::result::ZipResult<u64> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    // About as small as zlib's own default makes it, with which SAM packs: zlib-rs is faster there, and looks for less.
    let options = SimpleFileOptions::default().unix_permissions(0o755).compression_level(Some(9));
    zip.start_file("bootstrap", options)?;
    zip.write_all(binary)?;
    Ok(zip.finish()?.into_inner().len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zip_is_deflated() {
        let zipped = zipped(&[7; 100_000]).unwrap();
        assert!((100..1_000).contains(&zipped), "{zipped}");
    }
}
