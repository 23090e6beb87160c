//! A file to which each published head is appended. It may lie on another machine's disk.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use async_trait::async_trait;
use pstral_auditproof::SignedHead;
use pstral_core::text::{Text, text};
use tokio::sync::oneshot;

use super::destination::{DeliveryError, DeliveryMode, Destination};
use crate::paths::{self, path_error};

/// The first bytes of a head.
const BEGINNING: &[u8] = b"pstral.audit/";

/// A file of heads.
pub(super) struct HeadFile {
    path: PathBuf,
    /// True while a thread is at the file: a disk that hangs must hold no more than one.
    is_busy: Arc<AtomicBool>,
    /// The number of bytes of the file after the last head.
    length: Arc<AtomicU64>,
}

impl HeadFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, is_busy: Arc::default(), length: Arc::default() }
    }

    /// Does something with the file, unless what was done before has not ended.
    async fn with_file(
        &self,
        work: impl FnOnce(&Path) -> Result<(), DeliveryError> + Send + 'static,
    ) -> Result<(), DeliveryError> {
        if self.is_busy.swap(true, Ordering::AcqRel) {
            return Err(unfit("head-file-busy", &self.path));
        }
        let (done, ended) = oneshot::channel();
        let (path, is_busy) = (self.path.clone(), Arc::clone(&self.is_busy));
        // Not one of the runtime's threads: the program must be able to end while the disk hangs.
        std::thread::spawn(move || {
            let worked = work(&path);
            is_busy.store(false, Ordering::Release);
            // Nobody waits any more where this took too long.
            drop(done.send(worked));
        });
        ended.await.unwrap_or_else(|_| Err(unfit("head-file-busy", &self.path)))
    }
}

#[async_trait]
impl Destination for HeadFile {
    fn part(&self) -> String {
        "audit-heads file".to_owned()
    }

    async fn deliver(&self, head: &SignedHead, mode: DeliveryMode) -> Result<(), DeliveryError> {
        let (note, length) = (head.to_string(), Arc::clone(&self.length));
        let work = move |path: &Path| match mode {
            DeliveryMode::Publish => append(path, &note, &length),
            DeliveryMode::Check => check(path),
        };
        self.with_file(work).await
    }
}

/// Appends a head durably. A blank line before it parts it from one that was not written whole.
fn append(path: &Path, note: &str, length: &AtomicU64) -> Result<(), DeliveryError> {
    let failed = |error| failed(path, &error);
    let mut file = open(path, true)?;
    let before = file.metadata().map_err(failed)?.len();
    let addition = format!("\n{note}");
    file.write_all(addition.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    let is_shorter = before < length.swap(before + addition.len() as u64, Ordering::Relaxed);
    if is_shorter { Err(DeliveryError::Lost(at("head-file-lost", path))) } else { Ok(()) }
}

/// Checks that the file can be written, or made in its folder.
fn check(path: &Path) -> Result<(), DeliveryError> {
    if path.exists() {
        return open(path, false).map(drop);
    }
    let folder = folder(path)?;
    paths::can_hold_files(folder).map_err(|error| failed(folder, &error))
}

/// Opens the file to append to it, unless it holds something else.
fn open(path: &Path, makes: bool) -> Result<File, DeliveryError> {
    if let Some(fault) = paths::no_file(path) {
        return Err(DeliveryError::Failed(fault));
    }
    folder(path)?;
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(makes);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|error| failed(path, &error))?;
    let mut first = Vec::new();
    let beginning = io::Read::by_ref(&mut file).take(1 + BEGINNING.len() as u64).read_to_end(&mut first);
    beginning.map_err(|error| failed(path, &error))?;
    let first = first.trim_ascii_start();
    let is_ours = BEGINNING.starts_with(first) || first.starts_with(BEGINNING);
    if is_ours { Ok(file) } else { Err(unfit("head-file-other", path)) }
}

/// The folder of the file. It is not made: where a disk is not mounted, heads would be written beneath it.
fn folder(path: &Path) -> Result<&Path, DeliveryError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if folder.is_dir() { Ok(folder) } else { Err(unfit("head-file-no-folder", path)) }
}

fn failed(path: &Path, error: &io::Error) -> DeliveryError {
    DeliveryError::failed(&path_error(path, error))
}

fn unfit(sentence: &'static str, path: &Path) -> DeliveryError {
    DeliveryError::Failed(at(sentence, path))
}

fn at(sentence: &'static str, path: &Path) -> Text {
    text(sentence).with("path", path.display().to_string())
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
        let after_a_start = || HeadFile::new(file.path.clone());
        after_a_start().deliver(&head(), DeliveryMode::Publish).await.unwrap();
        assert_eq!(pstral_auditproof::HeadsInText::of(&fs::read_to_string(&file.path).unwrap()).heads, [head()]);

        for other in ["SQLite format 3", "pstral", "\n\n\nx"] {
            fs::write(&file.path, other).unwrap();
            let refused = after_a_start().deliver(&head(), DeliveryMode::Publish).await;
            assert!(refused.is_err() == (other != "pstral"), "{other}: {refused:?}");
        }
        let gone = HeadFile::new(folder.path().join("unmounted/heads"));
        assert!(gone.deliver(&head(), DeliveryMode::Publish).await.unwrap_err().to_string().contains("unmounted"));
    }

    #[tokio::test]
    async fn a_disk_that_hangs_holds_one_thread_only() {
        let folder = tempfile::tempdir().unwrap();
        let (file, head) = (HeadFile::new(folder.path().join("heads")), head());
        let (release, waiting) = std::sync::mpsc::channel::<()>();
        let hangs = file.with_file(move |_| {
            let _ = waiting.recv();
            Ok(())
        });
        assert!(tokio::time::timeout(Duration::from_millis(300), hangs).await.is_err());
        let refused = file.deliver(&head, DeliveryMode::Publish).await.unwrap_err();
        assert!(refused.to_string().contains("has not ended"), "{refused}");
        drop(release);
        let patience = std::time::Instant::now() + Duration::from_secs(20);
        while file.deliver(&head, DeliveryMode::Publish).await.is_err() {
            assert!(std::time::Instant::now() < patience, "the file is never free again");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    #[tokio::test]
    async fn heads_that_were_taken_away_are_told_once_the_next_one_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let file = HeadFile::new(folder.path().join("heads"));
        let cut: [fn(&Path); 2] = [|path| fs::remove_file(path).unwrap(), |path| fs::write(path, "\n").unwrap()];
        for cut in cut {
            file.deliver(&head(), DeliveryMode::Publish).await.unwrap();
            cut(&file.path);
            let lost = file.deliver(&head(), DeliveryMode::Publish).await.unwrap_err();
            assert!(matches!(lost, DeliveryError::Lost(_)), "{lost:?}");
            assert!(fs::read_to_string(&file.path).unwrap().ends_with(&head().to_string()));
            file.deliver(&head(), DeliveryMode::Publish).await.unwrap();
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn what_cannot_hold_heads_is_told_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let (pipe, file) = (folder.path().join("pipe"), folder.path().join("file"));
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        fs::write(&file, "").unwrap();
        for (path, told) in [
            (pipe, "pipe is not a regular file"),
            (folder.path().to_owned(), "is not a regular file"),
            ("/dev/null".into(), "/dev/null is not a regular file"),
            (folder.path().join("unmounted/heads"), "heads cannot be made: its folder does not exist"),
            (file.join("heads"), "heads cannot be made: its folder does not exist"),
        ] {
            for mode in [DeliveryMode::Check, DeliveryMode::Publish] {
                let (file, head) = (HeadFile::new(path.clone()), head());
                let delivered = tokio::time::timeout(Duration::from_secs(10), file.deliver(&head, mode)).await;
                let error = delivered.expect("it waits").unwrap_err();
                assert!(error.to_string().contains(told), "{mode:?}: {error}");
            }
        }
    }
}
