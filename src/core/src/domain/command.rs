//! A command: its name, the words that follow it, and the description of each name and of its verbs.

use super::capability::Capability;
use super::words::words;

words! {
    /// The name of a command.
    CommandName {
        Ask = "ask",
        Sql = "sql",
        Execute = "execute",
        Edit = "edit",
        Explain = "explain",
        Chart = "chart",
        Retry = "retry",
        Continue = "continue",
        Stop = "stop",
        Good = "good",
        Bad = "bad",
        Keep = "keep",
        Mode = "mode",
        New = "new",
        History = "history",
        Open = "open",
        Rename = "rename",
        Export = "export",
        Delete = "delete",
        Whoami = "whoami",
        Link = "link",
        Unlink = "unlink",
        Language = "language",
        Timezone = "timezone",
        Help = "help",
        Agree = "agree",
        Audit = "audit",
        User = "user",
        Policy = "policy",
        Status = "status",
        Verified = "verified",
        Term = "term",
        Review = "review",
        /// No command has this name.
        Unknown = "",
    }
}

/// A command as somebody gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Its name.
    pub name: CommandName,
    /// The words after its name; the whole line where no command has that name.
    pub words: String,
}

/// The description of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandSpec {
    /// Its name.
    pub name: CommandName,
    /// The word that is typed for it.
    pub word: &'static str,
    /// Its French word.
    pub french: &'static str,
    /// Other words for it, such as the French one without accents.
    pub also: &'static [&'static str],
    /// The sentence of `locales/` that says what it does.
    pub says: &'static str,
    /// Its options, in the order in which they are typed.
    pub options: &'static [CommandOption],
    /// The capability that a command of administrators needs, with all its verbs; others are open to everybody, or decide by
    /// what they do.
    pub needs: Option<Capability>,
    /// Its verbs, in the order in which lists show them.
    pub verbs: &'static [VerbSpec],
    /// The words that may follow it in a line that nothing marks as a command.
    pub follows: Follows,
    /// False where it is only chosen from a list: a plain message says the same.
    pub is_typed: bool,
    /// The thing it concerns.
    pub about: About,
}

words! {
    /// A verb of a command: `add` of `user`.
    Verb {
        List = "list",
        Show = "show",
        Add = "add",
        Edit = "edit",
        Disable = "disable",
        Enable = "enable",
        Code = "code",
        Confirm = "confirm",
        Links = "links",
        Unlink = "unlink",
        Password = "password",
        Approve = "approve",
        Retire = "retire",
        Restore = "restore",
        Close = "close",
    }
}

/// The description of a verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerbSpec {
    /// The verb.
    pub verb: Verb,
    /// The word that is typed for it.
    pub word: &'static str,
    /// Its French word.
    pub french: &'static str,
    /// Other words for it.
    pub also: &'static [&'static str],
    /// The sentence of `locales/` that says what it does.
    pub says: &'static str,
    /// Its options, in the order in which they are typed.
    pub options: &'static [CommandOption],
    /// The words that may follow it in a line that nothing marks as a command.
    pub follows: Follows,
    /// False where it is only chosen from a list: what it takes is typed without it.
    pub is_typed: bool,
    /// False where lists leave it out.
    pub is_listed: bool,
}

/// The thing that a command concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The last answer of whoever gives it, as the buttons of an answer do.
    Answer,
    /// The conversation or the place where it is given.
    Conversation,
    /// Whoever gives it, and no conversation: a platform that can answers it to them alone.
    Person,
}

/// An option of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandOption {
    /// Its name.
    pub name: &'static str,
    /// Its French word.
    pub french: &'static str,
    /// The sentence of `locales/` that says what it is.
    pub says: &'static str,
    /// The kind of choice.
    pub kind: OptionKind,
    /// True where the command means nothing without it.
    pub is_needed: bool,
}

/// The kind of choice that an option of a command takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionKind {
    /// Any words.
    Words,
    /// Words that are suggested while they are written.
    Suggested(Suggested),
    /// One of these.
    One(&'static [&'static str]),
    /// Words that are typed as `key="words"`.
    Setting(&'static str),
    /// A number from 1 on.
    Number,
    /// Yes, or nothing.
    Yes,
    /// A file.
    File,
    /// Somebody who is there, typed as their account.
    Member,
}

/// A list from which words are suggested while somebody writes a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suggested {
    /// The databases that can be asked.
    Targets,
    /// Their own conversations.
    Conversations,
    /// The users there are, for those who look after them.
    Users,
    /// Words that narrow the audit, for those who read it: actions, statuses, targets, users.
    AuditWords,
}

/// The words that may follow a command's word in a line that nothing marks as a command, as in a private conversation. Any
/// other line is a question that happens to begin with the word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follows {
    /// Nothing.
    Nothing,
    /// Words of which the first is one of these.
    OneOf(&'static [&'static str]),
    /// One of these and nothing else.
    Exactly(&'static [&'static str]),
    /// A number.
    Number,
    /// A number, then any words.
    NumberAndWords,
    /// A number, then perhaps a yes.
    NumberAndYes,
    /// Numbers, and some of these.
    NumbersOr(&'static [&'static str]),
    /// A code.
    Code,
    /// A yes.
    Yes,
    /// A language.
    Language,
    /// A time zone.
    Zone,
    /// The beginning of a proposal's id, then perhaps a yes.
    ProposalAndYes,
    /// Words that narrow the audit.
    AuditWords,
    /// Anything.
    Anything,
    /// As many words as this at least and at most.
    Words(usize, usize),
    /// A name, then settings such as `role=member`.
    NameAndSettings,
    /// Words with a code among them.
    CodeAmongWords,
    /// A verb of the command with what it takes.
    Verb,
    /// A verb of the command with what it takes, or one name with its version: `late#3`.
    VerbOrVersion,
    /// A name, `=` and a definition.
    Definition,
}

/// An option that may be left out.
pub(super) const fn option(
    name: &'static str,
    french: &'static str,
    says: &'static str,
    kind: OptionKind,
) -> CommandOption {
    CommandOption { name, french, says, kind, is_needed: false }
}

/// An option without which the command means nothing.
pub(super) const fn needed(
    name: &'static str,
    french: &'static str,
    says: &'static str,
    kind: OptionKind,
) -> CommandOption {
    CommandOption { name, french, says, kind, is_needed: true }
}
