//! Verification by emoji: what both sides show, and each way it ends.

use std::time::Duration;

use async_trait::async_trait;
use matrix_sdk::encryption::verification::{
    SasState, SasVerification, Verification, VerificationRequest, VerificationRequestState,
};
use matrix_sdk::ruma::UserId;
use matrix_sdk::ruma::api::client::uiaa::{AuthData, MatrixUserIdentifier, Password, UserIdentifier};
use matrix_sdk::ruma::events::key::verification::VerificationMethod;
use pstral_core::domain::Locale;
use pstral_matrix::{AccountError, Emoji, Outcome, PeerDevice, VerificationPrompt, verify};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::house::{House, shared};
use crate::people::Person;

/// An admin at a terminal, whom the test tells what to answer.
struct Admin {
    waits: UnboundedSender<String>,
    asked: UnboundedSender<PeerDevice>,
    shown: UnboundedSender<[Emoji; 7]>,
    answers: tokio::sync::Mutex<UnboundedReceiver<Option<bool>>>,
}

#[async_trait]
impl VerificationPrompt for Admin {
    fn waits_on(&self, account: &str) {
        self.waits.send(account.to_owned()).unwrap();
    }

    fn asked_by(&self, asker: &PeerDevice) {
        self.asked.send(asker.clone()).unwrap();
    }

    async fn compares(&self, emoji: &[Emoji; 7]) -> Option<bool> {
        self.shown.send(*emoji).unwrap();
        self.answers.lock().await.recv().await.flatten()
    }
}

/// `pstral matrix verify`, at work.
struct Verifying {
    waits: UnboundedReceiver<String>,
    asked: UnboundedReceiver<PeerDevice>,
    shown: UnboundedReceiver<[Emoji; 7]>,
    answers: UnboundedSender<Option<bool>>,
    stop: CancellationToken,
    ended: JoinHandle<Result<Outcome, AccountError>>,
}

impl Verifying {
    /// Begins it, for a user where one is named, and waits until it takes requests.
    async fn of(house: &House, from: Option<&str>) -> Self {
        let (waiting, waits) = unbounded_channel();
        let (asking, asked) = unbounded_channel();
        let (showing, shown) = unbounded_channel();
        let (answers, answered) = unbounded_channel();
        let admin = Admin { waits: waiting, asked: asking, shown: showing, answers: answered.into() };
        let (config, from, stop) = (house.config.clone(), from.map(str::to_owned), CancellationToken::new());
        let until = stop.clone();
        let ended = tokio::spawn(async move { verify(&config, from.as_deref(), &admin, &until).await });
        let mut verifying = Self { waits, asked, shown, answers, stop, ended };
        assert_eq!(soon(verifying.waits.recv()).await.as_ref(), Some(&house.account.id));
        verifying
    }

    /// The emoji, once they are shown.
    async fn shows(&mut self) -> Vec<&'static str> {
        soon(self.shown.recv()).await.unwrap().map(|emoji| emoji.symbol).to_vec()
    }

    async fn ends(self) -> Outcome {
        soon(self.ended).await.unwrap().unwrap()
    }
}

async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_mins(2), what).await.expect("it does not take so long")
}

/// Asks somebody to verify a person's device.
async fn asks(person: &Person, whom: &str) -> VerificationRequest {
    let whom = UserId::parse(whom).unwrap();
    if whom.as_str() != person.id() {
        // Without it the program would begin another one, which nobody comes into while Pstral does not run.
        person.until(|| async { person.client.get_dm_room(&whom) }).await.expect("their private conversation");
    }
    let identity = person.client.encryption().request_user_identity(&whom).await.unwrap().unwrap();
    identity.request_verification_with_methods(vec![VerificationMethod::SasV1]).await.unwrap()
}

/// Makes the keys that a person is known by.
async fn signs(person: &Person) {
    let encryption = person.client.encryption();
    let Err(error) = encryption.bootstrap_cross_signing(None).await else { return };
    let user = UserIdentifier::Matrix(MatrixUserIdentifier::new(person.account.name.clone()));
    let mut proof = Password::new(user, person.account.password.clone());
    proof.session = error.as_uiaa_response().unwrap().session.clone();
    encryption.bootstrap_cross_signing(Some(AuthData::Password(proof))).await.unwrap();
}

/// Compares on the person's side, begun by their program or left to Pstral, and the emoji it shows. Where both begin, the
/// protocol chooses one of the two.
async fn compares(
    person: &Person,
    request: &VerificationRequest,
    begins: bool,
) -> (SasVerification, Vec<&'static str>) {
    let shown = person.until(|| async {
        match request.state() {
            VerificationRequestState::Ready { .. } if begins => {
                request.start_sas().await.unwrap();
                None
            }
            VerificationRequestState::Transitioned { verification: Verification::SasV1(sas) } => {
                if matches!(sas.state(), SasState::Started { .. }) {
                    sas.accept().await.unwrap();
                }
                Some((sas.emoji()?.map(|emoji| emoji.symbol).to_vec(), sas))
            }
            _ => None,
        }
    });
    let (emoji, sas) = shown.await.expect("emoji");
    (sas, emoji)
}

/// Begins once more as an attacker does: the program of an honest person cancels both beginnings, and where the two
/// messages arrive together nobody can tell that there was another.
async fn begins_again(person: &Person, request: &VerificationRequest) {
    let room = person.client.get_dm_room(request.other_user_id()).unwrap();
    let start = serde_json::json!({
        "from_device": person.client.device_id().unwrap(),
        "method": "m.sas.v1",
        "key_agreement_protocols": ["curve25519-hkdf-sha256"],
        "hashes": ["sha256"],
        "message_authentication_codes": ["hkdf-hmac-sha256.v2"],
        "short_authentication_string": ["emoji", "decimal"],
        "m.relates_to": {"rel_type": "m.reference", "event_id": request.flow_id()},
    });
    room.send_raw("m.key.verification.start", start).await.unwrap();
}

/// Tells if a person's program shows somebody as verified.
async fn trusts(person: &Person, whom: &str) -> bool {
    let whom = UserId::parse(whom).unwrap();
    let identity = person.client.encryption().request_user_identity(&whom).await.unwrap();
    identity.is_some_and(|identity| identity.is_verified())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_and_pstral_compare_emoji_in_a_room() {
    let Some(server) = shared() else { return };
    let house = House::on(server, "pstral-v1").await;
    let (zoe, leo) = (Person::of(server, "zoe-v1").await, Person::of(server, "leo-v1").await);
    signs(&zoe).await;
    let running = house.run().await;
    zoe.dm(true, &house.account.id).await;
    leo.dm(true, &house.account.id).await;
    let refused = verify(&house.config, None, &nobody(), &CancellationToken::new()).await.unwrap_err();
    assert!(refused.remedy.render(Locale::En).contains("then start it again"), "{refused:?}");
    running.end().await;
    let wrong = verify(&house.config, Some("zoe"), &nobody(), &CancellationToken::new()).await.unwrap_err();
    assert!(wrong.fact.render(Locale::En).contains("is not a Matrix user id"), "{wrong:?}");

    let mut verifying = Verifying::of(&house, Some(zoe.id())).await;
    // Somebody else is not waited for.
    let other = asks(&leo, &house.account.id).await;
    leo.until(|| async { other.is_cancelled().then_some(()) }).await.expect("it is cancelled");
    let request = asks(&zoe, &house.account.id).await;
    let (sas, hers) = compares(&zoe, &request, true).await;
    let asker = soon(verifying.asked.recv()).await.unwrap();
    let device = zoe.client.device_id().unwrap().to_string();
    assert_eq!(asker, PeerDevice { user: zoe.id().to_owned(), device, is_own: false });
    assert_eq!(verifying.shows().await, hers);
    verifying.answers.send(Some(true)).unwrap();
    sas.confirm().await.unwrap();
    assert_eq!(verifying.ends().await, Outcome::Verified(asker));
    zoe.until(|| async { sas.is_done().then_some(()) }).await.expect("it is done");
    zoe.until(|| async { trusts(&zoe, &house.account.id).await.then_some(()) }).await.expect("she sees it");
    // She is still answered, by the program that starts again.
    let running = house.run().await;
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_device_of_the_account_gets_its_keys() {
    let Some(server) = shared() else { return };
    let house = House::on(server, "pstral-v2").await;
    let desk = Person::with(&server.url(), house.account.clone()).await;
    let mut verifying = Verifying::of(&house, None).await;
    let request = asks(&desk, &house.account.id).await;
    // Its program leaves the beginning to us.
    let (sas, its) = compares(&desk, &request, false).await;
    assert!(soon(verifying.asked.recv()).await.unwrap().is_own);
    assert_eq!(verifying.shows().await, its);
    sas.confirm().await.unwrap();
    verifying.answers.send(Some(true)).unwrap();
    assert!(matches!(verifying.ends().await, Outcome::Verified(asker) if asker.is_own));
    let has_keys = || async {
        let encryption = desk.client.encryption();
        let is_signed = encryption.get_own_device().await.unwrap().unwrap().is_cross_signed_by_owner();
        let has_all = encryption.cross_signing_status().await.is_some_and(|status| status.is_complete());
        (is_signed && has_all).then_some(())
    };
    desk.until(has_keys).await.expect("the account's keys");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_confirmed_unless_both_say_yes() {
    let Some(server) = shared() else { return };
    let house = House::on(server, "pstral-v3").await;
    let desk = Person::with(&server.url(), house.account.clone()).await;
    let is_signed = || async {
        let device = desk.client.encryption().get_own_device().await.unwrap().unwrap();
        device.is_cross_signed_by_owner()
    };

    // The admin sees other emoji.
    let mut verifying = Verifying::of(&house, None).await;
    let request = asks(&desk, &house.account.id).await;
    let (sas, _) = compares(&desk, &request, true).await;
    verifying.shows().await;
    verifying.answers.send(Some(false)).unwrap();
    assert!(matches!(verifying.ends().await, Outcome::Mismatch(_)));
    desk.until(|| async { sas.is_cancelled().then_some(()) }).await.expect("it is told");
    assert_eq!(sas.cancel_info().unwrap().cancel_code().as_str(), "m.mismatched_sas");

    // So does the other side.
    let mut verifying = Verifying::of(&house, None).await;
    let request = asks(&desk, &house.account.id).await;
    let (sas, _) = compares(&desk, &request, true).await;
    verifying.shows().await;
    sas.mismatch().await.unwrap();
    assert!(matches!(verifying.ends().await, Outcome::Mismatch(_)));

    // It cancels before anything is compared.
    let mut verifying = Verifying::of(&house, None).await;
    let request = asks(&desk, &house.account.id).await;
    soon(verifying.asked.recv()).await.unwrap();
    request.cancel().await.unwrap();
    assert!(matches!(verifying.ends().await, Outcome::Cancelled(_)));

    // The admin stops it: before anybody asks, and in the middle.
    let verifying = Verifying::of(&house, None).await;
    verifying.stop.cancel();
    assert_eq!(verifying.ends().await, Outcome::Stopped);
    let mut verifying = Verifying::of(&house, None).await;
    let request = asks(&desk, &house.account.id).await;
    let (sas, _) = compares(&desk, &request, true).await;
    verifying.shows().await;
    verifying.stop.cancel();
    assert_eq!(verifying.ends().await, Outcome::Stopped);
    desk.until(|| async { sas.is_cancelled().then_some(()) }).await.expect("it is told");
    assert_eq!(sas.cancel_info().unwrap().cancel_code().as_str(), "m.user");
    assert!(!is_signed().await);
}

/// Whoever stands between could let the first emoji match and then begin again with a key of their own. Between two
/// users the beginning of the one whose id sorts first wins, so ann's replaces ours.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn emoji_that_were_compared_vouch_for_no_second_beginning() {
    let Some(server) = shared() else { return };
    let house = House::on(server, "pstral-v4").await;
    let ann = Person::of(server, "ann-v4").await;
    signs(&ann).await;
    let running = house.run().await;
    ann.dm(true, &house.account.id).await;
    running.end().await;
    let mut verifying = Verifying::of(&house, Some(ann.id())).await;
    let request = asks(&ann, &house.account.id).await;
    compares(&ann, &request, true).await;
    verifying.shows().await;
    begins_again(&ann, &request).await;
    let ended = verifying.ends().await;
    assert!(matches!(&ended, Outcome::Failed(_, code) if code == "org.pstral.begun_again"), "{ended:?}");
}

/// An admin who is never asked.
fn nobody() -> Admin {
    let (waits, asked, shown) = (unbounded_channel().0, unbounded_channel().0, unbounded_channel().0);
    Admin { waits, asked, shown, answers: unbounded_channel().1.into() }
}
