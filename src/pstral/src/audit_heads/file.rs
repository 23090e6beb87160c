//! A file to which each published head is appended. It may lie on another machine's disk.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use pstral_auditproof::SignedHead;
use tokio::sync::oneshot;

use super::destination::{DeliveryError, DeliveryMode, Destination};

/// The first bytes of a head.
const BEGINNING: &[u8] = b"pstral.audit/";

/// A file of heads.
pub(super) struct HeadFile {
    path: PathBuf,
    /// True while a thread is at the file: a disk that hangs must hold no more than one.
    is_busy: Arc<AtomicBool>,
}

impl HeadFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, is_busy: Arc::default() }
    }
}

#[async_trait]
impl Destination for HeadFile {
    fn part(&self) -> String {
        "audit-heads file".to_owned()
    }

    async fn deliver(&self, head: &SignedHead, mode: DeliveryMode) -> Result<(), DeliveryError> {
        let path = self.path.display().to_string();
        if self.is_busy.swap(true, Ordering::AcqRel) {
            return Err(DeliveryError::Failed(format!("{path}: an earlier write has not ended")));
        }
        let (done, ended) = oneshot::channel();
        let (file, is_busy, note) = (self.path.clone(), Arc::clone(&self.is_busy), head.to_string());
        // Not one of the runtime's threads: the program must be able to end while the disk hangs.
        std::thread::spawn(move || {
            let written = match mode {
                DeliveryMode::Publish => append(&file, &note),
                DeliveryMode::Check => check(&file),
            };
            is_busy.store(false, Ordering::Release);
            // Nobody waits any more where this took too long.
            drop(done.send(written));
        });
        let written = ended.await.unwrap_or_else(|_| Err(io::Error::other("the thread that writes has ended")));
        written.map_err(|error| DeliveryError::Failed(format!("{path}: {error}")))
    }
}

/// Appends a head durably. A blank line before it parts it from one that was not written whole.
fn append(path: &Path, note: &str) -> io::Result<()> {
    let mut file = open(path, true)?;
    file.write_all(format!("\n{note}").as_bytes())?;
    file.sync_all()
}

/// Checks that the file can be written, or made in its folder.
fn check(path: &Path) -> io::Result<()> {
    match open(path, false) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            crate::paths::can_hold_files(path.parent().unwrap_or(Path::new(".")))
        }
        opened => opened.map(drop),
    }
}

/// Opens the file to append to it, unless it holds something else.
fn open(path: &Path, makes: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(makes);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let mut first = Vec::new();
    io::Read::by_ref(&mut file).take(1 + BEGINNING.len() as u64).read_to_end(&mut first)?;
    let first = first.trim_ascii_start();
    let is_ours = BEGINNING.starts_with(first) || first.starts_with(BEGINNING);
    if is_ours { Ok(file) } else { Err(io::Error::other("this is not a file of audit heads")) }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::*;

    fn head() -> SignedHead {
        super::super::tests::signed_head(7)
    }

    #[tokio::test]
    async fn heads_are_appended_and_nothing_else_is_ever_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let file = HeadFile::new(folder.path().join("heads"));
        file.deliver(&head(), DeliveryMode::Check).await.unwrap();
        assert!(!file.path.exists(), "checking makes nothing");
        for _ in 0..2 {
            file.deliver(&head(), DeliveryMode::Publish).await.unwrap();
        }
        assert_eq!(fs::read_to_string(&file.path).unwrap(), format!("\n{0}\n{0}", head()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&file.path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        // The disk was full once.
        fs::write(&file.path, &format!("\n{}", head())[..40]).unwrap();
        file.deliver(&head(), DeliveryMode::Publish).await.unwrap();
        assert_eq!(pstral_auditproof::heads_in(&fs::read_to_string(&file.path).unwrap()), [head()]);

        for other in ["SQLite format 3", "pstral", "\n\n\nx"] {
            fs::write(&file.path, other).unwrap();
            let refused = file.deliver(&head(), DeliveryMode::Publish).await;
            assert!(refused.is_err() == (other != "pstral"), "{other}: {refused:?}");
        }
        let gone = HeadFile::new(folder.path().join("unmounted/heads"));
        assert!(gone.deliver(&head(), DeliveryMode::Publish).await.unwrap_err().to_string().contains("unmounted"));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_disk_that_hangs_holds_one_thread_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("heads");
        // Reading from it waits for ever.
        let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        let (file, head) = (HeadFile::new(path), head());
        let hung = tokio::time::timeout(Duration::from_millis(300), file.deliver(&head, DeliveryMode::Publish)).await;
        assert!(hung.is_err());
        let refused = file.deliver(&head, DeliveryMode::Publish).await.unwrap_err();
        assert!(refused.to_string().contains("has not ended"), "{refused}");
    }
}
