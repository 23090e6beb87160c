//! The display name and the avatar that the configuration gives the account: set at the start, where the homeserver has
//! others.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use matrix_sdk::Client;
use pstral_core::text::{Text, text};
use sha2::{Digest as _, Sha256};

use crate::Matrix;

/// Octets of an avatar at most: programs show it a few dozen pixels wide.
const LARGEST: u64 = 1_048_576;

/// A picture for the account.
#[derive(Debug)]
pub struct Avatar {
    bytes: Vec<u8>,
    kind: mime::Mime,
}

/// The reason why a file cannot be an avatar.
#[derive(Debug, thiserror::Error)]
pub enum AvatarError {
    /// The file cannot be read.
    #[error("{0}")]
    Unreadable(#[from] std::io::Error),
    /// More than 1 MiB.
    #[error("it is larger than 1 MiB")]
    TooLarge,
    /// Not a format that programs show.
    #[error("it is not a PNG, JPEG, GIF or WebP image")]
    NotAnImage,
}

impl AvatarError {
    /// The sentence that says so.
    pub fn text(&self) -> Text {
        match self {
            Self::Unreadable(error) => text("matrix-avatar-unreadable").with("error", error.to_string()),
            Self::TooLarge => text("matrix-avatar-large"),
            Self::NotAnImage => text("matrix-avatar-kind"),
        }
    }
}

impl Avatar {
    /// Reads a file that is an image by its first bytes.
    pub fn read(path: &Path) -> Result<Self, AvatarError> {
        let mut bytes = Vec::new();
        std::fs::File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LARGEST {
            return Err(AvatarError::TooLarge);
        }
        let kind = kind_of(&bytes).ok_or(AvatarError::NotAnImage)?;
        Ok(Self { bytes, kind })
    }
}

/// The format of an image, by the signature that each begins with.
fn kind_of(bytes: &[u8]) -> Option<mime::Mime> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(mime::IMAGE_PNG),
        [0xff, 0xd8, 0xff, ..] => Some(mime::IMAGE_JPEG),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(mime::IMAGE_GIF),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp".parse().ok(),
        _ => None,
    }
}

impl Matrix {
    /// Sets what the configuration says and the homeserver has otherwise. A failure is logged: answers do not need it.
    pub(crate) async fn set_profile(&self, client: &Client) {
        if let Some(name) = &self.config.display_name
            && let Err(error) = set_name(client, name).await
        {
            tracing::warn!(%error, "the display name was not set; the next start tries again");
        }
        if let Some(path) = &self.config.avatar
            && let Err(error) = self.set_avatar(client, path.clone()).await
        {
            tracing::warn!(error, path = %path.display(), "the avatar was not set; the next start tries again");
        }
    }

    async fn set_avatar(&self, client: &Client, path: PathBuf) -> Result<(), String> {
        let read = tokio::task::spawn_blocking(move || Avatar::read(&path)).await.map_err(|error| error.to_string())?;
        let avatar = read.map_err(|error| error.to_string())?;
        let digest = format!("{:x}", Sha256::digest(&avatar.bytes));
        let there = client.account().get_avatar_url().await.map_err(|error| error.to_string())?;
        // The homeserver names an upload as it likes: that it is this file only the last upload tells.
        let uploaded = self.config.folder.join("avatar");
        let known = std::fs::read_to_string(&uploaded).unwrap_or_default();
        if there.is_some_and(|there| known == format!("{digest} {there}")) {
            return Ok(());
        }
        let set =
            client.account().upload_avatar(&avatar.kind, avatar.bytes).await.map_err(|error| error.to_string())?;
        tracing::info!("set the avatar of the account");
        std::fs::write(&uploaded, format!("{digest} {set}")).map_err(|error| format!("{}: {error}", uploaded.display()))
    }
}

async fn set_name(client: &Client, name: &str) -> matrix_sdk::Result<()> {
    // A name that cannot be read may be none at all.
    if client.account().get_display_name().await.ok().flatten().as_deref() != Some(name) {
        client.account().set_display_name(Some(name)).await?;
        tracing::info!(name, "set the display name of the account");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_avatar_is_an_image_of_a_bounded_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("avatar");
        let read = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            Avatar::read(&path).map(|avatar| avatar.kind.to_string()).map_err(|error| error.to_string())
        };
        for (bytes, kind) in [
            (&b"\x89PNG\r\n\x1a\n..."[..], "image/png"),
            (b"\xff\xd8\xff\xe0...", "image/jpeg"),
            (b"GIF89a...", "image/gif"),
            (b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp"),
        ] {
            assert_eq!(read(bytes).as_deref(), Ok(kind));
        }
        for bytes in [&b""[..], b"<svg/>", b"RIFF\x24\0\0\0WAVEfmt "] {
            assert_eq!(read(bytes), Err(AvatarError::NotAnImage.to_string()), "{bytes:?}");
        }
        let mut large = b"\x89PNG\r\n\x1a\n".to_vec();
        large.resize(1_048_577, 0);
        assert_eq!(read(&large), Err(AvatarError::TooLarge.to_string()));
        large.pop();
        assert_eq!(read(&large).as_deref(), Ok("image/png"));
        assert!(matches!(Avatar::read(&folder.path().join("none")), Err(AvatarError::Unreadable(_))));
    }
}
