//! Whoever changes the database without the key is found, by verifying and by the next entry.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use pstral_auditproof::{Proof, PublicKey, SignedHead, Verified};
use pstral_core::domain::{AuditAction, AuditCheckpoint, AuditEvent, AuditStatus, hex};
use pstral_core::ports::{AuditFilter, AuditLog as _, People as _, StoreError};
use pstral_core::testkit::state::{at, member};
use pstral_store::{AuditCheck, HeadKeeper, KeptHeadsError, Location, Store};

use crate::event;
use crate::keeping::{Ground, due, said};
use crate::key::Key;

/// A key and what it keeps, outside the database.
#[derive(Debug)]
pub(crate) struct Keeper {
    key: Key,
    kept: Mutex<HashMap<String, SignedHead>>,
    is_unreadable: AtomicBool,
    is_full: AtomicBool,
}

impl Keeper {
    pub(crate) fn of(seed: u8) -> Arc<Self> {
        let (is_unreadable, is_full) = (AtomicBool::default(), AtomicBool::default());
        Arc::new(Self { key: Key::of(seed), kept: Mutex::default(), is_unreadable, is_full })
    }

    async fn opens(self: &Arc<Self>, ground: &Ground) -> Store {
        self.opens_at(&ground.location()).await
    }

    pub(crate) async fn opens_at(self: &Arc<Self>, location: &Location) -> Store {
        let keeper = Arc::clone(self) as Arc<dyn HeadKeeper>;
        Store::open_signing(location, "one", keeper).await.unwrap()
    }

    /// Signs checkpoints.
    fn signs(self: &Arc<Self>) -> impl Fn(AuditCheckpoint) -> AuditCheckpoint + Send + Sync + 'static {
        let keeper = Arc::clone(self);
        move |checkpoint| {
            let checkpoint = AuditCheckpoint { key: keeper.key().to_string(), ..checkpoint };
            AuditCheckpoint { signature: hex(&keeper.sign(&checkpoint.signed())), ..checkpoint }
        }
    }

    /// Verifies the audit against what is kept.
    pub(crate) async fn verifies(&self, store: &Store) -> Result<u64, String> {
        let signed = self.kept().unwrap();
        let check = AuditCheck { known: &self.key, heads: &[], signed: &signed, begin_at: &[] };
        let proof = store.verify_audit_against(check, &AtomicU64::default()).await;
        proof.map(|proof| proof.entries).map_err(|error| error.to_string())
    }
}

impl HeadKeeper for Keeper {
    fn key(&self) -> PublicKey {
        self.key.public()
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message)
    }

    fn kept(&self) -> Result<Vec<SignedHead>, KeptHeadsError> {
        if self.is_unreadable.load(Ordering::SeqCst) {
            return Err(KeptHeadsError::Unreadable("permission denied".to_owned()));
        }
        Ok(self.kept.lock().unwrap().values().cloned().collect())
    }

    fn keep(&self, head: &SignedHead) -> Result<(), String> {
        if self.is_full.load(Ordering::SeqCst) {
            return Err("no space left on device".to_owned());
        }
        let mut kept = self.kept.lock().unwrap();
        if kept.get(&head.head.instance).is_none_or(|kept| kept.head.seq < head.head.seq) {
            kept.insert(head.head.instance.clone(), head.clone());
        }
        Ok(())
    }

    fn replace(&self, heads: &[SignedHead]) -> Result<(), String> {
        let heads = heads.iter().map(|head| (head.head.instance.clone(), head.clone()));
        *self.kept.lock().unwrap() = heads.collect();
        Ok(())
    }
}

/// A change by somebody who can write to the database and has no key.
#[derive(Debug, Clone, Copy)]
enum Attack {
    /// An entry at the end, with the hash that it should have.
    AddEntry,
    /// An entry is added at the end, and the signature is edited to name it.
    AddEntryAndMoveSignature,
    /// The last entries go.
    CutTail,
    /// They go, and the signature before them is put back, as by an earlier copy of the whole database.
    RollBack,
    /// Entries are replaced, every hash recomputed.
    Rewrite,
    /// Entries are replaced, every hash is recomputed, and the head is signed with another key.
    RewriteAndSwapKey,
    /// The signature goes.
    RemoveSignature,
    /// Everything goes.
    Empty,
}

const ATTACKS: [Attack; 8] = [
    Attack::AddEntry,
    Attack::AddEntryAndMoveSignature,
    Attack::CutTail,
    Attack::RollBack,
    Attack::Rewrite,
    Attack::RewriteAndSwapKey,
    Attack::RemoveSignature,
    Attack::Empty,
];

impl Attack {
    /// Does it to six entries; `earlier` is the row of the signature after the fourth.
    async fn run(self, ground: &Ground, earlier: &str) {
        let cut = |from: u32| format!("DELETE FROM audit_events WHERE seq >= {from}");
        let put_back = format!("UPDATE audit_heads SET {earlier}");
        match self {
            Self::AddEntry => append_unsigned(ground).await,
            Self::AddEntryAndMoveSignature => {
                append_unsigned(ground).await;
                ground.run("UPDATE audit_heads SET note = replace(note, '\n6\n', '\n7\n')").await;
            }
            Self::CutTail => ground.run(&cut(5)).await,
            Self::RollBack => ground.run(&format!("{}; {put_back}", cut(5))).await,
            Self::Rewrite => {
                ground.run(&cut(3)).await;
                for _ in 3..=6 {
                    append_unsigned(ground).await;
                }
            }
            Self::RewriteAndSwapKey => {
                ground.run(&format!("{}; DELETE FROM audit_heads", cut(3))).await;
                let thief = Keeper::of(66).opens(ground).await;
                for _ in 3..=6 {
                    thief.append(event("forged")).await.unwrap();
                }
                thief.close().await;
            }
            Self::RemoveSignature => ground.run("DELETE FROM audit_heads").await,
            Self::Empty => ground.run("DELETE FROM audit_events; DELETE FROM audit_heads").await,
        }
    }
}

/// Chains an entry to the end as the program would, but for the signature.
async fn append_unsigned(ground: &Ground) {
    let forger = ground.open("one").await;
    forger.append(event("forged")).await.unwrap();
    forger.close().await;
}

/// Takes away what hinders an accident, as whoever owns the database can.
async fn open_up(ground: &Ground) {
    let statements = match ground {
        Ground::File(_) => {
            "DROP TRIGGER audit_events_are_not_changed; DROP TRIGGER audit_events_are_not_removed;
             DROP TRIGGER audit_events_are_not_put_before_a_checkpoint"
        }
        Ground::Server(_) => "ALTER TABLE audit_events DISABLE TRIGGER USER",
    };
    ground.run(statements).await;
}

#[tokio::test]
async fn every_change_without_the_key_is_found_and_nothing_is_written_on_top_of_it() {
    let mut found = 0;
    for attack in ATTACKS {
        for ground in Ground::both() {
            let keeper = Keeper::of(1);
            let store = keeper.opens(&ground).await;
            let mut earlier = String::new();
            for number in 1..=6 {
                store.append(event(&format!("asked {number}"))).await.unwrap();
                if number == 4 {
                    let head = store.signed_heads().await.unwrap().remove(0);
                    let tree = store.audit_tree("one", 4).await.unwrap().root(4).unwrap();
                    assert_eq!(head.head.root, tree);
                    earlier = format!("note = '{head}', frontier = '4 {tree}'");
                }
            }
            store.close().await;
            let reader = keeper.opens(&ground).await;
            assert_eq!(keeper.verifies(&reader).await, Ok(6), "before {attack:?}");
            open_up(&ground).await;
            attack.run(&ground, &earlier).await;
            let verified = keeper.verifies(&reader).await;
            assert!(verified.is_err(), "{attack:?}: {verified:?}");
            let health = reader.health().await;
            assert!(matches!(health, Err(StoreError::AuditChanged(_))), "{attack:?}: {health:?}");
            let refused = keeper.opens(&ground).await.append(event("next")).await;
            assert!(matches!(refused, Err(StoreError::AuditChanged(_))), "{attack:?}: {refused:?}");
            found += 1;
        }
    }
    println!("changes without the key: {found}, each found");
}

/// The program itself, which knows what it signed last, does not write on either.
#[tokio::test]
async fn a_change_under_a_running_program_is_found_at_its_next_entry() {
    for attack in ATTACKS {
        let ground = Ground::both().remove(0);
        let keeper = Keeper::of(1);
        let store = keeper.opens(&ground).await;
        let mut earlier = String::new();
        for number in 1..=6 {
            store.append(event("asked")).await.unwrap();
            if number == 4 {
                let head = store.signed_heads().await.unwrap().remove(0);
                earlier = format!("note = '{head}', frontier = '4 {}'", head.head.root);
            }
        }
        open_up(&ground).await;
        attack.run(&ground, &earlier).await;
        let refused = store.append(event("next")).await;
        assert!(matches!(refused, Err(StoreError::AuditChanged(_))), "{attack:?}: {refused:?}");
    }
}

#[tokio::test]
async fn several_programs_of_one_instance_sign_one_chain() {
    for ground in Ground::both() {
        let keeper = Keeper::of(1);
        let (bot, tool) = (keeper.opens(&ground).await, keeper.opens(&ground).await);
        for _ in 0..3 {
            bot.append(event("bot")).await.unwrap();
            tool.append(event("tool")).await.unwrap();
        }
        bot.close().await;
        let next = keeper.opens(&ground).await;
        next.append(event("next")).await.unwrap();
        assert_eq!(keeper.verifies(&next).await, Ok(7));
    }
}

/// The edge of the tree only saves reading it: one that was changed is made anew, and leads to the root that was signed.
#[tokio::test]
async fn an_edge_that_was_changed_is_made_anew() {
    for ground in Ground::both() {
        let keeper = Keeper::of(1);
        let store = keeper.opens(&ground).await;
        for frontier in ["x", "3", "0"] {
            store.append(event("asked")).await.unwrap();
            ground.run(&format!("UPDATE audit_heads SET frontier = '{frontier}'")).await;
        }
        store.append(event("goes on")).await.unwrap();
        assert_eq!(keeper.verifies(&store).await, Ok(4));
    }
}

/// A trigger that swallows entries is noticed before what they record happens.
#[tokio::test]
async fn an_entry_that_a_trigger_swallows_is_not_taken_for_written() {
    let ground = Ground::both().remove(0);
    let store = Keeper::of(1).opens(&ground).await;
    store.append(event("asked")).await.unwrap();
    ground.run("CREATE TRIGGER swallows BEFORE INSERT ON audit_events BEGIN SELECT RAISE(IGNORE); END").await;
    let refused = store.append(event("swallowed")).await;
    assert!(matches!(refused, Err(StoreError::Corrupt(_))), "{refused:?}");
}

/// Removing an entry that a command wrote beside the bot is found before the bot writes on.
#[tokio::test]
async fn what_another_program_wrote_is_missed() {
    for ground in Ground::both() {
        let keeper = Keeper::of(1);
        let bot = keeper.opens(&ground).await;
        bot.append(event("bot")).await.unwrap();
        let head = bot.signed_heads().await.unwrap().remove(0);
        keeper.opens(&ground).await.append(event("command")).await.unwrap();
        open_up(&ground).await;
        let earlier = format!("note = '{head}', frontier = '1 {}'", head.head.root);
        ground.run(&format!("DELETE FROM audit_events WHERE seq = 2; UPDATE audit_heads SET {earlier}")).await;
        let refused = bot.append(event("bot")).await;
        assert!(matches!(refused, Err(StoreError::AuditChanged(_))), "{refused:?}");
        // Once that is accepted, the bot goes on too.
        keeper.opens(&ground).await.append_accepting(event("accepted")).await.unwrap();
        bot.append(event("bot")).await.unwrap();
        assert_eq!(keeper.verifies(&bot).await, Ok(3));
    }
}

#[tokio::test]
async fn an_audit_of_an_older_version_is_signed_as_it_is() {
    for ground in Ground::both() {
        for instance in ["one", "two"] {
            let older = ground.open(instance).await;
            for _ in 0..3 {
                older.append(event("asked")).await.unwrap();
            }
            older.close().await;
        }
        let keeper = Keeper::of(1);
        let store = keeper.opens(&ground).await;
        assert!(store.signed_heads().await.unwrap().is_empty());
        store.append(event("first")).await.unwrap();
        assert_eq!(keeper.verifies(&store).await, Ok(7));
        assert_eq!(store.signed_heads().await.unwrap().len(), 2);
        store.close().await;
        // Signatures that were there once are not made again for what a thief left, under whatever name the program starts.
        ground.run("DELETE FROM audit_heads").await;
        let keeper = Arc::clone(&keeper) as Arc<dyn HeadKeeper>;
        let other = Store::open_signing(&ground.location(), "two", keeper).await.unwrap();
        let refused = other.append(event("signed once more")).await;
        assert!(matches!(refused, Err(StoreError::AuditChanged(_))), "{refused:?}");
    }
}

/// As after a backup of an older version was restored: the chains of all instances are signed together.
#[tokio::test]
async fn accepting_signs_the_chains_that_have_no_signature() {
    for ground in Ground::both() {
        let keeper = Keeper::of(1);
        let store = keeper.opens(&ground).await;
        store.append(event("asked")).await.unwrap();
        for instance in ["two", "three"] {
            let older = ground.open(instance).await;
            older.append(event("asked")).await.unwrap();
            older.close().await;
        }
        keeper.verifies(&store).await.unwrap_err();
        store.append_accepting(event("restored")).await.unwrap();
        assert_eq!(keeper.verifies(&store).await, Ok(4));
    }
}

fn accepted() -> AuditEvent {
    AuditEvent::new(at("11:00:00"), AuditAction::AuditAccepted, AuditStatus::Ok)
}

/// A folder that cannot be read, as one that is not mounted, says nothing about the audit.
#[tokio::test]
async fn heads_that_cannot_be_read_are_no_change_of_the_audit() {
    for ground in Ground::both() {
        let keeper = Keeper::of(1);
        let store = keeper.opens(&ground).await;
        store.append(event("asked")).await.unwrap();
        keeper.is_unreadable.store(true, Ordering::SeqCst);
        let refused = store.append(event("refused")).await;
        assert!(
            matches!(&refused, Err(StoreError::HeadsUnavailable(why)) if why == "permission denied"),
            "{refused:?}"
        );
        store.health().await.unwrap_err();
        keeper.is_unreadable.store(false, Ordering::SeqCst);
        store.append(event("goes on")).await.unwrap();
    }
}

/// Nothing more is written while the disk cannot hold the newest head: an earlier copy could be put back unseen.
#[tokio::test]
async fn heads_that_cannot_be_kept_stop_the_audit_until_they_can() {
    for ground in Ground::both() {
        let keeper = Keeper::of(1);
        let store = keeper.opens(&ground).await;
        store.append(event("kept")).await.unwrap();
        keeper.is_full.store(true, Ordering::SeqCst);
        store.append(event("not kept")).await.unwrap();
        for store in [&store, &keeper.opens(&ground).await] {
            let refused = store.append(event("refused")).await;
            assert!(matches!(refused, Err(StoreError::HeadsUnavailable(_))), "{refused:?}");
            assert!(matches!(store.health().await, Err(StoreError::HeadsUnavailable(_))));
        }
        assert_eq!(keeper.kept().unwrap()[0].head.seq, 1);
        keeper.is_full.store(false, Ordering::SeqCst);
        store.health().await.unwrap();
        assert_eq!(keeper.kept().unwrap()[0].head.seq, 2, "looking makes up for it");
        store.append(event("kept")).await.unwrap();
        assert_eq!((keeper.kept().unwrap()[0].head.seq, keeper.verifies(&store).await), (3, Ok(3)));
    }
}

/// Heads of other instances are kept by those, on their machines.
#[tokio::test]
async fn a_program_keeps_the_heads_of_its_own_instance_only() {
    for ground in Ground::both() {
        let (one, two) = (Keeper::of(1), Keeper::of(1));
        let store = one.opens(&ground).await;
        store.append(event("one")).await.unwrap();
        let keeper = Arc::clone(&two) as Arc<dyn HeadKeeper>;
        let other = Store::open_signing(&ground.location(), "two", keeper).await.unwrap();
        other.append(event("two")).await.unwrap();
        // Looks at the end of every chain.
        let zoe = member(&store, "zoe").await.unwrap();
        store.erase(&store, &zoe, &[], at("12:00:00"), None).await.unwrap().unwrap();
        let kept =
            |keeper: &Keeper| keeper.kept().unwrap().into_iter().map(|kept| kept.head.instance).collect::<Vec<_>>();
        assert_eq!((kept(&one), kept(&two)), (vec!["one".to_owned()], vec!["two".to_owned()]));
    }
}

#[tokio::test]
async fn what_was_accepted_is_signed_and_the_audit_goes_on() {
    for ground in Ground::both() {
        let keeper = Keeper::of(1);
        let store = keeper.opens(&ground).await;
        store.append(event("asked")).await.unwrap();
        append_unsigned(&ground).await;
        store.append(event("refused")).await.unwrap_err();
        store.append_accepting(accepted()).await.unwrap();
        store.append(event("goes on")).await.unwrap();
        assert_eq!(keeper.verifies(&store).await, Ok(4));
    }
}

/// Pruning, before and after signing began, leaves a tree that goes on.
#[tokio::test]
async fn a_pruned_audit_is_signed_and_proved_from_what_is_left() {
    for ground in Ground::both() {
        let older = ground.open("one").await;
        for on in 1..=8 {
            older.append(said(None, on, "asked")).await.unwrap();
        }
        let keeper = Keeper::of(1);
        let sign = keeper.signs();
        older.prune(&older, &due(11, Some(9), None), None, &sign).await.unwrap();
        // As an older version left it.
        ground.run("UPDATE audit_checkpoints SET frontier = ''").await;
        let unsigned = older.checkpoints().await.unwrap().remove(0);
        let signature = sign(unsigned).signature;
        ground.run(&format!("UPDATE audit_checkpoints SET signature = '{signature}'")).await;
        older.close().await;
        let store = keeper.opens(&ground).await;
        store.append(said(None, 9, "asked")).await.unwrap();
        let first = store.signed_heads().await.unwrap().remove(0);
        store.prune(&store, &due(12, Some(6), None), None, &sign).await.unwrap();
        store.append(said(None, 12, "asked")).await.unwrap();
        keeper.verifies(&store).await.unwrap();
        let newest = store.signed_heads().await.unwrap().remove(0);
        let (from, to) = (first.head.seq, newest.head.seq);
        let tree = store.audit_tree("one", to).await.unwrap();
        assert_eq!(tree.root(to), Ok(newest.head.root));
        let digits = |path: Vec<pstral_auditproof::Hash>| path.iter().map(ToString::to_string).collect::<Vec<_>>();
        for entry in store.chain("one", 0, 100).await.unwrap() {
            let path = digits(tree.inclusion(entry.seq.unsigned_abs() - 1).unwrap().unwrap());
            let proof = Proof::Inclusion { entry: entry.json(), path, head: newest.to_string() };
            let Verified::Entry(shown) = proof.verify(&[keeper.key()]).unwrap() else { panic!("another proof") };
            assert_eq!(shown.hash.to_string(), entry.hash.0);
        }
        let path = digits(tree.consistency(from).unwrap().unwrap());
        let proof = Proof::Consistency { path, old: first.to_string(), new: newest.to_string() };
        assert_eq!(proof.verify(&[keeper.key()]), Ok(Verified::Grown { instance: "one".to_owned(), from, to }));
    }
}

/// Sealing destroys what an entry says: it waits until the audit is what was signed, and spares what was changed.
#[tokio::test]
async fn nobody_is_erased_on_top_of_a_changed_audit() {
    for ground in Ground::both() {
        let keeper = Keeper::of(1);
        let other = ground.open("two").await;
        other.append(event("asked")).await.unwrap();
        let store = keeper.opens(&ground).await;
        let zoe = member(&store, "zoe").await.unwrap();
        store.append(AuditEvent { action: AuditAction::UserAdded, ..said(None, 1, "zoe member") }).await.unwrap();
        for on in 1..=3 {
            store.append(said(Some(&zoe), on, "secret")).await.unwrap();
        }
        let refused = async |why: &str| {
            let erased = store.erase(&store, &zoe, &[], at("12:00:00"), None).await;
            assert!(
                matches!(&erased, Err(StoreError::AuditChanged(what)) if what.to_string().contains(why)),
                "{erased:?}"
            );
            assert!(!store.user_named("zoe").await.unwrap().unwrap().disabled, "nothing was done");
            let erased = AuditFilter { action: Some(AuditAction::UserErased), ..AuditFilter::default() };
            assert_eq!(store.tail(&erased, 1).await.unwrap(), [], "nothing was recorded");
        };
        // A forged end of another chain.
        other.append(event("forged")).await.unwrap();
        refused("the entries of two are not signed").await;
        store.append_accepting(event("accepted")).await.unwrap();
        open_up(&ground).await;
        // The entry of somebody else that names her, and the last of her own.
        for seq in [1, 4] {
            let set =
                |target| format!("UPDATE audit_events SET target = {target} WHERE instance = 'one' AND seq = {seq}");
            ground.run(&set("'changed'")).await;
            refused(&format!("entry {seq} of one was changed")).await;
            ground.run(&set("NULL")).await;
        }
        let texts = store.chain("one", 0, 4).await.unwrap().into_iter().map(|entry| entry.event.detail);
        assert!(texts.eq(["zoe member", "secret", "secret", "secret"].map(|text| Some(text.to_owned()))));
    }
}

/// After the key was lost, one that is accepted vouches for what was pruned too: nobody need trust the old one any more.
#[tokio::test]
async fn checkpoints_of_a_lost_key_are_signed_with_the_one_that_is_accepted() {
    for ground in Ground::both() {
        let (lost, keeper) = (Keeper::of(1), Keeper::of(2));
        let store = lost.opens(&ground).await;
        for on in 1..=6 {
            store.append(said(None, on, "asked")).await.unwrap();
        }
        store.prune(&store, &due(10, Some(6), None), None, &lost.signs()).await.unwrap();
        store.close().await;
        let store = keeper.opens(&ground).await;
        store.append(event("refused")).await.unwrap_err();
        store.health().await.unwrap_err();
        // A copy that goes on vouches for no key but its own.
        store.append_accepting(event("copied")).await.unwrap();
        assert_eq!(store.checkpoints().await.unwrap()[0].key, lost.key().to_string());
        store.append_accepting(accepted()).await.unwrap();
        store.health().await.unwrap();
        keeper.verifies(&store).await.unwrap();
        // What that key did not sign stays as it is.
        ground.run("UPDATE audit_checkpoints SET count = count + 1").await;
        store.append_accepting(accepted()).await.unwrap();
        keeper.verifies(&store).await.unwrap_err();
        Keeper::of(3).opens(&ground).await.append_accepting(accepted()).await.unwrap();
        assert_eq!(store.checkpoints().await.unwrap()[0].key, keeper.key().to_string());
    }
}
