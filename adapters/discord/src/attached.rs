//! Text files attached to a question, which are read as a part of it.

use std::time::Duration;

use futures::StreamExt as _;
use pstral_core::attached::{BYTES, FILES, ending, plain, with};
use serenity::model::channel::Attachment;

use crate::Discord;

/// The time-out for reading one file.
const READ_TIMEOUT: Duration = Duration::from_secs(10);
/// The hosts that serve Discord's files (<https://discord.com/developers/docs/reference#cdn-formatting>).
const HOSTS: [&str; 2] = ["cdn.discordapp.com", "media.discordapp.net"];

impl Discord {
    /// Appends the texts of attached files to a question, as far as there is room. Each file that is left out is named.
    pub(crate) async fn with_attachments(&self, mut words: String, attached: &[Attachment]) -> String {
        let (mut files, mut room) = (FILES, BYTES);
        for file in attached {
            let content = match ending(&file.filename) {
                Some(_) if files > 0 => self.read(file, room).await,
                Some(_) => Err("there are too many".to_owned()),
                None => Err("files of this kind are not read".to_owned()),
            };
            match &content {
                Ok(content) => (files, room) = (files - 1, room.saturating_sub(content.len())),
                Err(error) => tracing::info!(error, file = file.id.get(), "an attached file is left out"),
            }
            words = with(&words, &file.filename, content.ok().as_deref(), self.config.locale);
        }
        words.trim().to_owned()
    }

    /// Reads the text of a file of at most `most` bytes. The error says why it cannot be read.
    pub(crate) async fn read(&self, file: &Attachment, most: usize) -> Result<String, String> {
        if file.size as usize > most {
            return Err(format!("{} bytes are too many", file.size));
        }
        self.allowed(&file.url)?;
        let reading = async {
            let response = self.rest.fetch(&file.url).await?;
            let (mut body, mut bytes) = (response.bytes_stream(), Vec::new());
            while let Some(piece) = body.next().await {
                bytes.extend_from_slice(&piece.map_err(|error| error.without_url().to_string())?);
                if bytes.len() > most {
                    return Err("it is larger than it was said to be".to_owned());
                }
            }
            plain(bytes).ok_or_else(|| "it is not text in UTF-8".to_owned())
        };
        tokio::time::timeout(READ_TIMEOUT, reading).await.unwrap_or_else(|_| Err("it took too long".to_owned()))
    }

    /// Allows only addresses on Discord's file hosts: whatever an event says, nothing else is fetched.
    fn allowed(&self, address: &str) -> Result<(), String> {
        let of_own = self.config.base_url.as_ref().is_some_and(|base| address.starts_with(base));
        let url = reqwest::Url::parse(address).map_err(|error| error.to_string())?;
        let is_discords = url.scheme() == "https" && url.host_str().is_some_and(|host| HOSTS.contains(&host));
        if is_discords || of_own { Ok(()) } else { Err("it is not kept by Discord".to_owned()) }
    }
}
