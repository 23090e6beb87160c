//! What a person may be offered while they write a command: nothing that they could not read by sending it.

use super::Pipeline;
use crate::domain::{Actor, AuditAction, AuditStatus, Capability, PlatformName, User};
use crate::ports::{StoreError, Suggested, Suggestion};

/// Conversations offered at most, the latest.
const CONVERSATIONS: u32 = 100;

impl Pipeline {
    /// All that somebody may see of what is suggested.
    pub(super) async fn suggestions_for(
        &self,
        actor: &Actor,
        suggested: Suggested,
    ) -> Result<Vec<Suggestion>, StoreError> {
        let Some(user) = self.parts.people.linked(actor).await?.filter(|user| !user.disabled) else {
            return Ok(Vec::new());
        };
        let held = self.parts.settings.roles.of(&user.role);
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
        let shown = self.parts.targets.keys().filter(|name| self.is_shown_on(name, platform));
        shown.map(|name| Suggestion::word(name)).collect()
    }

    async fn user_names(&self) -> Result<Vec<Suggestion>, StoreError> {
        let named =
            |user: User| Suggestion { label: format!("{} ({})", user.username, user.full_name), word: user.username };
        Ok(self.parts.people.users().await?.into_iter().map(named).collect())
    }

    async fn conversation_names(&self, user: &User, platform: &PlatformName) -> Result<Vec<Suggestion>, StoreError> {
        let mut held = self.parts.conversations.of_user(user.id, CONVERSATIONS).await?;
        held.retain(|one| one.place.platform == *platform || !self.closes_any(platform));
        let named = held.into_iter().map(|one| Suggestion {
            word: one.id.0.to_string(),
            label: format!("#{} {}", one.id.0, one.title).trim_end().to_owned(),
        });
        Ok(named.collect())
    }
}
