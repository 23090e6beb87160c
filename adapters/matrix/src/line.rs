//! Keeps the order of events: those of one room are handed over one after the other, rooms independently of each other.
//! Also tracks the sync token up to which everything was handed over.

use std::collections::{HashMap, VecDeque};

use matrix_sdk::ruma::{OwnedRoomId, RoomId};

/// The part of one sync that concerns a room; `T` is its content.
#[derive(Debug)]
pub(crate) struct Piece<T> {
    pub(crate) room: OwnedRoomId,
    pub(crate) told: T,
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
pub(crate) struct Line<T> {
    /// The updates that wait for an earlier one of their room to be handed over.
    rooms: HashMap<OwnedRoomId, VecDeque<Piece<T>>>,
    syncs: VecDeque<Sync>,
    next: u64,
}

impl<T> Default for Line<T> {
    fn default() -> Self {
        Self { rooms: HashMap::new(), syncs: VecDeque::new(), next: 0 }
    }
}

impl<T> Line<T> {
    /// Adds a sync that ends at the token `until`. Returns the pieces that can be handed over now, and the token if
    /// there is nothing to wait for.
    pub(crate) fn take(
        &mut self,
        told: impl IntoIterator<Item = (OwnedRoomId, T)>,
        until: String,
    ) -> (Vec<Piece<T>>, Option<String>) {
        let (number, mut open, mut now) = (self.next, 0, Vec::new());
        self.next += 1;
        for (room, told) in told {
            open += 1;
            let piece = Piece { room: room.clone(), told, number };
            if let Some(waiting) = self.rooms.get_mut(&room) {
                waiting.push_back(piece);
            } else {
                self.rooms.insert(room, VecDeque::new());
                now.push(piece);
            }
        }
        self.syncs.push_back(Sync { number, until, open });
        (now, self.ended())
    }

    /// Marks a piece as handed over. Returns the next one of its room, and a new token up to which everything was.
    pub(crate) fn done(&mut self, room: &RoomId, number: u64) -> (Option<Piece<T>>, Option<String>) {
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
        let mut line = Line::default();
        let (first, token) = line.take([(slow.clone(), "a"), (quick.clone(), "b")], "1".to_owned());
        assert_eq!((first.len(), token), (2, None));
        let (second, _) = line.take([(slow.clone(), "c"), (quick.clone(), "d")], "2".to_owned());
        assert!(second.is_empty());
        let (next, token) = line.done(&quick, first[1].number);
        assert_eq!((next.as_ref().unwrap().told, token), ("d", None));
        assert_eq!(line.done(&quick, next.unwrap().number).1, None, "the other room of the first is not over");
        let (third, token) = line.take([], "3".to_owned());
        assert!(third.is_empty() && token.is_none());
        let (next, token) = line.done(&slow, first[0].number);
        assert_eq!((next.as_ref().unwrap().told, token.as_deref()), ("c", Some("1")));
        assert_eq!(line.done(&slow, next.unwrap().number).1.as_deref(), Some("3"));
        assert_eq!(line.take([], "4".to_owned()).1.as_deref(), Some("4"));
    }
}
