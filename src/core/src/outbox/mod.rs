//! Everything that is sent, edited, left pending, recovered or expired.
//!
//! Says of its own only how a message ended or where it went, and reads no target.

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::PlatformName;
use crate::ports::ChatPlatform;

pub(crate) mod buttons;
pub(crate) mod cards;
pub(crate) mod departed_places;
pub(crate) mod finalize;
pub(crate) mod long_answers;
pub(crate) mod messages;
pub(crate) mod orphaned_turns;
pub(crate) mod pending_finals;
pub(crate) mod recovery;
pub(crate) mod result_pages;
pub(crate) mod running;
pub(crate) mod send;
pub(crate) mod signature;

/// The platforms of this program by name.
pub(crate) type Platforms = Arc<HashMap<PlatformName, Arc<dyn ChatPlatform>>>;
