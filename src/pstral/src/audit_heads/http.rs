//! Requests to time stamp servers and witnesses.

use pstral_core::text::text;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use url::Url;

use super::destination::DeliveryError;
use crate::http_client::{self, HttpError, LARGEST_BODY};

/// A client of one server.
pub(super) struct Http {
    client: reqwest::Client,
    url: Url,
}

impl Http {
    /// A client that posts to this address.
    pub(super) fn new(url: Url) -> anyhow::Result<Self> {
        Ok(Self { client: http_client::client(&url)?, url })
    }

    /// Posts a body; returns the status and the body of the answer.
    pub(super) async fn post(&self, kind: &'static str, body: Vec<u8>) -> Result<(StatusCode, Vec<u8>), DeliveryError> {
        self.send(kind, body).await.map_err(|error| match error {
            HttpError::TooLarge => {
                let sentence = text("head-server-answer").with("url", self.url.as_str());
                DeliveryError::Failed(sentence.count("bytes", LARGEST_BODY as u64))
            }
            // Without its causes, an error says only that there is one.
            error => DeliveryError::failed(&format!("{:#}", anyhow::Error::from(error))),
        })
    }

    async fn send(&self, kind: &'static str, body: Vec<u8>) -> Result<(StatusCode, Vec<u8>), HttpError> {
        let request =
            self.client.post(self.url.clone()).header(CONTENT_TYPE, HeaderValue::from_static(kind)).body(body);
        let mut response = request.send().await?;
        let answer = http_client::body(&mut response).await?;
        Ok((response.status(), answer))
    }
}
