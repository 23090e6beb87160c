//! A file made smaller, when it is larger than can be handed over.

use std::fs::File;
use std::io::{self, Read as _, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use pstral_core::ports::FileError;

use super::part::{Part, fault};

/// The file as gzip, if it then has at most `most` bytes.
pub(super) fn compressed(whole: &Part, most: u64) -> Result<Option<Part>, FileError> {
    let (part, file) = Part::create(whole.folder())?;
    compress(whole, file, most).map(|fits| fits.then_some(part)).map_err(|error| fault(whole.folder(), &error))
}

fn compress(whole: &Part, into: File, most: u64) -> io::Result<bool> {
    let mut from = File::open(whole.path())?;
    let mut gzip = GzEncoder::new(into, Compression::default());
    let mut buffer = vec![0; 128 * 1024];
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        gzip.write_all(&buffer[..read])?;
        // The rest would be in vain.
        if gzip.get_ref().metadata()?.len() > most {
            return Ok(false);
        }
    }
    Ok(gzip.finish()?.metadata()?.len() <= most)
}
