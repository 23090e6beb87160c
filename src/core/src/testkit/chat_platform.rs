//! A chat without a chat, and what every chat platform must do.
