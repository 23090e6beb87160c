//! Files that come with a question: text that belongs to it.

use std::time::Duration;

use futures::StreamExt as _;
use pstral_core::attached::{BYTES, FILES, content, ending, with};
use serenity::model::channel::Attachment;

use crate::Discord;

/// How long reading one may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Where Discord keeps them (<https://discord.com/developers/docs/reference#cdn-formatting>).
const HOSTS: [&str; 2] = ["cdn.discordapp.com", "media.discordapp.net"];

impl Discord {
    /// Words with the texts that were attached to them.
    pub(crate) async fn with_attachments(&self, mut words: String, attached: &[Attachment]) -> String {
        for file in attached.iter().filter(|file| ending(&file.filename).is_some()).take(FILES) {
            let content = self.read(file).await;
            if let Err(error) = &content {
                tracing::warn!(error, file = file.id.get(), "an attached file could not be read");
            }
            words = with(&words, &file.filename, content.ok().as_deref(), self.config.locale);
        }
        words.trim().to_owned()
    }

    /// The text of a file.
    pub(crate) async fn read(&self, file: &Attachment) -> Result<String, String> {
        if file.size as usize > BYTES {
            return Err(format!("{} bytes are too many", file.size));
        }
        self.allowed(&file.url)?;
        let reading = async {
            let response = self.rest.fetch(&file.url).await?;
            let (mut body, mut bytes) = (response.bytes_stream(), Vec::new());
            while let Some(piece) = body.next().await {
                bytes.extend_from_slice(&piece.map_err(|error| error.without_url().to_string())?);
                if bytes.len() > BYTES {
                    return Err("it is larger than it was said to be".to_owned());
                }
            }
            content(bytes).ok_or_else(|| "it is not text in UTF-8".to_owned())
        };
        tokio::time::timeout(PATIENCE, reading).await.unwrap_or_else(|_| Err("it took too long".to_owned()))
    }

    /// Only where Discord keeps its files: whatever an event says, nothing else is fetched.
    fn allowed(&self, address: &str) -> Result<(), String> {
        let of_own = self.config.base_url.as_ref().is_some_and(|base| address.starts_with(base));
        let url = reqwest::Url::parse(address).map_err(|error| error.to_string())?;
        let is_discords = url.scheme() == "https" && url.host_str().is_some_and(|host| HOSTS.contains(&host));
        if is_discords || of_own { Ok(()) } else { Err("it is not kept by Discord".to_owned()) }
    }
}
