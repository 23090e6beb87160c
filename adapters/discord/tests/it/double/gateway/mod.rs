//! The gateway: events over a websocket. <https://discord.com/developers/docs/events/gateway>.

mod connection;
mod dispatch;
mod payloads;
mod protocol;
mod session;

pub(super) use connection::listen;
pub(super) use dispatch::{Happening, bared, intent};
pub(super) use session::{Order, Session};
