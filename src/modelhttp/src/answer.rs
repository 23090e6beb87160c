//! An answer as it is written: its lines turned into pieces, with every way of ending told apart.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::stream::{self, BoxStream, StreamExt as _};
use pstral_core::ports::ModelError;
use tokio_util::codec::{Decoder as _, LinesCodec, LinesCodecError};

use crate::deadline::Deadline;
use crate::http::Response;

/// The longest line accepted, in bytes. A piece of an answer takes some hundred; an answer in one piece some thousand.
const LONGEST_LINE: usize = 1 << 20;

/// The time-outs of an answer.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// The deadline for the first piece.
    pub first: Deadline,
    /// The time-out between two pieces. Keep-alive messages without text, which some servers send, do not count.
    pub silence: Duration,
}

/// Pieces that were read and not yet handed on.
pub type Said<P> = VecDeque<P>;

/// Understands the lines of a protocol.
pub trait Reader: Send + 'static {
    /// The parsed type of a piece.
    type Piece: Send + 'static;

    /// Takes in a line without its end, which may be blank, and adds what it says.
    fn line(&mut self, line: &[u8], said: &mut Said<Self::Piece>) -> Result<(), ModelError>;

    /// Takes in what came after the last line, when the body has ended in good order.
    fn end(&mut self, rest: &[u8], said: &mut Said<Self::Piece>) -> Result<(), ModelError>;

    /// The last piece, if all that matters was said although the end has not come.
    fn settled(&mut self) -> Option<Self::Piece> {
        None
    }

    /// Checks whether this piece is the last one of interest.
    fn is_last(piece: &Self::Piece) -> bool;
}

/// Reads an answer whose head has arrived, piece by piece. The stream ends with a last piece or an error; a body that
/// ends early is [`ModelError::Interrupted`]. Dropping the stream closes the connection, which tells the server to stop.
pub fn stream<R: Reader>(
    response: Response,
    reader: R,
    patience: Patience,
) -> BoxStream<'static, Result<R::Piece, ModelError>> {
    let answer = Answer {
        response,
        reader,
        deadline: Some(patience.first),
        silence: patience.silence,
        lines: LinesCodec::new_with_max_length(LONGEST_LINE),
        buffer: BytesMut::new(),
        said: VecDeque::new(),
        failed: None,
    };
    stream::unfold(Some(answer), |answer| async {
        let mut answer = answer?;
        match answer.next().await {
            // Nothing after the end is of interest: dropping the answer here frees the connection at once.
            Ok(piece) if R::is_last(&piece) => Some((Ok(piece), None)),
            Ok(piece) => Some((Ok(piece), Some(answer))),
            Err(error) => Some((Err(error), None)),
        }
    })
    .boxed()
}

struct Answer<R: Reader> {
    response: Response,
    reader: R,
    /// The deadline for the next piece, while it is awaited.
    deadline: Option<Deadline>,
    silence: Duration,
    lines: LinesCodec,
    /// Bytes that have arrived and are not yet a line.
    buffer: BytesMut,
    said: Said<R::Piece>,
    /// The error that ends the answer after all its pieces.
    failed: Option<ModelError>,
}

impl<R: Reader> Answer<R> {
    async fn next(&mut self) -> Result<R::Piece, ModelError> {
        loop {
            if let Some(piece) = self.said.pop_front() {
                self.deadline = None;
                return Ok(piece);
            }
            if let Some(error) = self.failed.take() {
                return self.reader.settled().ok_or(error);
            }
            if let Err(error) = self.step().await {
                self.failed = Some(error);
            }
        }
    }

    /// Reads one line, or waits for more bytes.
    async fn step(&mut self) -> Result<(), ModelError> {
        if let Some(line) = self.lines.decode(&mut self.buffer).map_err(no_line)? {
            return self.reader.line(line.as_bytes(), &mut self.said);
        }
        if let Some(bytes) = self.more().await? {
            self.buffer.extend_from_slice(&bytes);
            return Ok(());
        }
        // Whatever is said now is the last of it.
        self.failed = Some(ModelError::Interrupted);
        self.reader.end(&self.buffer.split(), &mut self.said)
    }

    async fn more(&mut self) -> Result<Option<Bytes>, ModelError> {
        let silence = self.silence;
        let deadline = *self.deadline.get_or_insert_with(|| Deadline::after(silence));
        // Whatever breaks the connection now, the person sees the same: an answer without its end.
        deadline.bound(self.response.chunk()).await?.map_err(|_| ModelError::Interrupted)
    }
}

/// The failure behind bytes that are no line of text.
fn no_line(error: LinesCodecError) -> ModelError {
    ModelError::Protocol(match error {
        LinesCodecError::MaxLineLengthExceeded => format!("a line of more than {LONGEST_LINE} bytes"),
        LinesCodecError::Io(error) => error.to_string(),
    })
}
