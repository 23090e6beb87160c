//! Publishes the head of this instance's audit chain in the log and in a chat, where somebody who can change the state
//! database cannot change it.

use std::sync::Arc;
use std::time::Duration;

use metrics::{Gauge, gauge};
use pstral_core::domain::{ChainHead, Locale, Outgoing, Place, sha256};
use pstral_core::ports::{ChatPlatform, SendKey};
use pstral_core::text::text;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// The interval and the destinations of publishing the chain's head.
#[derive(Clone)]
pub struct AuditHeads {
    /// The newest entry of this instance.
    pub head: watch::Receiver<Option<ChainHead>>,
    /// The number of events after which it is published.
    pub every_events: u64,
    /// The time after which it is published if anything happened.
    pub every: Duration,
    /// The place it is sent to besides, by its id on a platform.
    pub channel: Option<(Arc<dyn ChatPlatform>, String)>,
    /// The language of what is sent.
    pub locale: Locale,
}

impl AuditHeads {
    /// Tells it again and again, for as long as anything is written.
    pub async fn tell_on(mut self) {
        let mut told = self.current().map_or(0, |head| head.seq);
        let mut due = Instant::now() + self.every;
        unsent().set(0);
        loop {
            let is_due = tokio::select! {
                changed = self.head.changed() => match changed {
                    Ok(()) => false,
                    Err(_) => return,
                },
                () = sleep_until(due) => true,
            };
            let head = self.current();
            let grown = |head: &ChainHead| u64::try_from(head.seq - told).unwrap_or(0);
            if let Some(head) = head.filter(|head| grown(head) >= if is_due { 1 } else { self.every_events }) {
                self.tell(&head).await;
                told = head.seq;
                due = Instant::now() + self.every;
            } else if is_due {
                due = Instant::now() + self.every;
            }
        }
    }

    /// Writes the newest head to the log, as at the end of the program.
    pub fn log(&self) {
        if let Some(head) = self.current() {
            tracing::info!(%head, "the head of the audit chain");
        }
    }

    /// A place that cannot be reached hears the next one.
    async fn tell(&self, head: &ChainHead) {
        tracing::info!(%head, "the head of the audit chain");
        let Some((platform, place)) = &self.channel else { return };
        let place = Place { platform: platform.name(), id: place.clone(), thread: None, private: false };
        let sentence = text("audit-head").with("head", head.to_string()).render(self.locale);
        // The same head is the same message.
        let digits = &sha256(&head.to_string())[..16];
        let key = SendKey(u64::from_str_radix(digits, 16).expect("invariant: sixteen hexadecimal digits fit"));
        let sent = platform.send(key, &place, &Outgoing::text(sentence)).await;
        unsent().set(f64::from(sent.is_err()));
        if let Err(error) = sent {
            tracing::warn!(%error, place = place.path(), "the head of the audit chain could not be sent");
        }
    }

    fn current(&self) -> Option<ChainHead> {
        self.head.borrow().clone()
    }
}

fn unsent() -> Gauge {
    gauge!("pstral_audit_head_unsent")
}

#[cfg(test)]
mod tests {
    use pstral_core::domain::AuditHash;
    use pstral_core::ports::PlatformError;
    use pstral_core::testkit::chat_platform::{FakeChat, Request};

    use super::*;

    fn head(seq: i64) -> ChainHead {
        ChainHead { instance: "one".to_owned(), seq, hash: AuditHash::origin() }
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_told_after_so_many_events_and_after_so_long() {
        let (written, newest) = watch::channel(Some(head(5)));
        let chat = Arc::new(FakeChat::default());
        let platform = Arc::clone(&chat) as Arc<dyn ChatPlatform>;
        let heads = AuditHeads {
            head: newest,
            every_events: 10,
            every: Duration::from_hours(1),
            channel: Some((platform, "admins".to_owned())),
            locale: Locale::En,
        };
        let telling = tokio::spawn(heads.tell_on());
        tokio::time::sleep(Duration::from_secs(1)).await;
        for seq in [14, 15, 20, 24] {
            written.send_replace(Some(head(seq)));
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        assert_eq!(chat.messages().len(), 1, "only after ten");
        tokio::time::sleep(Duration::from_mins(61)).await;
        tokio::time::sleep(Duration::from_mins(61)).await;
        let told: Vec<String> = chat.messages().into_iter().map(|(_, message)| message.text).collect();
        assert_eq!(told.len(), 2, "nothing new, nothing told: {told:?}");
        assert!(told[0].contains(&head(15).to_string()) && told[1].contains(&head(24).to_string()), "{told:?}");
        drop(written);
        telling.await.unwrap();
    }

    #[cfg(feature = "endpoint")]
    #[tokio::test]
    async fn a_head_that_is_not_in_its_chat_is_told_until_the_next_one_is() {
        let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
        let _here = metrics::set_default_local_recorder(&recorder);
        let chat = Arc::new(FakeChat::default());
        let platform = Arc::clone(&chat) as Arc<dyn ChatPlatform>;
        let heads = AuditHeads {
            head: watch::channel(None).1,
            every_events: 10,
            every: Duration::from_hours(1),
            channel: Some((platform, "admins".to_owned())),
            locale: Locale::En,
        };
        chat.refuse(Request::Send, PlatformError::Gone);
        for unsent in ["1", "0"] {
            heads.tell(&head(5)).await;
            let counted = recorder.handle().render();
            assert!(counted.contains(&format!("pstral_audit_head_unsent {unsent}")), "{counted}");
        }
    }
}
