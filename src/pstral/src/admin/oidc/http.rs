//! Requests to the provider, as the library of its protocol makes them.

use futures::future::BoxFuture;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use url::Url;

use crate::http_client::{self, HttpError};

/// A client that asks the provider, and nothing without HTTPS of one that has it, whatever addresses it names.
pub(super) struct Http(reqwest::Client);

impl Http {
    pub(super) fn new(issuer: &Url) -> anyhow::Result<Self> {
        http_client::client(issuer).map(Self)
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let mut response = self.0.execute(request.try_into()?).await?;
        let mut whole = HttpResponse::new(http_client::body(&mut response).await?);
        *whole.status_mut() = response.status();
        std::mem::swap(whole.headers_mut(), response.headers_mut());
        Ok(whole)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = BoxFuture<'c, Result<HttpResponse, HttpError>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}
