//! The body of an answer, read by whoever waits for it.

use std::mem::{MaybeUninit, take};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures::stream::Stream;
use tokio::io::{AsyncRead as _, ReadBuf};
use ureq_proto::BodyMode;
use ureq_proto::client::Call;
use ureq_proto::client::state::RecvBody;

use crate::connection::{Fault, Socket};
use crate::exchange::{Broken, READ};

/// The body of an answer, in pieces as they come. Dropping it drops the connection.
pub struct Body(Option<Reading>);

/// A body of which more may come. It holds no buffer to read into: there is one for all, while it is used.
struct Reading {
    socket: Box<dyn Socket>,
    call: Call<RecvBody>,
    /// Bytes that came and do not mean anything yet, such as half the length of a piece.
    come: Vec<u8>,
}

impl Body {
    pub(crate) fn new(socket: Box<dyn Socket>, call: Call<RecvBody>, come: Vec<u8>) -> Self {
        Self(Some(Reading { socket, call, come }))
    }

    /// The body of an answer that has none.
    pub(crate) fn none() -> Self {
        Self(None)
    }
}

impl Reading {
    /// What the bytes that came mean.
    fn meant(&mut self) -> Result<Vec<u8>, Broken> {
        let come = take(&mut self.come);
        let mut meant = vec![0; come.len()];
        let (mut used, mut length) = (0, 0);
        loop {
            let (taken, made) = self.call.read(&come[used..], &mut meant[length..])?;
            (used, length) = (used + taken, length + made);
            if taken == 0 {
                break;
            }
        }
        meant.truncate(length);
        self.come = come[used..].to_vec();
        if self.come.len() > READ { Err(Broken::TooLarge) } else { Ok(meant) }
    }

    /// Whether all of it came. One that has no length ends with the connection.
    fn is_over(&self) -> bool {
        self.call.can_proceed() && self.call.body_mode() != BodyMode::CloseDelimited
    }

    /// Waits for more bytes; whether there are any.
    fn poll_more(&mut self, context: &mut Context<'_>) -> Poll<Result<bool, Fault>> {
        let mut buffer = [const { MaybeUninit::uninit() }; READ];
        let mut buffer = ReadBuf::uninit(&mut buffer);
        ready!(Pin::new(&mut self.socket).poll_read(context, &mut buffer))?;
        self.come.extend_from_slice(buffer.filled());
        Poll::Ready(Ok(!buffer.filled().is_empty()))
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Vec<u8>, Fault>>> {
        loop {
            let meant = self.meant()?;
            if !meant.is_empty() {
                return Poll::Ready(Some(Ok(meant)));
            }
            if self.is_over() {
                return Poll::Ready(None);
            }
            if !ready!(self.poll_more(context))? {
                let is_whole = self.call.can_proceed();
                return Poll::Ready((!is_whole).then(|| Err(Broken::Closed.into())));
            }
        }
    }
}

impl Stream for Body {
    type Item = Result<Vec<u8>, Fault>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(reading) = &mut self.0 else { return Poll::Ready(None) };
        let polled = ready!(reading.poll_next(context));
        if !matches!(polled, Some(Ok(_))) {
            self.0 = None;
        }
        Poll::Ready(polled)
    }
}
