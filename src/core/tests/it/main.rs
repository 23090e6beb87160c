//! The fakes keep the contracts that the adapters keep.

mod chat_platform;
