//! Running work for each user and place, so that it can be stopped.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock};

use tokio_util::sync::CancellationToken;

use crate::asker::Asker;
use crate::domain::{Place, PlatformName, ProposalId, TurnId, UserId};
use crate::error::PipelineError;
use crate::lock::lock;
use crate::text::{Text, text};

/// Questions remembered that were taken back before their answer began: events of one moment may come in any order. As
/// many are remembered with their turns, for who answers them again.
const REMEMBERED: usize = 256;

type Key = (UserId, Place);

/// The event that asked a question.
type Question = (PlatformName, String);

#[derive(Debug, Default, Clone)]
pub(crate) struct Running(Arc<Mutex<RunningState>>);

#[derive(Debug, Default)]
struct RunningState {
    work: HashMap<Key, Stop>,
    answers: HashMap<Question, Stop>,
    taken_back: VecDeque<(Question, Stopped)>,
    turns: VecDeque<(TurnId, Question)>,
    /// The number of the last work that began.
    last: u64,
}

/// A question that is being answered, or a statement that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentWork {
    /// Tells it from all others of this program.
    pub number: u64,
    /// The user it is done for.
    pub user: UserId,
    /// The place in which it can be stopped.
    pub place: Place,
}

/// The reason work is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// The person asked for it, or the program that asks on their behalf hung up.
    Asked,
    /// An administrator did, for the sake of those who wait.
    ByAdmin,
    /// The question was taken back.
    TakenBack,
    /// The question was edited, and is asked again in its new words.
    Reworded,
    /// Pstral was removed from the place.
    Left,
}

/// Tells work to stop, and why.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop {
    number: u64,
    /// Cancelled when the work is to stop.
    pub(crate) token: CancellationToken,
    why: Arc<OnceLock<Stopped>>,
    /// Proposals it has offered so far.
    offered: Arc<Mutex<Vec<ProposalId>>>,
    /// Cancelled when it has ended.
    over: CancellationToken,
}

/// One piece of work; dropping it ends its entry.
#[derive(Debug)]
pub(crate) struct Work {
    running: Running,
    keys: Mutex<Vec<Key>>,
    question: OnceLock<Question>,
    /// Cancelled when somebody stops it.
    pub(crate) stop: Stop,
}

impl Stop {
    /// The reason to stop; `None` while work may go on.
    pub(crate) fn why(&self) -> Option<Stopped> {
        self.why.get().copied()
    }

    /// The reason why nobody wants the answer any more; `None` where somebody stopped it, or nothing did.
    pub(crate) fn withdrawn(&self) -> Option<Stopped> {
        self.why().filter(|why| !matches!(why, Stopped::Asked | Stopped::ByAdmin))
    }

    /// The sentence for the person whose answer was stopped.
    pub(crate) fn told(&self) -> Text {
        self.told_or(text("answer-stopped"))
    }

    /// The sentence for the person whose work was stopped: `asked` if they asked for it themselves.
    pub(crate) fn told_or(&self, asked: Text) -> Text {
        if self.why() == Some(Stopped::ByAdmin) { text("stopped-by-admin") } else { asked }
    }

    /// The first reason is the one that is told.
    pub(crate) fn stop(&self, why: Stopped) {
        let _ = self.why.set(why);
        self.token.cancel();
    }
}

impl Running {
    /// Begins work for a user in a place; `None` while other work of theirs is going on there.
    pub(crate) fn begin(&self, user: UserId, place: &Place) -> Option<Work> {
        self.begin_in(user, &[place])
    }

    /// Begins work that can be stopped in any of these places.
    pub(crate) fn begin_in(&self, user: UserId, places: &[&Place]) -> Option<Work> {
        let keys: Vec<Key> = places.iter().map(|place| (user, (*place).clone())).collect();
        let mut going = lock(&self.0);
        if keys.iter().any(|key| going.work.contains_key(key)) {
            return None;
        }
        going.last += 1;
        let stop = Stop { number: going.last, ..Stop::default() };
        going.work.extend(keys.iter().cloned().map(|key| (key, stop.clone())));
        drop(going);
        Some(Work { running: self.clone(), keys: Mutex::new(keys), question: OnceLock::new(), stop })
    }

    /// True if work of the user is running in the place, or anywhere if no place is given.
    pub(crate) fn is_going(&self, user: UserId, place: Option<&Place>) -> bool {
        let is_theirs = |(who, at): &Key| *who == user && place.is_none_or(|place| at == place);
        lock(&self.0).work.keys().any(is_theirs)
    }

    /// True if anybody's work is running in the place.
    pub(crate) fn is_busy(&self, place: &Place) -> bool {
        lock(&self.0).work.keys().any(|(_, other)| other == place)
    }

    /// Notes that work of a user in a place offers a proposal.
    pub(crate) fn offers(&self, user: UserId, place: &Place, proposal: &ProposalId) {
        if let Some(stop) = lock(&self.0).work.get(&(user, place.clone())) {
            lock(&stop.offered).push(proposal.clone());
        }
    }

    /// Returns once the work has ended that offered a proposal to a user. Who sees a proposal may click on it while that is
    /// still being noted down.
    pub(crate) async fn wait_until_recorded(&self, user: UserId, proposal: &ProposalId) {
        let over = {
            let going = lock(&self.0);
            let mut theirs = going.work.iter().filter(|((who, _), _)| *who == user);
            theirs.find(|(_, stop)| lock(&stop.offered).contains(proposal)).map(|(_, stop)| stop.over.clone())
        };
        if let Some(over) = over {
            over.cancelled().await;
        }
    }

    /// Stops the work of a user in a place; whether there was any.
    pub(crate) fn stop(&self, user: UserId, place: &Place) -> bool {
        lock(&self.0).work.get(&(user, place.clone())).inspect(|stop| stop.stop(Stopped::Asked)).is_some()
    }

    /// Everything that is under way, the oldest first.
    pub(crate) fn all(&self) -> Vec<CurrentWork> {
        let going = lock(&self.0);
        let work = going.work.iter();
        let mut all: Vec<CurrentWork> = work
            .map(|((user, place), stop)| CurrentWork { number: stop.number, user: *user, place: place.clone() })
            .collect();
        drop(going);
        // What can be stopped in several places is named by the innermost.
        all.sort_by_key(|one| (one.number, one.place.thread.is_none()));
        all.dedup_by_key(|one| one.number);
        all
    }

    /// Stops the work of a number, as an administrator does; whether it was under way.
    pub(crate) fn stop_numbered(&self, number: u64) -> bool {
        let going = lock(&self.0);
        let meant = going.work.values().find(|stop| stop.number == number);
        meant.inspect(|stop| stop.stop(Stopped::ByAdmin)).is_some()
    }

    /// Stops the work of a user in the threads of a channel; whether there was any.
    pub(crate) fn stop_below(&self, user: UserId, channel: &Place) -> bool {
        let going = lock(&self.0);
        let is_below = |(who, at): &Key| *who == user && at != channel && at.channel() == *channel;
        let below = going.work.iter().filter(|(key, _)| is_below(key));
        below.inspect(|(_, stop)| stop.stop(Stopped::Asked)).count() > 0
    }

    /// The turns in which the question of an event was asked, of those remembered.
    pub(crate) fn asked_by(&self, platform: &PlatformName, event: &str) -> Vec<TurnId> {
        let going = lock(&self.0);
        let theirs = going.turns.iter().filter(|(_, (on, question))| on == platform && question == event);
        theirs.map(|(turn, _)| *turn).collect()
    }

    /// Stops the answer to a question that is not wanted any more, now or when it begins.
    pub(crate) fn take_back(&self, platform: &PlatformName, event: &str, why: Stopped) {
        let question = (platform.clone(), event.to_owned());
        let mut going = lock(&self.0);
        if let Some(stop) = going.answers.get(&question) {
            return stop.stop(why);
        }
        going.taken_back.push_back((question, why));
        if going.taken_back.len() > REMEMBERED {
            going.taken_back.pop_front();
        }
    }

    /// True if the question was withdrawn while nobody was answering it.
    pub(crate) fn was_taken_back(&self, platform: &PlatformName, event: &str) -> bool {
        lock(&self.0).taken_back.iter().any(|((on, question), _)| on == platform && question == event)
    }

    /// Stops everything that goes on in a place, and in its threads.
    pub(crate) fn leave(&self, place: &Place) {
        let going = lock(&self.0);
        going
            .work
            .iter()
            .filter(|((_, other), _)| other.is_within(place))
            .for_each(|(_, stop)| stop.stop(Stopped::Left));
    }
}

impl Work {
    /// Says which event asked for it: who takes that back stops it.
    pub(crate) fn answers(&self, platform: &PlatformName, event: &str) {
        self.answers_question((platform.clone(), event.to_owned()));
    }

    /// Its question is this turn.
    pub(crate) fn set_question_turn(&self, turn: TurnId) {
        let Some(question) = self.question.get() else { return };
        let mut going = lock(&self.running.0);
        going.turns.push_back((turn, question.clone()));
        if going.turns.len() > REMEMBERED {
            going.turns.pop_front();
        }
    }

    /// It answers the question of a turn again, or goes on with its answer: who takes that question back stops it. After a
    /// restart nobody knows any more which event asked it.
    pub(crate) fn restore_question_event(&self, turn: TurnId) {
        let known = lock(&self.running.0).turns.iter().rfind(|(asked, _)| *asked == turn).cloned();
        if let Some((_, question)) = known {
            self.answers_question(question);
        }
    }

    fn answers_question(&self, question: Question) {
        let mut going = lock(&self.running.0);
        if let Some((_, why)) = going.taken_back.iter().find(|(taken_back, _)| *taken_back == question) {
            self.stop.stop(*why);
        }
        going.answers.insert(question.clone(), self.stop.clone());
        drop(going);
        let _ = self.question.set(question);
    }

    /// Makes it stoppable in another place too; `false` while other work of the user is going on there.
    pub(crate) fn add_place(&self, user: UserId, place: &Place) -> bool {
        let key = (user, place.clone());
        let mut going = lock(&self.running.0);
        let mut keys = lock(&self.keys);
        if going.work.contains_key(&key) {
            return keys.contains(&key);
        }
        going.work.insert(key.clone(), self.stop.clone());
        keys.push(key);
        true
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let mut going = lock(&self.running.0);
        for key in lock(&self.keys).iter() {
            going.work.remove(key);
        }
        if let Some(question) = self.question.get() {
            going.answers.remove(question);
        }
        drop(going);
        self.stop.over.cancel();
    }
}

/// Error for somebody whose other work is going on there.
pub(crate) fn still_answering(asker: &Asker) -> PipelineError {
    PipelineError::Tell(if asker.types_commands() {
        text("still-answering").with("prefix", asker.prefix())
    } else {
        text("api-still-running")
    })
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[test]
    fn who_clicks_on_what_is_offered_waits_until_that_is_noted_down() {
        let place =
            Place { platform: PlatformName("fake".to_owned()), id: "a".to_owned(), thread: None, private: false };
        let running = Running::default();
        let (user, offered) = (UserId(1), ProposalId("a".to_owned()));
        let work = running.begin(user, &place).unwrap();
        assert!(running.wait_until_recorded(user, &offered).now_or_never().is_some(), "it has offered nothing yet");
        running.offers(user, &place, &offered);
        assert!(running.wait_until_recorded(user, &ProposalId("b".to_owned())).now_or_never().is_some());
        assert!(running.wait_until_recorded(UserId(2), &offered).now_or_never().is_some());
        let mut waits = Box::pin(running.wait_until_recorded(user, &offered));
        assert!((&mut waits).now_or_never().is_none());
        drop(work);
        assert!(waits.now_or_never().is_some());
        assert!(running.begin(user, &place).is_some());
    }
}
