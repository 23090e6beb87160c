//! Checks that platforms may make before they hand something over. Nothing is suggested that people could not read by
//! sending it.

use std::sync::Arc;

use async_trait::async_trait;

use crate::domain::{
    Actor, AuditAction, AuditStatus, Capability, Place, PlatformName, Proposal, ProposalState, Suggested, User,
};
use crate::outbox::running::Running;
use crate::ports::{Advice, Conversations, People, Proposals, StoreError, Suggestion};
use crate::settings::Settings;
use crate::targets::Targets;

/// Conversations offered at most, the latest.
const CONVERSATIONS: u32 = 100;

/// Answers the checks that platforms make before they hand something over.
pub(crate) struct PlatformQueries {
    pub(crate) settings: Arc<Settings>,
    pub(crate) running: Running,
    pub(crate) targets: Arc<Targets>,
    pub(crate) conversations: Arc<dyn Conversations>,
    pub(crate) proposals: Arc<dyn Proposals>,
    pub(crate) people: Arc<dyn People>,
}

impl PlatformQueries {
    /// All that somebody may see of what is suggested.
    async fn suggestions_for(&self, actor: &Actor, suggested: Suggested) -> Result<Vec<Suggestion>, StoreError> {
        let Some(user) = self.people.linked(actor).await?.filter(|user| !user.disabled) else {
            return Ok(Vec::new());
        };
        let held = self.settings.roles.of(&user.role);
        let may = |capability| held.contains(&capability);
        Ok(match suggested {
            Suggested::Targets if may(Capability::Ask) || may(Capability::ManageUsers) => {
                self.target_names(&actor.platform)
            }
            Suggested::Conversations => self.conversation_names(&user, &actor.platform).await?,
            Suggested::Users if may(Capability::ManageUsers) => self.user_names().await?,
            Suggested::AuditWords if may(Capability::ReadAudit) => {
                let actions = AuditAction::ALL.iter().map(|action| action.word());
                let words = actions.chain(AuditStatus::ALL.iter().map(|status| status.word())).map(Suggestion::word);
                let names = self.user_names().await?;
                words.chain(self.target_names(&actor.platform)).chain(names).collect()
            }
            Suggested::Targets | Suggested::Users | Suggested::AuditWords => Vec::new(),
        })
    }

    fn target_names(&self, platform: &PlatformName) -> Vec<Suggestion> {
        let shown = self.targets.all.keys().filter(|name| self.targets.is_shown_on(name, platform));
        shown.map(|name| Suggestion::word(name)).collect()
    }

    async fn user_names(&self) -> Result<Vec<Suggestion>, StoreError> {
        let named =
            |user: User| Suggestion { label: format!("{} ({})", user.username, user.full_name), word: user.username };
        Ok(self.people.users().await?.into_iter().map(named).collect())
    }

    async fn conversation_names(&self, user: &User, platform: &PlatformName) -> Result<Vec<Suggestion>, StoreError> {
        let mut held = self.conversations.of_user(user.id, CONVERSATIONS).await?;
        held.retain(|one| one.place.platform == *platform || !self.targets.closes_any(platform));
        let named = held.into_iter().map(|one| Suggestion {
            word: one.id.0.to_string(),
            label: format!("#{} {}", one.id.0, one.title).trim_end().to_owned(),
        });
        Ok(named.collect())
    }

    async fn check_may_ask(&self, actor: &Actor, place: &Place) -> Result<bool, StoreError> {
        let user = self.people.linked(actor).await?.filter(|user| !user.disabled);
        Ok(user.is_some_and(|user| self.settings.rule(&user.role, place, Capability::Ask).allowed))
    }

    async fn check_was_run(&self, platform: &PlatformName, event: &str) -> Result<bool, StoreError> {
        for asked in self.running.asked_by(platform, event) {
            let Some(turn) = self.conversations.turn(asked).await? else { continue };
            let offered = self.proposals.of_conversation(turn.conversation).await?;
            let ran = |one: &Proposal| one.state == ProposalState::Used && one.asked.contains(&asked);
            if offered.iter().any(ran) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[async_trait]
impl Advice for PlatformQueries {
    async fn suggestions(&self, actor: &Actor, suggested: Suggested) -> Vec<Suggestion> {
        self.suggestions_for(actor, suggested).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "completion failed; nothing is suggested");
            Vec::new()
        })
    }

    async fn may_ask(&self, actor: &Actor, place: &Place) -> bool {
        self.check_may_ask(actor, place).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "permission check failed; treated as not allowed");
            false
        })
    }

    async fn was_run(&self, platform: &PlatformName, event: &str) -> bool {
        self.check_was_run(platform, event).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "run check failed; treated as run");
            true
        })
    }
}
