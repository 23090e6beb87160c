//! Links as whoever looks after users makes and removes them.

use super::user_admin::{By, UserAdmin, UserAdminError, refuse_erased};
use super::{CODE_LIFETIME, Refusal, code_hash};
use crate::domain::{Actor, AuditAction, AuditStatus, Link, User};
use crate::ports::{Confirmed, LinkCode, LiveCode};

impl UserAdmin<'_> {
    /// Makes `code` one that links an actor to a user; codes made for the user before are void.
    pub async fn issue_code(&self, user: &User, code: &str) -> Result<(), UserAdminError> {
        refuse_erased(user)?;
        if user.disabled {
            return Err(Refusal::Disabled(user.username.clone()).into());
        }
        self.record(AuditAction::LinkCode, user.id, user.username.clone()).await?;
        let expires_at = self.now + CODE_LIFETIME;
        let code = LinkCode { user: user.id, hash: code_hash(code), expires_at, by: self.by_user() };
        Ok(self.people.issue_code(&code).await?)
    }

    /// Links whoever asked for this code to a user.
    pub async fn confirm(&self, code: &str, user: &User) -> Result<Actor, UserAdminError> {
        refuse_erased(user)?;
        if user.disabled {
            return Err(Refusal::Disabled(user.username.clone()).into());
        }
        let hash = code_hash(code);
        let (asked, before) = match self.people.live_code(&hash, self.now).await? {
            Some(LiveCode::OfActor(actor)) => {
                let before = self.people.linked(&actor).await?;
                (Some(actor), before)
            }
            Some(LiveCode::OfUser(_)) | None => (None, None),
        };
        let asked = asked.as_ref().map_or_else(|| "of nobody".to_owned(), account);
        let before = before.filter(|before| before.id != user.id);
        let replaces = before.map(|before| format!(" replaces={}", before.id.0)).unwrap_or_default();
        let detail = format!("request {asked}{replaces}");
        self.record(AuditAction::LinkAttempt, user.id, detail.clone()).await?;
        let by = match self.by {
            By::CommandLine => None,
            By::Person { actor, user, .. } | By::SignedIn { actor, user, .. } => Some((actor, user)),
        };
        let confirmed = self.people.confirm_request(&hash, user.id, by, self.now).await?;
        let status = if matches!(confirmed, Confirmed::Linked(_)) { AuditStatus::Ok } else { AuditStatus::Refused };
        let ended = self.event(AuditAction::Link, status, user.id, detail);
        if let Err(error) = self.audit.append(ended).await {
            tracing::error!(%error, "the result of a linking attempt could not be recorded in the audit");
        }
        match confirmed {
            Confirmed::Linked(actor) => Ok(actor),
            Confirmed::Wrong => Err(Refusal::CodeWrong.into()),
            Confirmed::Locked { until } => Err(Refusal::Locked { until, now: self.now }.into()),
        }
    }

    /// Takes an account away from a user. Nothing else of theirs changes.
    pub async fn unlink(&self, user: &User, link: &Link) -> Result<(), UserAdminError> {
        self.record(AuditAction::Unlink, user.id, account(&link.actor)).await?;
        if self.people.unlink(&link.actor, user.id).await? {
            return Ok(());
        }
        self.was_refused(AuditAction::Unlink, user.id, account(&link.actor)).await;
        Err(Refusal::NotLinked(user.username.clone()).into())
    }
}

/// An account as the audit names it.
fn account(actor: &Actor) -> String {
    format!("{} {}", actor.platform, actor.id)
}
