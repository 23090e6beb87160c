//! The conditions that must hold at the end of every case.

use std::sync::LazyLock;
use std::time::Duration;

use pstral_core::domain::{
    Actor, AuditAction, ButtonAction, EventBody, Locale, MessageRef, Outgoing, OutgoingState, Speaker, Turn, TurnState,
};
use pstral_core::ports::{Conversations as _, People as _};
use pstral_core::text::text;
use tokio::time::sleep;

use super::broken::Broken;
use super::case::{Case, Failure, Refusal};
use super::model::WELL;

/// More than a row has of anything.
const ALL: u32 = 100;
/// Longer than a server rests that has failed.
const REST: Duration = Duration::from_mins(1);

/// Looks at everything; what does not hold, in words.
pub(super) async fn faults(broken: &mut Broken, case: &Case, asker: &Actor) -> Vec<String> {
    let mut faults = Vec::new();
    let shown = broken.chat.seen.messages();
    faults
        .extend(shown.iter().filter(|(_, message)| looks_live(message)).map(|(at, _)| format!("{} looks live", at.id)));
    // Where the message was deleted, nobody asked for another.
    let is_gone = matches!(case.refusal, Refusal::Gone(_));
    if !is_gone && !shown.iter().any(|(_, message)| says_a_step(message)) {
        faults.push("no message says what to do next".to_owned());
    }
    if shown.iter().any(|(_, message)| promises_too_much(message)) {
        faults.push("an answer is to go on without a button for it".to_owned());
    }
    faults.extend(of_turns(broken, &shown).await);
    if case.failure != Failure::Nothing && shown.iter().any(|(_, message)| offers(message)) {
        faults.push("a statement of an answer that is not whole is offered".to_owned());
    }
    faults.extend(of_executions(broken));
    faults.extend(of_the_next_question(broken, asker).await);
    faults
}

fn looks_live(message: &Outgoing) -> bool {
    let can_be_stopped = message.buttons.iter().any(|button| button.action == ButtonAction::Stop);
    message.state == OutgoingState::Streaming || can_be_stopped
}

fn offers(message: &Outgoing) -> bool {
    message.buttons.iter().any(|button| matches!(button.action, ButtonAction::Execute(_)))
}

/// A button that leads on, or a sentence that says what to do.
fn says_a_step(message: &Outgoing) -> bool {
    let leads_on = |action: &ButtonAction| !matches!(action, ButtonAction::Stop | ButtonAction::Rate(..));
    message.buttons.iter().any(|button| leads_on(&button.action))
        || STEPS.iter().any(|sentence| message.text.contains(sentence))
}

fn promises_too_much(message: &Outgoing) -> bool {
    let goes_on = |action: &ButtonAction| matches!(action, ButtonAction::Continue(_));
    GOES_ON.iter().any(|sentence| message.text.contains(sentence))
        && !message.buttons.iter().any(|button| goes_on(&button.action))
}

/// Those of our sentences, as far as nothing varies in them, that end an answer without a button and say what to do.
static STEPS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let steps = ["answer-empty", "answer-only-thought", "answer-interrupted"];
    steps.into_iter().flat_map(in_both).chain(STOPPED.iter().cloned()).chain(INCIDENT.iter().cloned()).collect()
});
/// Those that promise that an answer goes on.
static GOES_ON: LazyLock<Vec<String>> = LazyLock::new(|| {
    let sentences = ["answer-cut", "answer-too-long", "answer-too-slow"];
    sentences.into_iter().flat_map(in_both).collect()
});
static STOPPED: LazyLock<Vec<String>> = LazyLock::new(|| in_both("answer-stopped"));
static INTERRUPTED: LazyLock<Vec<String>> = LazyLock::new(|| in_both("answer-interrupted"));
static INCIDENT: LazyLock<Vec<String>> = LazyLock::new(|| in_both("incident"));

/// A sentence in both languages, up to the first thing that varies in it.
fn in_both(key: &'static str) -> Vec<String> {
    let known = |locale| text(key).with("id", "\n").render(locale).split('\n').next().unwrap_or_default().to_owned();
    Locale::ALL.map(known).to_vec()
}

/// Checks that every turn of ours has ended, as its message says.
async fn of_turns(broken: &Broken, shown: &[(MessageRef, Outgoing)]) -> Vec<String> {
    let live = broken.state.streaming().await.unwrap();
    let mut faults: Vec<String> =
        live.iter().map(|(_, turn)| format!("turn {} is still being written", turn.id.0)).collect();
    for turn in turns(broken).await.iter().filter(|turn| turn.speaker == Speaker::Pstral) {
        let of_turn = turn.message.as_ref().and_then(|at| shown.iter().find(|(other, _)| other == at));
        if let Some((_, message)) = of_turn
            && !agrees(turn, message)
        {
            faults.push(format!("turn {} is {:?}, its message says otherwise", turn.id.0, turn.state));
        }
    }
    faults
}

async fn turns(broken: &Broken) -> Vec<Turn> {
    let mut turns = Vec::new();
    for user in broken.state.users().await.unwrap() {
        for conversation in broken.state.of_user(user.id, ALL).await.unwrap() {
            turns.extend(broken.state.turns(conversation.id, ALL).await.unwrap());
        }
    }
    turns
}

fn agrees(turn: &Turn, message: &Outgoing) -> bool {
    let says = |sentences: &[String]| sentences.iter().any(|sentence| message.text.contains(sentence));
    let can_be_retried = message.buttons.iter().any(|button| button.action == ButtonAction::Retry(turn.id));
    // A last state that the platform refused has become an incident.
    says(&INCIDENT)
        || match turn.state {
            TurnState::Streaming => false,
            TurnState::Complete => !can_be_retried && !says(&STOPPED) && !says(&INTERRUPTED),
            TurnState::Stopped => says(&STOPPED),
            TurnState::Failed => can_be_retried && !says(&STOPPED),
            TurnState::Interrupted => says(&INTERRUPTED),
        }
}

/// Nothing ran that the audit does not hold.
fn of_executions(broken: &Broken) -> Option<String> {
    let entries = broken.state.audit_entries();
    let recorded = entries.iter().filter(|entry| entry.event.action == AuditAction::Execution).count();
    let ran = broken.target.take_ran().len();
    (ran > recorded || ran > 0)
        .then(|| format!("{ran} statements ran, {recorded} of them recorded, and nobody clicked"))
}

/// With everything well again, the same person is answered: nothing is kept from them.
async fn of_the_next_question(broken: &mut Broken, asker: &Actor) -> Option<String> {
    broken.is_well();
    // A server that was silent rests for a while before it is asked again.
    sleep(REST).await;
    let before = broken.chat.seen.messages().len();
    if broken.act(asker, EventBody::Said("And is all well now?".to_owned())).await.is_none() {
        return Some("the next question is never answered".to_owned());
    }
    let answers = broken.chat.seen.messages().split_off(before);
    let is_answered = answers.iter().any(|(_, message)| !looks_live(message) && message.text.contains(WELL));
    let told = || answers.into_iter().map(|(_, message)| message.text).collect::<Vec<_>>();
    (!is_answered).then(|| format!("the next question is not answered, but: {:?}", told()))
}
