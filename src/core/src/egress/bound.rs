//! No request to a platform is waited for for ever.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{Either, select};

use crate::ports::{Clock, PlatformError};

/// How long one request to a platform is waited for.
#[derive(Clone)]
pub(crate) struct Bound {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) longest: Duration,
}

impl Bound {
    /// What a platform answers. One that does not answer in time is away: what was asked of it is dropped.
    pub(crate) async fn wait<T>(
        &self,
        asked: impl Future<Output = Result<T, PlatformError>>,
    ) -> Result<T, PlatformError> {
        match select(pin!(asked), self.clock.sleep(self.longest)).await {
            Either::Left((answer, _)) => answer,
            Either::Right(((), _)) => {
                Err(PlatformError::Unavailable(format!("no answer within {} s", self.longest.as_secs())))
            }
        }
    }
}
