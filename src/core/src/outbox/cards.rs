//! Messages that show a proposal: remembered while it can run, and without buttons once it cannot.

use std::sync::Arc;

use jiff::SignedDuration;

use crate::asker::Asker;
use crate::domain::{
    ButtonAction, Card, Locale, MessageRef, Outgoing, PlatformName, Proposal, ProposalId, ProposalState,
};
use crate::egress::{Destination, RetryPolicy, Scheduler, whole};
use crate::outbox::Platforms;
use crate::outbox::buttons::{button, buttons};
use crate::outbox::send::Outbox;
use crate::ports::{ChatPlatform, Clock, People, PlatformError, Proposals, StoreError};
use crate::settings::Settings;
use crate::text::{Text, text};

/// Messages brought up to date at a time on a platform: what is left comes a minute later.
const AT_A_TIME: u32 = 50;

/// After so long, a message on a platform that was away all the while stays as it is; its buttons say why.
const GIVE_UP: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Messages that show a proposal: remembered while it can run, and without buttons once it cannot.
pub(crate) struct Cards {
    pub(crate) settings: Arc<Settings>,
    pub(crate) scheduler: Scheduler,
    pub(crate) platforms: Platforms,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) proposals: Arc<dyn Proposals>,
    pub(crate) people: Arc<dyn People>,
}

impl Cards {
    /// Sends what shows a proposal to the asker alone, and remembers where; what is said of it where others read, with a
    /// button to be shown it there where it could not be sent.
    pub(crate) async fn hand_over(
        &self,
        asker: &Asker,
        proposal: &ProposalId,
        message: &Outgoing,
    ) -> Result<Outgoing, Outgoing> {
        let locale = asker.user.locale;
        let closed = || {
            let can_run = message.buttons.iter().any(|button| matches!(button.action, ButtonAction::Execute(_)));
            let can_be_shown = can_run && asker.platform.capabilities().asides;
            let failed = || Outgoing::text(text("private-failed").render(locale));
            if can_be_shown { closed(proposal, locale) } else { failed() }
        };
        let Ok(reader) = self.outbox.open_private(asker).await else { return Err(closed()) };
        match self.outbox.send_truncated(&*reader.platform, &reader.place, message).await {
            Ok(at) => {
                self.remember_card(proposal, at, message).await;
                Ok(Outgoing::text(text("statement-in-private").render(locale)))
            }
            Err(_) => Err(closed()),
        }
    }

    /// Takes the buttons from messages whose proposals have expired; says how many. One whose platform is away is left to the
    /// next time.
    pub(crate) async fn expire(&self) -> Result<usize, StoreError> {
        let mut expired = 0;
        for (name, platform) in &*self.platforms {
            expired += self.expire_on(name, platform).await?;
        }
        Ok(expired)
    }

    async fn expire_on(&self, name: &PlatformName, platform: &Arc<dyn ChatPlatform>) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let (mut expired, mut users) = (0, None);
        for (proposal, card) in self.proposals.expired_cards(name, now, AT_A_TIME).await? {
            if now < proposal.expires_at + GIVE_UP {
                let users = match &mut users {
                    Some(users) => users,
                    none => none.insert(self.people.users().await?),
                };
                let reader = users.iter().find(|user| user.id == proposal.author);
                let locale = reader.map_or(self.settings.locale, |reader| reader.locale);
                let locale = self.settings.language_of(&card.message.place).unwrap_or(locale);
                // One that ran shows what it was: of that there is nothing more to say.
                let why = (proposal.state == ProposalState::Pending).then(|| text("proposal-expired"));
                match self.remove_buttons(&**platform, &card, why.as_ref(), locale).await {
                    Ok(()) => expired += 1,
                    Err(PlatformError::Unavailable(_) | PlatformError::RateLimited { .. }) => return Ok(expired),
                    Err(error) => {
                        tracing::debug!(%error, proposal = %proposal.id, "the buttons of an expired proposal could not be removed");
                    }
                }
            }
            self.proposals.forget_card(&proposal.id, &card).await?;
        }
        Ok(expired)
    }

    /// The messages with buttons that run something of a conversation, or did.
    pub(crate) async fn cards_of(&self, proposals: &[Proposal]) -> Result<Vec<Card>, StoreError> {
        let mut cards = Vec::new();
        for proposal in proposals {
            cards.extend(self.proposals.cards(&proposal.id).await?);
        }
        Ok(cards)
    }

    /// Takes Execute from the messages of a statement that has run: each runs once. It can still be edited and explained. Where
    /// that fails, a click says so.
    pub(crate) async fn retire_execute(&self, asker: &Asker, id: &ProposalId) {
        let proposal = self.proposals.get(id).await.ok().flatten();
        let Some(used) = proposal.filter(|proposal| proposal.state == ProposalState::Used) else { return };
        for card in self.proposals.cards(id).await.unwrap_or_default() {
            let Some(platform) = self.platforms.get(&card.message.place.platform) else { continue };
            if !platform.capabilities().edits {
                continue;
            }
            let locale = self.settings.language_of(&card.message.place).unwrap_or(asker.own_locale);
            let mut buttons = buttons(&used, locale);
            buttons.retain(|button| !matches!(button.action, ButtonAction::Execute(_)));
            let message = Outgoing { buttons, ..Outgoing::text(whole(&card.text, platform.capabilities().length)) };
            let (place, destination) = (&card.message.place, Destination::Only(card.message.clone()));
            if let Err(error) =
                self.scheduler.deliver(&**platform, place, destination, &message, RetryPolicy::SHORT).await
            {
                tracing::debug!(%error, proposal = %id, "the Execute button of a used proposal could not be removed");
            }
        }
    }

    /// Takes the buttons from messages whose conversation is gone. A kindness: the buttons say so themselves.
    pub(crate) async fn retire_cards(&self, cards: &[Card], locale: Locale) {
        for card in cards {
            let Some(platform) = self.platforms.get(&card.message.place.platform) else { continue };
            let locale = self.settings.language_of(&card.message.place).unwrap_or(locale);
            if let Err(error) = self.remove_buttons(&**platform, card, Some(&text("conversation-gone")), locale).await {
                tracing::debug!(%error, "the buttons of a deleted conversation could not be removed");
            }
        }
    }

    /// Shows a proposal, and remembers where; whether it could be shown.
    pub(crate) async fn show_card(&self, asker: &Asker, proposal: &ProposalId, message: &Outgoing) -> bool {
        let Ok(at) = self.outbox.send_truncated(&*asker.platform, &asker.place, message).await else {
            if !message.files.is_empty() {
                self.outbox.tell(asker, &text("statement-file-refused")).await;
            }
            return false;
        };
        self.remember_card(proposal, at, message).await;
        true
    }

    /// Remembers a message that can run a proposal. Where that fails, its buttons outlive it: they say so themselves.
    pub(crate) async fn remember_card(&self, proposal: &ProposalId, at: MessageRef, message: &Outgoing) {
        let runs = |action: &ButtonAction| matches!(action, ButtonAction::Execute(id) if id == proposal);
        if !message.buttons.iter().any(|button| runs(&button.action)) {
            return;
        }
        let card = Card { message: at, text: message.text.clone() };
        if let Err(error) = self.proposals.add_card(proposal, &card).await {
            tracing::warn!(%error, %proposal, "a message was not recorded: its buttons outlive the proposal");
        }
    }

    /// Brings a message to what it says without its buttons, and why they are gone where that is to be said. It is never
    /// sent anew, and keeps nobody waiting.
    async fn remove_buttons(
        &self,
        platform: &dyn ChatPlatform,
        card: &Card,
        why: Option<&Text>,
        locale: Locale,
    ) -> Result<(), PlatformError> {
        let capabilities = platform.capabilities();
        if !capabilities.edits {
            return Ok(());
        }
        let why = why.map(|why| format!("\n\n{}", why.render(locale))).unwrap_or_default();
        let message = Outgoing::text(whole(&card.text, capabilities.length.beside(&why)) + &why);
        self.scheduler.tidy(platform, &card.message, &message).await
    }
}

/// Says where others read that something for one person could not be sent to them.
pub(crate) fn closed(proposal: &ProposalId, locale: Locale) -> Outgoing {
    let show = button(ButtonAction::Show(proposal.clone()), &text("button-show"), locale);
    Outgoing { buttons: vec![show], ..Outgoing::text(text("private-closed").render(locale)) }
}
