//! Files that come with a question: text that belongs to it.

use std::time::Duration;

use futures::StreamExt as _;
use pstral_core::text::text;
use serenity::model::channel::Attachment;

use crate::Discord;

/// Files read of a message.
const FILES: usize = 3;
/// Bytes of a file at most, as it stands in the question.
const BYTES: usize = 3_000;
/// How long reading one may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Names that are read end so.
const READ: [&str; 3] = ["sql", "txt", "csv"];
/// Where Discord keeps them (<https://discord.com/developers/docs/reference#cdn-formatting>).
const HOSTS: [&str; 2] = ["cdn.discordapp.com", "media.discordapp.net"];

impl Discord {
    /// Words with the texts that were attached to them. What cannot be read is named, so that the answer does
    /// not pass over it in silence.
    pub(crate) async fn with_attachments(&self, mut words: String, attached: &[Attachment]) -> String {
        for file in attached.iter().filter(|file| ending(&file.filename).is_some()).take(FILES) {
            let content = match self.read(file).await {
                Ok(content) => content,
                Err(error) => {
                    tracing::warn!(error, file = file.id.get(), "an attached file could not be read");
                    let left_out = text("discord-file-left-out").with("name", name(&file.filename));
                    words = format!("{words}\n\n{}", left_out.render(self.config.locale));
                    continue;
                }
            };
            let fence = if content.contains("```") { "~~~~" } else { "```" };
            let form = ending(&file.filename).unwrap_or_default();
            words = format!("{words}\n\n{}\n{fence}{form}\n{}\n{fence}", name(&file.filename), content.trim_end());
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
            let text = String::from_utf8(bytes).map_err(|_| "it is not text in UTF-8".to_owned())?;
            Ok(text.trim_start_matches('\u{feff}').to_owned())
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

/// How a name ends, where such files are read.
fn ending(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    READ.into_iter().find(|known| ending.eq_ignore_ascii_case(known))
}

/// A name that is no markup.
fn name(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_' | ' ')).take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_texts_are_read() {
        for (file, expected) in [
            ("a.sql", Some("sql")),
            ("A.B.CSV", Some("csv")),
            ("a.txt", Some("txt")),
            ("a.pdf", None),
            ("sql", None),
            ("a.sql.exe", None),
        ] {
            assert_eq!(ending(file), expected, "{file}");
        }
        assert_eq!(name("a`*b\n.sql"), "ab.sql");
    }
}
