//! Bodies in several parts: <https://discord.com/developers/docs/reference#uploading-files>.

use std::convert::Infallible;

use axum::body::Bytes;
use futures::stream;
use multer::Multipart;
use serde_json::Value;

use super::call::Upload;
use super::refusal::Refusal;

/// Reads the JSON and the files of a body.
pub(super) async fn read(kind: &str, bytes: Bytes) -> Result<(Option<Value>, Vec<Upload>), Refusal> {
    let faulty = |_| Refusal::invalid("body", "it is no multipart/form-data");
    let boundary = multer::parse_boundary(kind).map_err(faulty)?;
    let mut parts = Multipart::new(stream::iter([Ok::<_, Infallible>(bytes)]), boundary);
    let (mut body, mut files) = (None, Vec::new());
    while let Some(part) = parts.next_field().await.map_err(faulty)? {
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().map(str::to_owned);
        let media_type = part.content_type().map(ToString::to_string).unwrap_or_default();
        let bytes = part.bytes().await.map_err(faulty)?;
        match (name.as_str(), number_of(&name), file) {
            ("payload_json", ..) => body = Some(serde_json::from_slice(&bytes).map_err(|_| Refusal::NO_JSON)?),
            (_, Some(number), Some(name)) => files.push(Upload { number, name, media_type, bytes }),
            _ => return Err(Refusal::invalid(&name, "no such part is known")),
        }
    }
    Ok((body, files))
}

/// `n` of `files[n]`.
fn number_of(name: &str) -> Option<u64> {
    name.strip_prefix("files[")?.strip_suffix(']')?.parse().ok()
}
