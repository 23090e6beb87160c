//! User administration: every action is recorded first, and names the user by number.

use jiff::Timestamp;

use super::{Refusal, checked_change, checked_user};
use crate::domain::{
    Actor, AuditAction, AuditEvent, AuditStatus, Capability, NewUser, Place, PlatformName, Role, Roles, User,
    UserChange, UserId,
};
use crate::ports::{AuditLog, Changed, People, StoreError};

/// The person who acts.
#[derive(Debug, Clone, Copy)]
pub enum By<'a> {
    /// Whoever works on the machine Pstral runs on.
    CommandLine,
    /// A person in a chat.
    Person {
        /// Under which account.
        actor: &'a Actor,
        /// The place.
        place: &'a Place,
        /// The user.
        user: UserId,
    },
    /// Somebody who is signed in elsewhere than in a chat.
    SignedIn {
        /// The account for which their wrong codes count.
        actor: &'a Actor,
        /// An event of theirs, which says where they are.
        event: &'a AuditEvent,
        /// The user.
        user: UserId,
    },
}

/// The administration of users, on behalf of one person.
pub struct UserAdmin<'a> {
    /// Users and links.
    pub people: &'a dyn People,
    /// The audit.
    pub audit: &'a dyn AuditLog,
    /// The current time.
    pub now: Timestamp,
    /// The person who acts.
    pub by: By<'a>,
    /// The roles there are. Somebody enabled keeps one of those that let people look after users.
    pub roles: &'a Roles,
}

/// The reason why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum UserAdminError {
    /// Whoever asked can do something about it.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// It could not be recorded, so it was not done.
    #[error("the audit cannot be written: {0}")]
    NoAudit(#[source] StoreError),
    /// The state database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Refusal> for UserAdminError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl UserAdmin<'_> {
    /// Nobody is given a role that is not there.
    fn known_role(&self, role: &Role) -> Result<(), Refusal> {
        if self.roles.knows(role) {
            return Ok(());
        }
        Err(Refusal::Role { role: role.word().to_owned(), known: self.roles.named() })
    }

    /// The user of that name; `platform:id` names the one who is linked to that account.
    pub async fn known(&self, username: &str) -> Result<User, UserAdminError> {
        let user = match account_in(username) {
            Some(actor) => self.people.linked(&actor).await?,
            None => self.people.user_named(username).await?,
        };
        user.ok_or_else(|| Refusal::Unknown(username.to_owned()).into())
    }

    /// Makes a user. Their number is reserved first, so that what is recorded names them.
    pub async fn add(&self, new: NewUser) -> Result<User, UserAdminError> {
        let new = checked_user(new)?;
        self.known_role(&new.role)?;
        if self.people.user_named(&new.username).await?.is_some() {
            return Err(Refusal::Taken(new.username).into());
        }
        let id = self.people.reserve_user().await?;
        let detail = format!("{} role={} language={}", new.username, new.role.word(), new.locale);
        self.record(AuditAction::UserAdded, id, detail).await?;
        match self.people.add_user_as(id, &new, self.now).await {
            // Somebody was quicker.
            Err(StoreError::Duplicate(_)) => {
                self.was_refused(AuditAction::UserAdded, id, new.username.clone()).await;
                Err(Refusal::Taken(new.username).into())
            }
            made => Ok(made?),
        }
    }

    /// Changes a user. The last one who may look after users stays so, unless `forced`.
    pub async fn change(&self, user: &User, change: UserChange, forced: bool) -> Result<User, UserAdminError> {
        refuse_erased(user)?;
        let change = checked_change(change)?;
        change.role.iter().try_for_each(|role| self.known_role(role))?;
        let keep = if forced { Vec::new() } else { self.roles.that_may(Capability::ManageUsers) };
        if change.clone().applied_to(user.clone()) == *user {
            return Ok(user.clone());
        }
        self.refuse_what_is_known_to_fail(user, &change, &keep).await?;
        let action = if change.disabled.is_some() { AuditAction::UserChanged } else { AuditAction::UserEdited };
        self.record(action, user.id, in_words(user, &change)).await?;
        let refusal = match self.people.change_user(user, &change, &keep).await {
            Ok(Changed::Done(user)) => return Ok(user),
            Ok(Changed::LastOfThem) => Refusal::LastOne(user.username.clone()),
            Err(StoreError::Stale(_)) => Refusal::Stale(user.username.clone()),
            Err(StoreError::Duplicate(_)) => Refusal::Taken(change.username.clone().unwrap_or_default()),
            Err(error) => return Err(error.into()),
        };
        self.was_refused(action, user.id, in_words(user, &change)).await;
        Err(refusal.into())
    }

    /// So that only what somebody else does at the same moment is recorded twice.
    async fn refuse_what_is_known_to_fail(
        &self,
        user: &User,
        change: &UserChange,
        keep: &[Role],
    ) -> Result<(), UserAdminError> {
        let users = self.people.users().await?;
        let others = || users.iter().filter(|other| other.id != user.id);
        let after = change.clone().applied_to(user.clone());
        if others().any(|other| other.username == after.username) {
            return Err(Refusal::Taken(after.username).into());
        }
        let keeps = |user: &User| !user.disabled && keep.contains(&user.role);
        if keeps(user) && !keeps(&after) && !others().any(keeps) {
            return Err(Refusal::LastOne(user.username.clone()).into());
        }
        Ok(())
    }

    /// Keeps a user's password, already hashed, or with `None` takes it away.
    pub async fn set_password(&self, user: &User, hash: Option<&str>) -> Result<(), UserAdminError> {
        refuse_erased(user)?;
        let detail = if hash.is_some() { "set" } else { "removed" };
        self.record(AuditAction::PasswordSet, user.id, detail.to_owned()).await?;
        Ok(self.people.set_password(user.id, hash).await?)
    }

    /// Comes before what it tells of: where it cannot be written, nothing changes.
    pub(super) async fn record(&self, action: AuditAction, user: UserId, detail: String) -> Result<(), UserAdminError> {
        let event = self.event(action, AuditStatus::Ok, user, detail);
        self.audit.append(event).await.map(|_| ()).map_err(UserAdminError::NoAudit)
    }

    /// Comes after something that was recorded and then not done. Nothing has changed, so nothing depends on it.
    pub(super) async fn was_refused(&self, action: AuditAction, user: UserId, detail: String) {
        let event = self.event(action, AuditStatus::Refused, user, detail);
        if let Err(error) = self.audit.append(event).await {
            tracing::error!(%error, "a refused change of a user could not be recorded in the audit");
        }
    }

    /// An event about a user: `user` is whom it is about, platform and actor are who did it.
    pub(super) fn event(&self, action: AuditAction, status: AuditStatus, user: UserId, detail: String) -> AuditEvent {
        let mut event = AuditEvent::new(self.now, action, status);
        event.user = Some(user);
        match self.by {
            By::CommandLine => {
                event.platform = Some("cli".to_owned());
                event.detail = Some(detail);
            }
            By::Person { actor, place, user } => {
                event.platform = Some(actor.platform.to_string());
                event.actor = Some(actor.id.clone());
                event.place = Some(place.path());
                event.detail = Some(format!("{detail} by={}", user.0));
            }
            By::SignedIn { event: theirs, user, .. } => {
                event.platform.clone_from(&theirs.platform);
                event.actor.clone_from(&theirs.actor);
                event.place.clone_from(&theirs.place);
                event.ip.clone_from(&theirs.ip);
                event.detail = Some(format!("{detail} by={}", user.0));
            }
        }
        event
    }

    pub(super) fn by_user(&self) -> Option<UserId> {
        match self.by {
            By::CommandLine => None,
            By::Person { user, .. } | By::SignedIn { user, .. } => Some(user),
        }
    }
}

/// Nothing is changed of a user whose data was erased: there is nobody any more.
pub(super) fn refuse_erased(user: &User) -> Result<(), Refusal> {
    if user.is_erased() { Err(Refusal::Erased(user.username.clone())) } else { Ok(()) }
}

/// Describes a change for the audit, without names and addresses, since the audit outlives an erasure.
fn in_words(user: &User, change: &UserChange) -> String {
    let disabled = change.disabled.map(|disabled| if disabled { "disabled" } else { "enabled" }.to_owned());
    let username = change.username.as_ref().map(|username| format!("username={username}"));
    let role = change.role.as_ref().map(|role| format!("role={}", role.word()));
    let locale = change.locale.map(|locale| format!("language={locale}"));
    let zone = change.zone.as_ref().map(|zone| format!("timezone={}", zone.iana_name().unwrap_or("UTC")));
    let full_name = change.full_name.as_ref().map(|_| "name".to_owned());
    let email = change.email.as_ref().map(|_| "email".to_owned());
    let words = [Some(user.username.clone()), disabled, username, role, locale, zone, full_name, email];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// The account that a word names as `platform:id`: no username has a colon.
pub fn account_in(word: &str) -> Option<Actor> {
    let (platform, id) = word.split_once(':')?;
    Some(Actor { platform: PlatformName(platform.to_owned()), id: id.to_owned(), name: String::new() })
}
