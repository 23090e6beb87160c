//! Times from a question to what a person sees of its answer.
//!
//! An event is answered in one task, in which the model is read and the platform written to. So the task itself holds
//! when the event came, and whether the model has said something since.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use futures::FutureExt as _;
use metrics::Histogram;
use tokio::time::Instant;

tokio::task_local! {
    static TIMES: Times;
}

struct Times {
    asked: Instant,
    /// True once the model has said something visible.
    speaks: Cell<bool>,
    /// True once a person saw some of it.
    seen: Cell<bool>,
    /// When the last write ended, if that was a last state.
    last: RefCell<Option<(Histogram, Duration)>>,
}

/// Answers an event, measured from now on.
pub fn timed<T>(answering: impl Future<Output = T>) -> impl Future<Output = T> {
    let (asked, speaks, seen, last) = (Instant::now(), Cell::default(), Cell::default(), RefCell::default());
    let times = Times { asked, speaks, seen, last };
    TIMES.scope(times, answering.inspect(|_| TIMES.with(Times::end)))
}

/// Notes that the model has said something visible: what is written from now on shows it.
pub(super) fn speaks() {
    let _ = TIMES.try_with(|times| times.speaks.set(true));
}

/// Checks whether a write that begins now shows words of the model.
pub(super) fn shows_answer() -> bool {
    TIMES.try_with(|times| times.speaks.get()).unwrap_or_default()
}

/// Notes that a person sees words of the model, and whether they are the last ones as far as is known.
pub(super) fn seen(first: &Histogram, last: &Histogram, is_last: bool) {
    let _ = TIMES.try_with(|times| {
        let took = times.asked.elapsed();
        if !times.seen.replace(true) {
            first.record(took);
        }
        times.last.replace(is_last.then(|| (last.clone(), took)));
    });
}

impl Times {
    fn end(&self) {
        if let Some((histogram, took)) = self.last.take() {
            histogram.record(took);
        }
    }
}

#[cfg(all(test, feature = "endpoint"))]
mod tests {
    use std::sync::Arc;

    use futures::StreamExt as _;
    use metrics_exporter_prometheus::PrometheusBuilder;
    use pstral_core::domain::Outgoing;
    use pstral_core::ports::{ChatRequest, Delta, SendKey};
    use pstral_core::testkit::chat_platform::FakeChat;
    use pstral_core::testkit::language_model::{Script, ScriptedModel};

    use super::*;
    use crate::metrics::chat::MeteredChat;
    use crate::metrics::model::MeteredModel;

    #[tokio::test(start_paused = true)]
    async fn a_note_is_not_the_first_text_and_a_text_that_grows_is_not_the_last() {
        let recorder = PrometheusBuilder::new().set_buckets(&[100.0]).unwrap().build_recorder();
        let _here = metrics::set_default_local_recorder(&recorder);
        let chat = MeteredChat::over(Arc::new(FakeChat::new()));
        let script = Arc::new(ScriptedModel::new("scripted"));
        let second = Duration::from_secs(1);
        script.script(
            Script::silent().text("<think>Who?").thinks("Hm.").text("</think>They").text(" are.").every(second),
        );
        let model = MeteredModel::over(script);
        let pause = || tokio::time::sleep(second);
        let answering = async {
            let at = chat.send(SendKey(1), &FakeChat::place(), &Outgoing::streaming("Thinking…")).await.unwrap();
            let mut stream = model.chat(ChatRequest::default()).await.unwrap();
            while let Some(Ok(delta)) = stream.next().await {
                if let Delta::Text(text) = delta {
                    chat.edit(&at, &Outgoing::streaming(text)).await.unwrap();
                }
            }
            pause().await;
            chat.edit(&at, &Outgoing::text("They are.")).await.unwrap();
            pause().await;
        };
        timed(answering).await;
        // Nothing that follows is of an answer.
        chat.send(SendKey(2), &FakeChat::place(), &Outgoing::text("Bye.")).await.unwrap();
        let counted = recorder.handle().render();
        for sample in [
            "pstral_first_text_seconds_sum{platform=\"fake\"} 3",
            "pstral_first_text_seconds_count{platform=\"fake\"} 1",
            "pstral_last_edit_seconds_sum{platform=\"fake\"} 5",
            "pstral_last_edit_seconds_count{platform=\"fake\"} 1",
            "pstral_message_edits_total{platform=\"fake\"} 4",
            "pstral_model_answer_tokens_total{model=\"scripted\"} 5",
            "pstral_model_prompt_tokens_total{model=\"scripted\"} 15",
            "pstral_model_writing_seconds_sum{model=\"scripted\"} 3",
        ] {
            assert!(counted.lines().any(|line| line == sample), "{sample} is missing: {counted}");
        }
    }
}
