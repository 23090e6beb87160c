//! Application commands that people choose from Discord's own list.

use std::pin::pin;

use pstral_core::domain::{About, Command, CommandName, Event, EventBody, Outgoing, Place};
use pstral_core::egress::{fit, neutralized};
use pstral_core::ports::Inbox;
use pstral_core::text::text;
use serde_json::json;
use serenity::http::{LightMethod, Route};
use serenity::model::application::{CommandInteraction, CommandType, ResolvedOption, ResolvedTarget, ResolvedValue};
use serenity::model::channel::{Attachment, Message};

use crate::Discord;
use crate::body::{Body, open};
use crate::channels::CachedChannel;
use crate::command_list::{in_order, spec, typed_sub};
use crate::error::DiscordError;
use crate::interactions::{Acted, acted, answers};
use crate::pending_interactions::{PendingInteraction, ResponseState, locale};
use crate::place::{aside, platform, private};
use crate::questions::Question;
use crate::rest::plain;

/// The maximum length of a question when it is repeated for everybody, in characters.
const ECHO: usize = 1_500;

/// The maximum size of a statement sent as a file, in bytes.
const STATEMENT: usize = 64 * 1024;

/// The options of a command, as they are typed elsewhere.
#[derive(Default)]
struct Chosen<'a> {
    words: Vec<(String, String)>,
    file: Option<&'a Attachment>,
}

impl Chosen<'_> {
    fn of(&self, name: &str) -> Option<&str> {
        self.words.iter().find(|(known, _)| known == name).map(|(_, words)| words.as_str())
    }

    fn command(&self, name: CommandName) -> Command {
        let words = self.words.iter().map(|(_, words)| words.as_str()).filter(|words| !words.is_empty());
        Command::new(name, &words.collect::<Vec<_>>().join(" "))
    }
}

impl Discord {
    /// Handles an application command.
    pub(crate) async fn command(&self, command: &CommandInteraction, inbox: &Inbox) {
        let (acted, user) = (acted!(command), command.user.id.get());
        let opened = self.interactions.insert(command.id.get(), &command.token, user, locale(&command.locale));
        let Some(opened) = opened else { return };
        let Some((place, known)) = self.where_it_was(&acted) else { return self.reply_not_here(&opened).await };
        if command.data.kind == CommandType::Message {
            self.ask_about(command, (&opened, &acted), (place, known), inbox).await;
        } else {
            let chosen = chosen(command);
            let name = spec(&command.data.name).map_or(CommandName::Unknown, |spec| spec.name);
            match name {
                CommandName::Ask => self.ask_by_command(&chosen, (&opened, &acted), (place, known), inbox).await,
                CommandName::Sql if chosen.words.is_empty() && chosen.file.is_none() => {
                    self.show_statement_form(&opened).await;
                }
                CommandName::Edit if chosen.words.is_empty() => {
                    let event = acted.event(place, EventBody::Command(Command::new(name, "")));
                    self.acknowledged_in_time(&opened, inbox(event), self.defer_reply(&opened)).await;
                }
                CommandName::Sql => self.offer_by_command(&chosen, (&opened, &acted), place, inbox).await,
                CommandName::Unknown => {
                    let command = Command::parse(&command.data.name);
                    self.do_as_typed(command, (&opened, &acted), place, inbox).await;
                }
                _ => self.do_as_typed(chosen.command(name), (&opened, &acted), place, inbox).await,
            }
        }
        self.close(&opened).await;
    }

    /// Handles a command such as `/whoami` as if it had been typed. One that concerns a person is answered to them alone.
    async fn do_as_typed(
        &self,
        command: Command,
        (opened, acted): (&PendingInteraction, &Acted<'_>),
        place: Place,
        inbox: &Inbox,
    ) {
        if !self.defer_reply(opened).await {
            return;
        }
        let is_for_one = command.name.spec().is_some_and(|spec| spec.about == About::Person);
        // A linking code is then seen by nobody else.
        let place = if is_for_one && !place.private { aside(opened.id) } else { place };
        inbox(acted.event(place, EventBody::Command(command))).await;
    }

    /// Handles `/sql`: a statement of one's own, typed or in a file.
    async fn offer_by_command(
        &self,
        chosen: &Chosen<'_>,
        (opened, acted): (&PendingInteraction, &Acted<'_>),
        place: Place,
        inbox: &Inbox,
    ) {
        if !self.defer_reply(opened).await {
            return;
        }
        let statement = match chosen.file {
            Some(file) => self.read(file, STATEMENT).await,
            None => Ok(chosen.of("statement").unwrap_or_default().to_owned()),
        };
        match statement {
            Ok(statement) => {
                inbox(acted.event(place, EventBody::Command(Command::new(CommandName::Edit, &statement)))).await;
            }
            Err(error) => {
                tracing::warn!(error, "an attached statement could not be read");
                self.follow_up_ephemeral(opened, &text("discord-file-unreadable").render(opened.locale)).await;
            }
        }
    }

    /// Handles `/ask`: the question is shown to everybody and answered in a thread on it; or both happen in private.
    async fn ask_by_command(
        &self,
        chosen: &Chosen<'_>,
        (opened, acted): (&PendingInteraction, &Acted<'_>),
        (place, known): (Place, Option<CachedChannel>),
        inbox: &Inbox,
    ) {
        let question = chosen.of("question").unwrap_or_default();
        let is_private = place.private || chosen.of("private") == Some("yes");
        if !is_private && !self.may_ask_openly(question, (opened, acted), &place, inbox).await {
            return;
        }
        let (place, posted) = if !place.private && chosen.of("private") == Some("yes") {
            if !self.reply_ephemeral(opened, &text("discord-in-private").render(opened.locale)).await {
                return;
            }
            let theirs = self.private_with(opened.user).await;
            (theirs.map_or_else(|_| aside(opened.id), private), None)
        } else {
            let Some(posted) = self.post_question(question, (opened, acted), place.clone(), known).await else {
                return;
            };
            posted
        };
        if let Some(mode) = chosen.of("mode") {
            let event = acted.event(place.clone(), EventBody::Command(Command::new(CommandName::Mode, mode)));
            inbox(Event { id: format!("{}.mode", event.id), ..event }).await;
        }
        let words = question.to_owned();
        let body = match chosen.of("target").map(str::trim).filter(|target| !target.is_empty()) {
            Some(target) => EventBody::Asked { words, target: target.to_owned() },
            None => EventBody::Said(words),
        };
        let files = chosen.file.map_or(&[][..], std::slice::from_ref);
        self.ask_by(acted.event(place, body), posted, (question, files), (acted, inbox)).await;
    }

    /// Asks a question that is shown in a message of ours instead of the asker's own. Deleting that message withdraws
    /// it.
    async fn ask_by(
        &self,
        event: Event,
        message: Option<u64>,
        (said, files): (&str, &[Attachment]),
        (acted, inbox): (&Acted<'_>, &Inbox),
    ) {
        let question = Question::new(event, said.to_owned(), acted.guild.map(u64::from), message);
        // Those that nobody can take back have no message but what was done itself.
        let key = message.filter(|message| self.questions.is_new(*message)).unwrap_or(acted.id.get());
        let question = self.questions.record(key, question);
        let words = self.with_attachments(said.to_owned(), files).await;
        self.hand_over(key, &question, words, inbox).await;
    }

    /// Checks whether a question may be shown before it is answered. Somebody who is unknown, or not admitted there, is
    /// told so in private, as if they had written it in a message.
    async fn may_ask_openly(
        &self,
        question: &str,
        (opened, acted): (&PendingInteraction, &Acted<'_>),
        place: &Place,
        inbox: &Inbox,
    ) -> bool {
        if self.advice.may_ask(&acted.actor(), place).await {
            return true;
        }
        if self.defer_reply(opened).await {
            inbox(acted.event(place.clone(), EventBody::Said(question.to_owned()))).await;
        }
        false
    }

    /// Shows a question to everybody, with a thread on it where one is possible. Returns the place of the answer and
    /// the message.
    async fn post_question(
        &self,
        question: &str,
        (opened, acted): (&PendingInteraction, &Acted<'_>),
        place: Place,
        known: Option<CachedChannel>,
    ) -> Option<(Place, Option<u64>)> {
        let echo = text("discord-asked").with("name", neutralized(&fit(&acted.user.name, 60)));
        let echo = echo.with("question", neutralized(&fit(question, ECHO))).render(self.config.locale);
        let answer = json!({ "type": answers::CHANNEL_MESSAGE, "data": open(&echo) });
        if !self.acknowledge(opened, &answer, ResponseState::Acknowledged).await {
            return None;
        }
        let (application_id, token) = (self.application(), opened.token.as_str());
        let route = Route::WebhookOriginalInteractionResponse { application_id, token };
        let posted: Result<Message, DiscordError> = self.rest.request_json(plain(LightMethod::Get, route)).await;
        let posted = match posted {
            Ok(posted) => posted.id.get(),
            Err(fault) => {
                tracing::warn!(
                    ?fault,
                    interaction = opened.id,
                    "the message of a question could not be fetched; it is answered without a thread"
                );
                return Some((place, None));
            }
        };
        Some((self.thread_on(posted, acted, question, place, known), Some(posted)))
    }

    /// Handles "Ask Pstral about this": somebody else's message as a question of one's own.
    async fn ask_about(
        &self,
        command: &CommandInteraction,
        (opened, acted): (&PendingInteraction, &Acted<'_>),
        (place, known): (Place, Option<CachedChannel>),
        inbox: &Inbox,
    ) {
        let Some(ResolvedTarget::Message(message)) = command.data.target() else { return };
        let said = message.content.trim().to_owned();
        if !place.private && !self.may_ask_openly(&said, (opened, acted), &place, inbox).await {
            return;
        }
        if !self.defer_reply(opened).await {
            return;
        }
        if said.is_empty() && message.attachments.is_empty() {
            self.follow_up_ephemeral(opened, &text("discord-message-empty").render(opened.locale)).await;
            return;
        }
        let id = message.id.get();
        let there = self.thread_on(id, acted, &said, place.clone(), known);
        let is_elsewhere = there != place;
        let event = acted.event(there, EventBody::Said(said.clone()));
        let answering = self.ask_by(event, Some(id), (&said, &message.attachments), (acted, inbox));
        if is_elsewhere {
            self.telling_where(id, opened, answering).await;
        } else {
            answering.await;
        }
    }

    /// Says where a question is answered once the answer begins: nobody is sent to a thread that is never created
    /// because they were answered in private, or not at all.
    async fn telling_where(&self, thread: u64, opened: &PendingInteraction, answering: impl Future<Output = ()>) {
        let Some(begins) = self.threads.begins(thread) else { return answering.await };
        let mut answering = pin!(answering);
        tokio::select! {
            () = &mut answering => return,
            () = begins.cancelled() => {}
        }
        let told = text("discord-answered-in").with("place", format!("<#{thread}>")).render(opened.locale);
        tokio::join!(self.follow_up_ephemeral(opened, &told), answering);
    }

    fn thread_on(
        &self,
        message: u64,
        acted: &Acted<'_>,
        words: &str,
        place: Place,
        known: Option<CachedChannel>,
    ) -> Place {
        let can_begin = self.config.threads && !place.private && known.is_some_and(|known| known.threads);
        if !can_begin || words.trim().is_empty() {
            return place;
        }
        self.want_thread(acted.channel_id, message, acted.user.id, words)
    }

    /// Sends a sentence to the person who acted, and to nobody else.
    async fn follow_up_ephemeral(&self, opened: &PendingInteraction, sentence: &str) {
        let said =
            async { self.answer_aside(opened.id, &aside(opened.id), Body::of(&Outgoing::text(sentence))?).await };
        if let Err(error) = said.await {
            tracing::warn!(%error, interaction = opened.id, "a private reply could not be sent; the person sees nothing");
        }
    }
}

/// Reads the options in the order of the list, after the subcommand, if there is one.
fn chosen(command: &CommandInteraction) -> Chosen<'_> {
    let (name, mut options) = (command.data.name.as_str(), command.data.options());
    let mut sub = None;
    if let Some(ResolvedOption { name, value: ResolvedValue::SubCommand(within), .. }) = options.first() {
        (sub, options) = (Some(*name), within.clone());
    }
    let (mut words, mut file) = (Vec::new(), None);
    for option in options {
        let chosen = match option.value {
            ResolvedValue::String(words) => words.to_owned(),
            ResolvedValue::Integer(number) => number.to_string(),
            ResolvedValue::Boolean(true) => "yes".to_owned(),
            ResolvedValue::User(user, _) => format!("{}:{}", platform(), user.id),
            ResolvedValue::Attachment(attached) => {
                file = Some(attached);
                continue;
            }
            _ => continue,
        };
        words.push((option.name, chosen));
    }
    let typed = sub.map(|sub| (String::new(), typed_sub(name, sub).to_owned()));
    Chosen { words: typed.into_iter().chain(in_order(name, sub, words)).collect(), file }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_reads_as_it_is_typed_elsewhere() {
        let words = [("number", "12"), ("form", ""), ("format", "json")];
        let words = words.map(|(name, words)| (name.to_owned(), words.to_owned())).into();
        let chosen = Chosen { words, file: None };
        assert_eq!(chosen.command(CommandName::Export), Command::parse("export 12 json"));
        assert_eq!((chosen.of("number"), chosen.of("x")), (Some("12"), None));
        assert_eq!(Chosen::default().command(CommandName::Whoami), Command::parse("whoami"));
    }
}
