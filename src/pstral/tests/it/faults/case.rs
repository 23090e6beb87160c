//! The rows of the table: what the model does when, what the person does, what the platform refuses, and whether the
//! program is killed.

use std::fmt;

use pstral_core::ports::ModelError;

/// A failure of the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// The whole answer.
    Nothing,
    /// One of the port's errors.
    Error(&'static str, ModelError),
    /// It is silent for ever.
    Wedge,
    /// It ends without saying that it is whole, as after thirty times the same token.
    CleanEnd,
    /// It reaches its length limit.
    CutByLength,
    /// It says that it is whole, and has said nothing.
    Empty,
    /// It has only thought aloud.
    AllThought,
    /// It has only thought aloud, until it reached its length limit.
    ThoughtCut,
    /// It does not stop.
    TooLong,
}

/// The progress of the answer at the failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// The server has not answered.
    Asked,
    /// It has, with nothing yet.
    Begun,
    /// There is a text people can read.
    FirstText,
    /// A statement has begun.
    MidStatement,
    /// A statement is whole.
    AfterStatement,
    /// A statement is whole, in the second message: the first is full.
    SecondMessage,
}

/// The time at which the person stops it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    Never,
    Before,
    AtOnce,
    After,
}

/// The write of the answer that a platform refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Write {
    /// The first message.
    Send,
    /// An edit after which more is to come.
    Interim,
    /// The last state, sent or edited.
    Last,
}

/// The platform's reaction to a write, until everything works again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    Nothing,
    /// Too fast, once.
    Limited(Write),
    /// Not there, three times.
    Unavailable(Write),
    /// Not there for that write, whenever it is tried.
    Never(Write),
    /// Not that, once.
    Rejected(Write),
    /// The message is deleted, or the place gone, at that write.
    Gone(Write),
    /// Not there for five minutes from just before the failure on.
    Away,
    /// Not there for longer than an answer is tried for.
    LongAway,
}

/// The time at which the program is killed and restarted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kill {
    Never,
    Before,
    After,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Case {
    pub(super) failure: Failure,
    pub(super) stage: Stage,
    pub(super) stop: Stop,
    pub(super) refusal: Refusal,
    pub(super) kill: Kill,
}

const STAGES: [Stage; 5] = [Stage::Asked, Stage::Begun, Stage::FirstText, Stage::MidStatement, Stage::AfterStatement];
const STOPS: [Stop; 4] = [Stop::Never, Stop::Before, Stop::AtOnce, Stop::After];
const KILLS: [Kill; 3] = [Kill::Never, Kill::Before, Kill::After];
const WRITES: [Write; 3] = [Write::Send, Write::Interim, Write::Last];

/// Every row there is, and one in so many of them: with those of one failure and stage others than with the next, so that
/// all of what a person, a platform and a crash can do together comes many times.
pub(super) fn all(one_in: usize) -> Vec<Case> {
    let mut cases = Vec::new();
    for (at, (failure, stage)) in failures().into_iter().enumerate() {
        let around = refusals()
            .into_iter()
            .flat_map(|refusal| KILLS.into_iter().flat_map(move |kill| STOPS.map(|stop| (refusal, kill, stop))));
        // Before the first token it is the adapter that does not wait for ever: that is a time-out.
        let waits = failure == Failure::Wedge && stage == Stage::Begun;
        let chosen = around.enumerate().filter(|(number, (_, kill, stop))| {
            (number + at).is_multiple_of(one_in) && !(waits && *kill == Kill::Never && *stop == Stop::Never)
        });
        cases.extend(chosen.map(|(_, (refusal, kill, stop))| Case {
            failure: failure.clone(),
            stage,
            stop,
            refusal,
            kill,
        }));
    }
    cases
}

/// Each failure at each stage it can come at.
fn failures() -> Vec<(Failure, Stage)> {
    let mut all: Vec<(Failure, Stage)> =
        errors().into_iter().flat_map(|error| STAGES.map(|stage| (error.clone(), stage))).collect();
    for stage in STAGES.into_iter().filter(|stage| *stage != Stage::Asked) {
        all.extend([Failure::Wedge, Failure::CleanEnd, Failure::CutByLength].map(|failure| (failure, stage)));
        if stage != Stage::Begun {
            all.push((Failure::TooLong, stage));
        }
    }
    let alone = [Failure::Empty, Failure::AllThought, Failure::ThoughtCut].map(|failure| (failure, Stage::Begun));
    all.extend(alone.into_iter().chain([(Failure::Nothing, Stage::AfterStatement)]));
    let interrupted = Failure::Error("interrupted", ModelError::Interrupted);
    let over_two = [interrupted, Failure::Wedge, Failure::CutByLength, Failure::TooLong, Failure::Nothing];
    all.extend(over_two.map(|failure| (failure, Stage::SecondMessage)));
    all
}

fn errors() -> Vec<Failure> {
    let said = || "os error 111 at http://127.0.0.1:11434".to_owned();
    let all = [
        ("unavailable", ModelError::Unavailable(said())),
        ("missing", ModelError::ModelMissing { model: "qwen2.5-coder:3b".to_owned() }),
        ("busy", ModelError::Busy),
        ("prompt-too-long", ModelError::PromptTooLong),
        ("forbidden", ModelError::Forbidden),
        ("timeout", ModelError::Timeout { seconds: 60 }),
        ("interrupted", ModelError::Interrupted),
        ("failed", ModelError::Failed(said())),
        ("protocol", ModelError::Protocol(said())),
        ("rejected", ModelError::Rejected(said())),
        ("unsupported", ModelError::Unsupported(said())),
        ("withheld", ModelError::Withheld),
        ("outside", ModelError::Outside(said())),
    ];
    all.into_iter().map(|(name, error)| Failure::Error(name, error)).collect()
}

fn refusals() -> Vec<Refusal> {
    let kinds: [fn(Write) -> Refusal; 5] =
        [Refusal::Limited, Refusal::Unavailable, Refusal::Never, Refusal::Rejected, Refusal::Gone];
    let at_writes = kinds.into_iter().flat_map(|kind| WRITES.map(kind));
    [Refusal::Nothing, Refusal::Away, Refusal::LongAway].into_iter().chain(at_writes).collect()
}

impl fmt::Display for Case {
    /// The row in words, by which it can be run alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { failure, stage, stop, refusal, kill } = self;
        match failure {
            Failure::Error(name, _) => write!(f, "{name}")?,
            other => write!(f, "{}", format!("{other:?}").to_lowercase())?,
        }
        write!(f, " {stage:?} stop:{stop:?} refusal:{refusal:?} kill:{kill:?}")
    }
}
