//! The reason why a chain fails verification, and the first entry concerned.

use crate::text::{Text, text};

/// The first entry at which a chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainFault {
    /// The content is not what was hashed.
    #[error("entry {seq} of {instance} was changed")]
    Changed {
        /// The instance of the chain.
        instance: String,
        /// The number of the entry.
        seq: i64,
    },
    /// The entry before is not the one it was chained to: some are missing, swapped or added.
    #[error("entry {seq} of {instance} does not follow the one before it: entries are missing, swapped or added")]
    Broken {
        /// The instance of the chain.
        instance: String,
        /// The number of the entry.
        seq: i64,
    },
    /// Its private members were taken away, or it was pruned, and no entry says why.
    #[error("entry {seq} of {instance} was emptied or removed, and nothing says why")]
    Sealed {
        /// The instance of the chain.
        instance: String,
        /// The number of the entry.
        seq: i64,
    },
    /// The signature of the checkpoint in place of the beginning does not hold.
    #[error("the checkpoint at entry {seq} of {instance} is not signed with the key")]
    Checkpoint {
        /// The instance of the chain.
        instance: String,
        /// The last entry it stands for.
        seq: i64,
    },
    /// A checkpoint or a head names a key that is not known here.
    #[error("what is signed at entry {seq} of {instance} is signed with another key: {key}")]
    OtherKey {
        /// The instance of the chain.
        instance: String,
        /// The last entry it stands for.
        seq: i64,
        /// The public half, as it says.
        key: String,
    },
    /// Entries that no signature vouches for.
    #[error("entry {seq} of {instance} and what follows is not signed")]
    Unsigned {
        /// The instance of the chain.
        instance: String,
        /// The number of the first entry that nothing vouches for.
        seq: i64,
    },
    /// The signature of the newest head does not hold.
    #[error("the signature at entry {seq} of {instance} does not hold")]
    Signature {
        /// The instance of the chain.
        instance: String,
        /// The number of the entry.
        seq: i64,
    },
    /// A head that was written down is not there any more.
    #[error("entry {seq} of {instance} is not the one that was written down: entries are missing or were replaced")]
    Truncated {
        /// The instance of the chain.
        instance: String,
        /// The number of the entry.
        seq: i64,
    },
}

impl ChainFault {
    /// Returns the entry that it names, by its instance and number.
    pub fn entry(&self) -> (&str, i64) {
        match self {
            Self::Changed { instance, seq }
            | Self::Broken { instance, seq }
            | Self::Sealed { instance, seq }
            | Self::Checkpoint { instance, seq }
            | Self::OtherKey { instance, seq, .. }
            | Self::Unsigned { instance, seq }
            | Self::Signature { instance, seq }
            | Self::Truncated { instance, seq } => (instance, *seq),
        }
    }

    /// Returns the sentence for people.
    pub fn text(&self) -> Text {
        let sentence = match self {
            Self::Changed { .. } => text("chain-changed"),
            Self::Broken { .. } => text("chain-broken"),
            Self::Sealed { .. } => text("chain-sealed"),
            Self::Checkpoint { .. } => text("chain-checkpoint"),
            Self::OtherKey { key, .. } => text("chain-other-key").with("key", key),
            Self::Unsigned { .. } => text("chain-unsigned"),
            Self::Signature { .. } => text("chain-signature"),
            Self::Truncated { .. } => text("chain-truncated"),
        };
        let (instance, seq) = self.entry();
        sentence.with("seq", seq.to_string()).with("instance", instance)
    }
}
