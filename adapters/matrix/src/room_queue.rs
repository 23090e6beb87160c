//! Keeps the order of events: those of one room are handed over one after the other, rooms independently of each other.
//! Also tracks the sync token up to which everything was handed over.

use std::collections::{HashMap, VecDeque};

use matrix_sdk::ruma::{OwnedRoomId, RoomId};

/// The part of one sync that concerns a room; `T` is its content.
#[derive(Debug)]
pub(crate) struct RoomUpdate<T> {
    pub(crate) room: OwnedRoomId,
    pub(crate) content: T,
    /// The number of the sync.
    pub(crate) number: u64,
}

/// A sync that has not been completely handed over yet.
#[derive(Debug)]
struct Sync {
    number: u64,
    until: String,
    open: usize,
}

/// The queue of updates, by room.
#[derive(Debug)]
pub(crate) struct RoomQueue<T> {
    /// The updates that wait for an earlier one of their room to be handed over.
    rooms: HashMap<OwnedRoomId, VecDeque<RoomUpdate<T>>>,
    syncs: VecDeque<Sync>,
    next: u64,
}

impl<T> Default for RoomQueue<T> {
    fn default() -> Self {
        Self { rooms: HashMap::new(), syncs: VecDeque::new(), next: 0 }
    }
}

impl<T> RoomQueue<T> {
    /// Adds a sync that ends at the token `until`. Returns the updates that can be handed over now, and the token if
    /// there is nothing to wait for.
    pub(crate) fn enqueue(
        &mut self,
        updates: impl IntoIterator<Item = (OwnedRoomId, T)>,
        until: String,
    ) -> (Vec<RoomUpdate<T>>, Option<String>) {
        let (number, mut open, mut now) = (self.next, 0, Vec::new());
        self.next += 1;
        for (room, content) in updates {
            open += 1;
            let update = RoomUpdate { room: room.clone(), content, number };
            if let Some(waiting) = self.rooms.get_mut(&room) {
                waiting.push_back(update);
            } else {
                self.rooms.insert(room, VecDeque::new());
                now.push(update);
            }
        }
        self.syncs.push_back(Sync { number, until, open });
        (now, self.ended())
    }

    /// Marks an update as handed over. Returns the next one of its room, and a new token up to which everything was.
    pub(crate) fn complete(&mut self, room: &RoomId, number: u64) -> (Option<RoomUpdate<T>>, Option<String>) {
        let next = self.rooms.get_mut(room).and_then(VecDeque::pop_front);
        if next.is_none() {
            self.rooms.remove(room);
        }
        if let Some(sync) = self.syncs.iter_mut().find(|sync| sync.number == number) {
            sync.open = sync.open.saturating_sub(1);
        }
        (next, self.ended())
    }

    /// Returns the token of the last sync up to which everything was handed over.
    fn ended(&mut self) -> Option<String> {
        let mut until = None;
        while let Some(sync) = self.syncs.pop_front_if(|sync| sync.open == 0) {
            until = Some(sync.until);
        }
        until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_waits_for_itself_alone_and_the_token_for_all() {
        let id = |name: &str| OwnedRoomId::try_from(name).unwrap();
        let (slow, quick) = (id("!slow:x"), id("!quick:x"));
        let mut queue = RoomQueue::default();
        let (first, token) = queue.enqueue([(slow.clone(), "a"), (quick.clone(), "b")], "1".to_owned());
        assert_eq!((first.len(), token), (2, None));
        let (second, _) = queue.enqueue([(slow.clone(), "c"), (quick.clone(), "d")], "2".to_owned());
        assert!(second.is_empty());
        let (next, token) = queue.complete(&quick, first[1].number);
        assert_eq!((next.as_ref().unwrap().content, token), ("d", None));
        assert_eq!(queue.complete(&quick, next.unwrap().number).1, None, "the other room of the first is not over");
        let (third, token) = queue.enqueue([], "3".to_owned());
        assert!(third.is_empty() && token.is_none());
        let (next, token) = queue.complete(&slow, first[0].number);
        assert_eq!((next.as_ref().unwrap().content, token.as_deref()), ("c", Some("1")));
        assert_eq!(queue.complete(&slow, next.unwrap().number).1.as_deref(), Some("3"));
        assert_eq!(queue.enqueue([], "4".to_owned()).1.as_deref(), Some("4"));
    }
}
