//! Checks the chains of an audit, one entry after the other.

use std::collections::{BTreeMap, HashMap};

use pstral_auditproof::{Frontier, Hash};

use super::{AuditCheckpoint, AuditEntry, AuditHash, ChainFault, ChainHead, ChainLink, Covers, Signatures};

/// Checks the entries of each chain in the order of their numbers, holding only the head of each in memory.
///
/// Entries whose private members were taken away hold only where an entry of the audit is the reason. That one comes
/// later, so those that may be it are made known beforehand ([`ChainVerifier::expect`]) and must all have come, as they
/// were, when the end is told ([`ChainVerifier::finish`]).
#[derive(Debug, Default)]
pub struct ChainVerifier {
    heads: HashMap<String, Head>,
    reasons: Vec<Reason>,
    /// By the instance and the number of their entry.
    promises: BTreeMap<String, BTreeMap<i64, Vec<Promise>>>,
    checked: u64,
}

#[derive(Debug)]
struct Head {
    seq: i64,
    hash: AuditHash,
    position: i64,
    /// The edge of the tree of its entries; `None` if the chain was begun in the middle.
    frontier: Option<Frontier>,
}

/// A head that was known before, and whose entry must come.
#[derive(Debug)]
struct Promise {
    hash: AuditHash,
    /// The root of the tree up to its entry, if that is known too.
    root: Option<Hash>,
    is_kept: bool,
}

/// An entry that covers others.
#[derive(Debug)]
struct Reason {
    head: ChainHead,
    covers: Covers,
    /// True if the entry matches its own hash.
    is_itself: bool,
    /// The first entry that needs it.
    needed: Option<(String, i64)>,
    /// True once the entry was seen.
    came: bool,
}

impl ChainVerifier {
    /// Makes an entry known that will come and may be the reason why others are sealed.
    pub fn expect(&mut self, entry: &AuditEntry) {
        if let Some(covers) = entry.covers() {
            let is_itself = entry.is_itself();
            self.reasons.push(Reason { head: entry.head(), covers, is_itself, needed: None, came: false });
        }
    }

    /// Lets a chain begin after a checkpoint: its signature must hold, and an entry that is expected be its reason.
    pub fn begin_after(&mut self, checkpoint: &AuditCheckpoint, known: &dyn Signatures) -> Result<(), ChainFault> {
        let AuditCheckpoint { instance, seq, key, .. } = checkpoint;
        if !known.knows(key) {
            return Err(ChainFault::OtherKey { instance: instance.clone(), seq: *seq, key: key.clone() });
        }
        let is_whole = checkpoint.count == *seq && *seq > 0;
        if !is_whole || !known.holds(&checkpoint.signed(), &checkpoint.signature) {
            return Err(ChainFault::Checkpoint { instance: instance.clone(), seq: *seq });
        }
        if !self.is_covered(instance, *seq, None) {
            return Err(ChainFault::Sealed { instance: instance.clone(), seq: *seq });
        }
        self.begin(&checkpoint.head(), Some(checkpoint.frontier()))
    }

    /// Lets a chain begin after a head that was written down and was found again. What lies before it is not looked at:
    /// the reasons among that, beyond what was pruned, are taken to have come where they are what their hash says.
    pub fn begin_at(&mut self, head: &ChainHead) -> Result<(), ChainFault> {
        let pruned = self.heads.get(&head.instance).map_or(0, |begun| begun.seq);
        let before = |reason: &&mut Reason| reason.head.seq > pruned && reason.head.seq <= head.seq;
        for reason in self.reasons.iter_mut().filter(|reason| reason.head.instance == head.instance).filter(before) {
            reason.came |= reason.is_itself;
        }
        self.begin(head, None)
    }

    fn begin(&mut self, head: &ChainHead, frontier: Option<Frontier>) -> Result<(), ChainFault> {
        // What lies before cannot come any more; where it was pruned, the checkpoint vouches for it.
        if let Some(promises) = self.promises.get_mut(&head.instance) {
            *promises = promises.split_off(&head.seq);
        }
        let begun = Head { seq: head.seq, hash: head.hash.clone(), position: 0, frontier };
        self.keep_promises(&head.instance, &begun)?;
        self.heads.insert(head.instance.clone(), begun);
        Ok(())
    }

    /// Makes a head known whose entry must come, with the root of the tree up to it where that was signed. To be told before
    /// anything is checked.
    pub fn promise(&mut self, head: ChainHead, root: Option<Hash>) {
        let promise = Promise { hash: head.hash, root, is_kept: false };
        self.promises.entry(head.instance).or_default().entry(head.seq).or_default().push(promise);
    }

    fn keep_promises(&mut self, instance: &str, reached: &Head) -> Result<(), ChainFault> {
        let promises = self.promises.get_mut(instance).and_then(|promises| promises.get_mut(&reached.seq));
        for promise in promises.into_iter().flatten() {
            let root = reached.frontier.as_ref().map(Frontier::root);
            let is_root = promise.root.zip(root).is_none_or(|(promised, found)| promised == found);
            if promise.hash != reached.hash || !is_root {
                return Err(ChainFault::Truncated { instance: instance.to_owned(), seq: reached.seq });
            }
            promise.is_kept = true;
        }
        Ok(())
    }

    /// Checks the next entry against the head of its chain.
    pub fn check(&mut self, entry: &AuditEntry) -> Result<(), ChainFault> {
        self.check_link(&entry.instance, &entry.link(&entry.instance))
    }

    /// Checks the chain link of an entry of that instance, which may have been hashed on another thread.
    pub fn check_link(&mut self, instance: &str, link: &ChainLink) -> Result<(), ChainFault> {
        let ChainLink { seq, position, .. } = *link;
        let before = self.heads.remove(instance).unwrap_or_else(Head::origin);
        if seq != before.seq + 1 || link.previous != before.hash || position <= before.position {
            return Err(ChainFault::Broken { instance: instance.to_owned(), seq });
        }
        if !link.is_itself {
            return Err(ChainFault::Changed { instance: instance.to_owned(), seq });
        }
        if link.is_sealed && !self.is_covered(instance, seq, link.user) {
            return Err(ChainFault::Sealed { instance: instance.to_owned(), seq });
        }
        for reason in self.reasons.iter_mut().filter(|reason| reason.head.seq == seq) {
            reason.came |= reason.head.hash == link.hash && reason.head.instance == *instance;
        }
        let frontier = before.frontier.map(|mut frontier| {
            frontier.push(link.hash.digest());
            frontier
        });
        let reached = Head { seq, hash: link.hash.clone(), position, frontier };
        self.keep_promises(instance, &reached)?;
        self.heads.insert(instance.to_owned(), reached);
        self.checked += 1;
        Ok(())
    }

    /// To be asked when no entry is left: whether all that was expected, and is needed, came.
    pub fn finish(&self) -> Result<(), ChainFault> {
        let lost = self.reasons.iter().filter(|reason| !reason.came).find_map(|reason| reason.needed.clone());
        if let Some((instance, seq)) = lost {
            return Err(ChainFault::Sealed { instance, seq });
        }
        for (instance, promises) in &self.promises {
            if let Some((seq, _)) =
                promises.iter().find(|(_, of_entry)| of_entry.iter().any(|promise| !promise.is_kept))
            {
                return Err(ChainFault::Truncated { instance: instance.clone(), seq: *seq });
            }
        }
        Ok(())
    }

    fn is_covered(&mut self, instance: &str, seq: i64, user: Option<super::UserId>) -> bool {
        let reason = self.reasons.iter_mut().find(|reason| {
            // Nothing is the reason for what came after it.
            let is_later = reason.head.instance != instance || reason.head.seq > seq;
            is_later && reason.covers.holds(instance, seq, user)
        });
        let Some(reason) = reason else { return false };
        if reason.needed.is_none() {
            reason.needed = Some((instance.to_owned(), seq));
        }
        true
    }

    /// Returns the root of the tree of a chain up to the last entry that was checked; `None` if the chain was begun in the
    /// middle, or not at all.
    pub fn root(&self, instance: &str) -> Option<Hash> {
        self.heads.get(instance)?.frontier.as_ref().map(Frontier::root)
    }

    /// Returns the number of entries checked.
    pub fn checked(&self) -> u64 {
        self.checked
    }

    /// The last entry of each chain by the name of its instance, to be written down elsewhere.
    pub fn heads(&self) -> Vec<ChainHead> {
        let one = |(instance, head): (&String, &Head)| ChainHead {
            instance: instance.clone(),
            seq: head.seq,
            hash: head.hash.clone(),
        };
        let mut heads: Vec<ChainHead> = self.heads.iter().map(one).collect();
        heads.sort_by(|one, other| one.instance.cmp(&other.instance));
        heads
    }
}

impl Head {
    /// Before the first entry of a chain.
    fn origin() -> Self {
        Self { seq: 0, hash: AuditHash::origin(), position: 0, frontier: Some(Frontier::default()) }
    }
}

#[cfg(test)]
mod tests;
