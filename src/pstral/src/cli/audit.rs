//! `pstral audit`: read, follow, verify and export what happened.

use std::path::PathBuf;
use std::sync::atomic::AtomicU64;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use pstral_auditproof::{SignedHead, VerifierKey};
use pstral_core::domain::{AuditAction, AuditEntry, AuditStatus, ChainHead, Locale, Signatures as _, moment};
use pstral_core::ports::{AuditFilter, AuditLog as _, StoreError};
use pstral_core::text::text;
use pstral_store::{AuditCheck, AuditVerifyError, KeptHeadsError, Store};

use super::audit_proof::{HeadsFile, KeptHead};
use super::export;
use super::follow::follow;
use super::new_file::NewFile;
use super::out::{say, say_error, say_json};
use super::{Ending, Installed, audit_proof, known_user, record, record_accepting, state_is_missing};
use crate::audit_file::Format;
use crate::audit_head_files::{folder, heads_and_faults, kept_heads, own_heads};
use crate::audit_key::{AuditKey, KnownAuditKeys, PublicAuditKey};
use crate::audit_verdict::AuditVerdict;
use crate::compose::{open_store, open_store_to_read};
use crate::config::Config;
use crate::installed_key::installed_key;

/// Entries read at a time.
pub(super) const PAGE: u32 = 250;

#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Print the newest entries
    Tail {
        /// Number of entries
        #[arg(short = 'n', long, default_value_t = 20)]
        lines: u32,
        /// Keep printing new entries until Ctrl-C
        #[arg(short, long)]
        follow: bool,
        #[command(flatten)]
        filter: FilterArgs,
        /// Print one JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Verify the hash chains and their signatures, changing nothing; exits 1 and names the first entry that fails
    Verify {
        /// A chain head that this command printed before, or a file of signed heads: its entry must still be there. Can be given
        /// more than once
        #[arg(long, value_name = "INSTANCE:SEQ:HASH|FILE", value_parser = audit_proof::kept_head)]
        head: Vec<KeptHead>,
        /// Verify a chain only from such a head on: quicker, and says nothing about what lies before. Can be given once for
        /// each chain
        #[arg(long, value_name = "INSTANCE:SEQ:HASH")]
        from_head: Vec<ChainHead>,
        /// Public key that signs heads and checkpoints (default: the one of this installation). Can be given more than once
        #[arg(long, visible_alias = "public-key", value_name = "KEY")]
        key: Vec<PublicAuditKey>,
    },
    /// Print the public key that signs the audit, creating it if there is none; keep a copy elsewhere
    Key {
        /// Print it with the name of the log, as witnesses are given it
        #[arg(long)]
        vkey: bool,
        /// The instance whose log that is (default: the one of the configuration)
        #[arg(long, requires = "vkey")]
        instance: Option<String>,
    },
    /// Print the public key with which this installation cosigns other audits, creating it if there is none
    WitnessKey,
    /// Print the newest signed head of an instance's audit
    Head {
        /// The instance (default: the one of the configuration)
        #[arg(long)]
        instance: Option<String>,
    },
    /// Print a proof that an entry is in the audit, as JSON; it is verified without the state
    Prove {
        /// The number of the entry
        seq: i64,
        /// The instance that wrote it (default: the one of the configuration)
        #[arg(long)]
        instance: Option<String>,
    },
    /// Print a proof that the audit only grew between two signed heads, as JSON
    Consistency {
        /// File with the earlier head, as `audit head` prints it
        old: PathBuf,
        /// File with the later head (default: the newest)
        new: Option<PathBuf>,
    },
    /// Verify a proof; needs neither the state nor its database
    Check {
        /// File with the proof
        proof: PathBuf,
        /// Public key that is trusted (default: the one of this installation). Can be given more than once
        #[arg(long, visible_alias = "public-key", value_name = "KEY")]
        key: Vec<PublicAuditKey>,
    },
    /// Let the audit go on although it is not what was signed last, or its key is lost, and record that
    Accept {
        /// Do so; without it, only say what is wrong
        #[arg(long)]
        yes: bool,
    },
    /// Write all entries, oldest first
    Export {
        /// Format of the output: csv or jsonl
        #[arg(long, value_enum, default_value_t = Format::Jsonl)]
        format: Format,
        /// Output file (default: standard output)
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        #[command(flatten)]
        filter: FilterArgs,
    },
}

/// Filters for audit entries.
#[derive(Debug, Args)]
pub(super) struct FilterArgs {
    /// Only entries of this user
    #[arg(long)]
    user: Option<String>,
    /// Only entries of this platform
    #[arg(long)]
    platform: Option<String>,
    /// Only entries of this action, such as execution or refusal
    #[arg(long, value_parser = action)]
    action: Option<AuditAction>,
    /// Only entries with this status: ok, refused, failed or stopped
    #[arg(long, value_parser = status)]
    status: Option<AuditStatus>,
    /// Only entries about this database
    #[arg(long)]
    target: Option<String>,
    /// Only entries of statements that read this table or view, named as in the entries
    #[arg(long)]
    relation: Option<String>,
    /// Only entries with this text in the statement, the parameters, the detail or the error; slow without --since
    #[arg(long)]
    text: Option<String>,
    /// Only entries since this time, such as 2026-11-21T00:00:00Z, 2026-11-21, 7d or 2h
    #[arg(long, value_parser = when)]
    since: Option<Timestamp>,
    /// Only entries before this time, written like --since
    #[arg(long, value_parser = when)]
    until: Option<Timestamp>,
}

fn action(word: &str) -> Result<AuditAction, String> {
    let known = || AuditAction::ALL.iter().map(|action| action.word()).collect::<Vec<_>>().join(", ");
    AuditAction::from_word(word).ok_or_else(|| format!("use one of: {}", known()))
}

fn status(word: &str) -> Result<AuditStatus, String> {
    AuditStatus::from_word(word).ok_or_else(|| "use one of: ok, refused, failed, stopped".to_owned())
}

fn when(word: &str) -> Result<Timestamp, String> {
    moment(word, Timestamp::now()).ok_or_else(|| "use a day, a time or a length: 2026-11-21, 7d, 2h".to_owned())
}

pub(super) async fn run(Installed { config, locale }: Installed, command: AuditCommand) -> anyhow::Result<Ending> {
    match command {
        AuditCommand::Key { vkey, instance } => {
            let key = installed_key(&config).await?.public();
            let instance = instance.unwrap_or(config.store.instance);
            say(&if vkey { VerifierKey::of_log(&instance, key.0).to_string() } else { key.to_string() });
            Ok(Ending::Fine)
        }
        AuditCommand::WitnessKey => audit_proof::witness_key(&config, locale),
        AuditCommand::Check { proof, key } => Ok(audit_proof::check(&proof, &known_keys(&config, key)?, locale)),
        // Opening would make one, and an audit of nothing always holds.
        _ if state_is_missing(&config, locale) => Ok(Ending::Failed),
        AuditCommand::Verify { head, from_head, key } => verify_state(&config, head, &from_head, key, locale).await,
        AuditCommand::Head { instance } => audit_proof::head(&config, instance, locale).await,
        AuditCommand::Prove { seq, instance } => audit_proof::prove(&config, seq, instance, locale).await,
        AuditCommand::Consistency { old, new } => audit_proof::consistency(&config, &old, new.as_deref(), locale).await,
        AuditCommand::Accept { yes } => accept(&config, yes, locale).await,
        AuditCommand::Tail { lines, follow: goes_on, filter, json } => {
            let store = open_store(&config).await?;
            let Some(filter) = resolve(&store, filter, locale).await? else { return Ok(Ending::Usage) };
            record(&store, AuditAction::AuditRead, None, "tail").await?;
            let heads = store.heads().await?;
            let newest = store.tail(&filter, lines).await?;
            for entry in &newest {
                print(entry, json);
            }
            if goes_on {
                follow(&*store, &filter, heads, &newest, |entry| print(entry, json)).await?;
            }
            Ok(Ending::Fine)
        }
        AuditCommand::Export { format, output, filter } => {
            let store = open_store(&config).await?;
            let Some(filter) = resolve(&store, filter, locale).await? else { return Ok(Ending::Usage) };
            let file = match output.as_deref().map(|path| NewFile::begin_named(path, locale)).transpose()? {
                Some(None) => return Ok(Ending::Usage),
                file => file.flatten(),
            };
            record(&store, AuditAction::Export, None, "audit").await?;
            if let Some(written) = export::write(&store, &filter, format, file).await? {
                say_error(&text("audit-exported").count("entries", written).render(locale));
            }
            Ok(Ending::Fine)
        }
    }
}

/// The keys that are given, or the installation's own.
pub(super) fn known_keys(config: &Config, given: Vec<PublicAuditKey>) -> anyhow::Result<KnownAuditKeys> {
    if !given.is_empty() {
        return Ok(KnownAuditKeys(given));
    }
    Ok(KnownAuditKeys(AuditKey::read(&config.audit.key)?.map(|key| key.public()).into_iter().collect()))
}

/// Verifies the audit of the state against heads that were kept.
async fn verify_state(
    config: &Config,
    kept: Vec<KeptHead>,
    begin_at: &[ChainHead],
    keys: Vec<PublicAuditKey>,
    locale: Locale,
) -> anyhow::Result<Ending> {
    let is_elsewhere = !keys.is_empty();
    let (known, mut signed) = (known_keys(config, keys)?, kept_heads(&config.audit.key)?);
    // The state may be of another installation.
    signed.retain(|head| !is_elsewhere || known.knows(&head.head.key.to_string()));
    let (mut heads, mut files) = (Vec::new(), Vec::new());
    for head in kept {
        match head {
            KeptHead::Entry(head) => heads.push(head),
            KeptHead::File(path) => match HeadsFile::read(&path) {
                Ok(file) => files.push(file),
                Err(why) => {
                    say_error(&why.render(locale));
                    return Ok(Ending::Usage);
                }
            },
        }
    }
    signed.extend(files.iter().flat_map(HeadsFile::heads).cloned());
    let check = AuditCheck { known: &known, heads: &heads, signed: &signed, begin_at };
    let store = open_store_to_read(config).await?;
    if let Some(foreign) = foreign_head(config, &store, &known).await.filter(|_| !is_elsewhere) {
        return Err(foreign.into());
    }
    let ending = verify(&store, check, locale).await?;
    if let Ending::Fine = ending {
        for file in &files {
            file.say_compared(locale);
        }
        if !is_elsewhere {
            say_behind(config, &store, locale).await?;
        }
    }
    let damaged = files.iter().filter(|file| file.say_damaged(locale)).count();
    Ok(if damaged == 0 { ending } else { Ending::Failed })
}

/// Verifies the audit against itself alone.
pub(super) async fn verify_whole(store: &Store, known: &KnownAuditKeys, locale: Locale) -> anyhow::Result<Ending> {
    verify(store, AuditCheck { known, heads: &[], signed: &[], begin_at: &[] }, locale).await
}

async fn verify(store: &Store, check: AuditCheck<'_>, locale: Locale) -> anyhow::Result<Ending> {
    let proof = match store.verify_audit_against(check, &AtomicU64::new(0)).await {
        Ok(proof) => proof,
        Err(unproven) => return print_audit_error(unproven, locale),
    };
    if proof.signed.is_empty() && proof.entries > 0 {
        say_error(&text("audit-unsigned").count("entries", proof.entries).render(locale));
        return Ok(Ending::Failed);
    }
    let holds = if check.begin_at.is_empty() { "audit-holds" } else { "audit-holds-from" };
    say(&text(holds).count("entries", proof.entries).render(locale));
    for head in &proof.heads {
        say(&head.to_string());
    }
    for (action, sentence) in
        [(AuditAction::AuditAccepted, "audit-accepted-before"), (AuditAction::Restored, "audit-restored-before")]
    {
        let filter = AuditFilter { action: Some(action), ..AuditFilter::default() };
        for entry in store.tail(&filter, PAGE).await? {
            let at = entry.event.at.strftime("%Y-%m-%d %H:%M UTC").to_string();
            let line = text(sentence).with("seq", entry.seq.to_string()).with("instance", entry.instance);
            say_error(&line.with("at", at).with("what", entry.event.detail.unwrap_or_default()).render(locale));
        }
    }
    Ok(Ending::Fine)
}

/// Tells if the newest head of this instance is not kept beside the key: an earlier copy of the state that was put back since
/// would not be found there.
async fn say_behind(config: &Config, store: &Store, locale: Locale) -> anyhow::Result<()> {
    let is_ours = |signed: &SignedHead| signed.head.instance == config.store.instance;
    // Those of the state first: a program that writes meanwhile keeps later ones.
    let Some(SignedHead { head, .. }) = store.signed_heads().await?.into_iter().find(is_ours) else { return Ok(()) };
    let kept = kept_heads(&config.audit.key)?.into_iter().filter(is_ours).map(|kept| kept.head.seq).max();
    let sentence = match kept {
        Some(kept) if kept >= head.seq => return Ok(()),
        Some(kept) => text("audit-heads-behind").with("kept", kept.to_string()),
        None => text("audit-heads-none"),
    };
    let folder = folder(&config.audit.key).display().to_string();
    let sentence = sentence.with("instance", head.instance).with("seq", head.seq.to_string());
    say_error(&sentence.with("folder", folder).render(locale));
    Ok(())
}

/// Finds a kept head that is not signed with this installation's key, although the state is.
async fn foreign_head(config: &Config, store: &Store, known: &KnownAuditKeys) -> Option<KeptHeadsError> {
    let in_state = store.signed_heads().await.ok()?;
    let is_ours = in_state.iter().all(|signed| known.knows(&signed.head.key.to_string()));
    known.0.first().filter(|_| is_ours).and_then(|key| own_heads(&config.audit.key, key.0).err())
}

/// Finds an entry that cannot be read.
async fn unreadable_entry(store: &Store) -> Result<Option<AuditVerifyError>, StoreError> {
    let (all, mut position) = (AuditFilter::default(), 0);
    loop {
        match store.after(position, &all, PAGE).await {
            Ok(entries) => match entries.last() {
                Some(last) => position = last.position,
                None => return Ok(None),
            },
            Err(StoreError::Corrupt(what)) => return Ok(Some(AuditVerifyError::Unreadable(what))),
            Err(error) => return Err(error),
        }
    }
}

/// Says what is wrong, and goes on from there if that is wanted.
async fn accept(config: &Config, yes: bool, locale: Locale) -> anyhow::Result<Ending> {
    // What cannot be read now is no change that anybody could accept.
    let (signed, faults) = heads_and_faults(&config.audit.key)?;
    if !yes {
        if !faults.is_empty() {
            say_error(&text("audit-accept-cut").render(locale));
        }
        installed_key(config).await?;
    }
    let known = known_keys(config, Vec::new())?;
    let store = open_store_to_read(config).await?;
    let check = AuditCheck { known: &known, heads: &[], signed: &signed, begin_at: &[] };
    let verified = store.verify_audit_against(check, &AtomicU64::new(0)).await;
    let in_state = store.signed_heads().await.unwrap_or_default();
    let foreign = foreign_head(config, &store, &known).await;
    let unreadable = match verified {
        Err(AuditVerifyError::Chain(_) | AuditVerifyError::Unreadable(_)) => unreadable_entry(&store).await?,
        _ => None,
    };
    store.close().await;
    if let Some(unreadable) = unreadable {
        print_audit_error(unreadable, locale)?;
        say_error(&text("audit-accept-unreadable").render(locale));
        return Ok(Ending::Failed);
    }
    if let Err(AuditVerifyError::Store(error)) = verified {
        return Err(error.into());
    }
    let of_audit = verified.as_ref().err().map(ToString::to_string);
    let found: Vec<String> = of_audit.into_iter().chain(faults.iter().map(ToString::to_string)).collect();
    if found.is_empty() {
        say(&text("audit-accept-nothing").render(locale));
        return Ok(Ending::Fine);
    }
    if !yes {
        if let Err(found) = verified {
            print_audit_error(found, locale)?;
        }
        if let Some(foreign) = foreign {
            return Err(foreign.into());
        }
        say_error(&text("audit-accept-how").render(locale));
        return Ok(Ending::Failed);
    }
    sign_as_it_is(config, &found.join("; "), &signed, &in_state, locale).await
}

/// Records what was found and signs the audit as it is. Heads are those that were signed before.
async fn sign_as_it_is(
    config: &Config,
    found: &str,
    kept: &[SignedHead],
    in_state: &[SignedHead],
    locale: Locale,
) -> anyhow::Result<Ending> {
    // Made only now that the audit could be verified. Heads tell whether it is new: an earlier attempt may have made it.
    let is_missing = AuditKey::read(&config.audit.key)?.is_none();
    let key = AuditKey::read_or_make(&config.audit.key)?.public();
    let is_kept = |signed: &SignedHead| kept.iter().any(|kept| kept.head.instance == signed.head.instance);
    let only_in_state = in_state.iter().filter(|signed| signed.is_signed() && !is_kept(signed));
    let before: Vec<SignedHead> = kept.iter().chain(only_in_state).cloned().collect();
    let mut keys = kept.iter().chain(in_state).map(|signed| signed.head.key).peekable();
    let is_new = if keys.peek().is_some() { keys.all(|other| other != key.0) } else { is_missing };
    let new = if is_new { format!("; new key: {key}") } else { String::new() };
    let (known, store) = (known_keys(config, Vec::new())?, open_store(config).await?);
    let why = format!("{found}; signed before: {}{new}", told(&before));
    record_accepting(&store, AuditAction::AuditAccepted, &why).await?;
    say(&text("audit-accepted").render(locale));
    // What a signature cannot mend, such as an entry that was changed, is still found.
    if let Ending::Failed = verify_whole(&store, &known, locale).await? {
        let heads: Vec<String> = store.heads().await?.iter().map(|head| format!("--from-head {head}")).collect();
        say_error(&text("audit-accept-stays").with("heads", heads.join(" ")).render(locale));
    }
    store.close().await;
    Ok(Ending::Fine)
}

/// The entries that heads are of, as `INSTANCE:SEQ:HASH`.
pub(super) fn told(heads: &[SignedHead]) -> String {
    let one = |signed: &SignedHead| format!("{}:{}:{}", signed.head.instance, signed.head.seq, signed.head.chain);
    heads.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// Says why an audit does not hold.
pub(super) fn print_audit_error(unproven: AuditVerifyError, locale: Locale) -> anyhow::Result<Ending> {
    let (AuditVerdict::Broken(what) | AuditVerdict::Unproven(what)) = AuditVerdict::of(unproven)?;
    say_error(&what.render(locale));
    Ok(Ending::Failed)
}

async fn resolve(store: &Store, args: FilterArgs, locale: Locale) -> anyhow::Result<Option<AuditFilter>> {
    let user = match &args.user {
        None => None,
        Some(name) => {
            let Some(user) = known_user(store, name, locale).await? else { return Ok(None) };
            Some(user.id)
        }
    };
    let FilterArgs { platform, action, status, target, relation, text, since, until, .. } = args;
    Ok(Some(AuditFilter { user, platform, action, target, relation, status, text, since, until }))
}

fn print(entry: &AuditEntry, json: bool) {
    if json { say_json(&entry.json().to_string()) } else { say(&line(entry)) }
}

fn line(entry: &AuditEntry) -> String {
    let event = &entry.event;
    let head = format!(
        "{} {} {} {}",
        entry.seq,
        event.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        event.action.word(),
        event.status.word()
    );
    let user = event.user.map(|user| format!("user={}", user.0));
    let target = event.target.as_ref().map(|target| format!("target={target}"));
    let rule = event.rule.as_ref().map(|rule| format!("rule={rule}"));
    let rows = event.rows.map(|rows| format!("rows={rows}"));
    let about = event.statement.as_ref().or(event.detail.as_ref()).into_iter().chain(&event.error);
    let about = about.flat_map(|text| text.split_whitespace()).collect::<Vec<_>>().join(" ");
    let about = (!about.is_empty()).then_some(about);
    [Some(head), user, target, rule, rows, about].into_iter().flatten().collect::<Vec<_>>().join("  ")
}
