//! Results whose further rows are kept for a while, so that a page can be shown in place of another.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};

use crate::domain::{
    Button, ButtonAction, Column, ConversationId, MessageRef, Outgoing, ResultPage, Row, TurnId, Value,
};
use crate::egress::{Destination, RetryPolicy, Scheduler, fitting};
use crate::lock::lock;
use crate::outbox::Platforms;
use crate::outbox::buttons::button;
use crate::ports::{Clock, Conversations, PlatformError};
use crate::results::{Below, Preview, TableFormat, hidden_columns};
use crate::text::text;

/// Results kept at most, the latest ones.
const KEPT: usize = 64;

/// Bytes of rows kept of each: 32 MiB of all of them together.
const BYTES: usize = 512 * 1024;

/// Time during which the pages of one can be turned.
const LIFETIME: SignedDuration = SignedDuration::from_mins(30);

/// The latest results that have more rows than a message shows. In memory only: rows of a company are not put on a disk
/// for a button that is seldom pressed.
#[derive(Debug, Default)]
pub(crate) struct Pages(Mutex<VecDeque<Kept>>);

#[derive(Debug)]
struct Kept {
    pub(crate) turn: TurnId,
    result: PagedResult,
    /// The message that shows it, once it is shown.
    at: Option<MessageRef>,
    until: Timestamp,
}

/// A result with the rows whose pages can be turned.
#[derive(Debug)]
pub(crate) struct PagedResult {
    conversation: ConversationId,
    columns: Vec<Column>,
    rows: Vec<Row>,
    /// Rows that came, of which not all need be kept.
    total: u64,
    format: TableFormat,
    signature: Option<String>,
    below: Below,
    /// The buttons of its message beside those that turn pages.
    buttons: Vec<Button>,
    /// The first row of each page that can be reached by now.
    begins: Vec<usize>,
    /// The text of its message now.
    text: String,
}

/// The first rows of a result.
pub(crate) struct FirstRows {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Row>,
    /// Rows of the whole result.
    pub(crate) total: u64,
}

/// A page as it is shown.
pub(crate) struct Page {
    pub(crate) message: Outgoing,
    pub(crate) rows: i64,
    /// Such as `rows 21-40 of 137`, for the audit.
    pub(crate) detail: String,
}

/// The first rows of a result while it is read: so many at least, and more of them as long as there is room.
pub(crate) struct Head {
    pub(crate) rows: Vec<Row>,
    least: usize,
    room: usize,
}

impl Head {
    pub(crate) fn new(least: usize, is_paged: bool) -> Self {
        Self { rows: Vec::new(), least, room: if is_paged { BYTES } else { 0 } }
    }

    pub(crate) fn add(&mut self, batch: &[Row]) {
        for row in batch {
            let size = size(row);
            if self.rows.len() >= self.least && size > self.room {
                // No later row may follow one that is left out.
                self.room = 0;
                return;
            }
            self.room = self.room.saturating_sub(size);
            self.rows.push(row.clone());
        }
    }
}

impl PagedResult {
    /// The result of a conversation with the first of its rows.
    pub(crate) fn of(
        conversation: ConversationId,
        signature: Option<String>,
        first: FirstRows,
        format: TableFormat,
        below: Below,
    ) -> Self {
        let FirstRows { columns, mut rows, total } = first;
        rows.truncate(fitting(rows.iter().map(size), BYTES));
        rows.shrink_to_fit();
        let (buttons, begins, text) = (Vec::new(), vec![0], String::new());
        Self { conversation, columns, rows, total, format, signature, below, buttons, begins, text }
    }

    /// Draws the page of that number, or the last one that can be reached.
    fn page(&mut self, turn: TurnId, wanted: u32) -> Page {
        let locale = self.format.locale;
        let number = usize::try_from(wanted).unwrap_or(usize::MAX).min(self.begins.len() - 1);
        let first = self.begins[number];
        let preview = Preview::page(&self.columns, &self.rows, first, self.format);
        let last = first + preview.rows;
        if number + 1 == self.begins.len() && preview.rows > 0 && last < self.rows.len() {
            self.begins.push(last);
        }
        let (from, to) = (first as u64 + 1, last as u64);
        let shown = text("rows-page").count("from", from).count("to", to).count("rows", self.total);
        let shown = shown.count("shown", preview.rows as u64);
        let left_out: Vec<_> = [shown].into_iter().chain(hidden_columns(&preview)).collect();
        let table = self.below.under(Some(&preview), &left_out, locale);
        let text_of_page = self.signature.iter().cloned().chain([table]).collect::<Vec<_>>().join("\n");
        let to_page = |page: usize, label: &'static str| {
            let page = u32::try_from(page).unwrap_or(u32::MAX);
            button(ButtonAction::ShowRows(ResultPage { turn, page }), &text(label), locale)
        };
        let before = number.checked_sub(1).map(|page| to_page(page, "button-rows-before"));
        let after = (number + 1 < self.begins.len()).then(|| to_page(number + 1, "button-rows-after"));
        let buttons = before.into_iter().chain(after).chain(self.buttons.iter().cloned()).collect();
        Page {
            message: Outgoing { buttons, ..Outgoing::text(text_of_page) },
            rows: i64::try_from(preview.rows).unwrap_or(i64::MAX),
            detail: format!("rows {from}-{to} of {}", self.total),
        }
    }

    /// The message as it is, without the buttons whose rows are gone: those of a chart are kept no longer.
    fn closed(&self) -> Outgoing {
        let mut buttons = self.buttons.clone();
        buttons.retain(|button| !matches!(button.action, ButtonAction::Chart(_)));
        Outgoing { buttons, ..Outgoing::text(&self.text) }
    }
}

impl Pages {
    /// Sets the message that shows a result.
    pub(crate) fn shown_at(&self, turn: TurnId, at: &MessageRef) {
        lock(&self.0).iter_mut().filter(|one| one.turn == turn).for_each(|one| one.at = Some(at.clone()));
    }

    /// Drops the rows of a result that nobody will see.
    pub(crate) fn forget(&self, turn: TurnId) {
        lock(&self.0).retain(|one| one.turn != turn);
    }

    fn keep(&self, new: Kept, now: Timestamp) {
        let mut kept = lock(&self.0);
        if kept.iter().filter(|one| now < one.until).count() >= KEPT
            && let Some(oldest) = kept.iter_mut().find(|one| now < one.until)
        {
            // The next minute takes the buttons from its message.
            oldest.until = now;
            oldest.result.rows = Vec::new();
        }
        kept.push_back(new);
    }

    fn turns(&self) -> Vec<TurnId> {
        lock(&self.0).iter().map(|one| one.turn).collect()
    }

    /// Returns the message that shows a turn's result.
    pub(crate) fn at(&self, turn: TurnId) -> Option<MessageRef> {
        lock(&self.0).iter().find(|one| one.turn == turn)?.at.clone()
    }

    /// A page of a result that is not too old.
    pub(crate) fn page(&self, wanted: &ResultPage, now: Timestamp) -> Option<Page> {
        let mut kept = lock(&self.0);
        let one = kept.iter_mut().find(|one| one.turn == wanted.turn && now < one.until)?;
        Some(one.result.page(wanted.turn, wanted.page))
    }

    /// Notes what a result shows now.
    pub(crate) fn shows(&self, turn: TurnId, text: &str) {
        lock(&self.0).iter_mut().filter(|one| one.turn == turn).for_each(|one| text.clone_into(&mut one.result.text));
    }

    /// Takes out the result of a turn, as its message is without pages.
    pub(crate) fn close(&self, turn: TurnId) -> Option<Outgoing> {
        self.take(|one| one.turn == turn).pop().map(|(_, message)| message)
    }

    /// Takes out the results that are meant, each as its message is without pages.
    fn take(&self, is_meant: impl Fn(&Kept) -> bool) -> Vec<(Option<MessageRef>, Outgoing)> {
        let mut kept = lock(&self.0);
        let (taken, rest) = std::mem::take(&mut *kept).into_iter().partition(is_meant);
        *kept = rest;
        let taken: VecDeque<Kept> = taken;
        taken.into_iter().map(|one| (one.at, one.result.closed())).collect()
    }
}

/// Results whose pages can be turned, and their messages.
pub(crate) struct ResultPages {
    pub(crate) kept: Pages,
    pub(crate) scheduler: Scheduler,
    pub(crate) platforms: Platforms,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) conversations: Arc<dyn Conversations>,
}

impl ResultPages {
    /// Keeps a result so that its pages can be turned: its message with the buttons for that, or as it is where no more rows
    /// could be kept than it shows.
    pub(crate) fn offer_pages(&self, turn: TurnId, mut result: PagedResult, message: Outgoing) -> Outgoing {
        result.buttons.clone_from(&message.buttons);
        let first = result.page(turn, 0).message;
        if result.begins.len() < 2 {
            return message;
        }
        result.text.clone_from(&first.text);
        let now = self.clock.now();
        self.kept.keep(Kept { turn, result, at: None, until: now + LIFETIME }, now);
        first
    }

    /// Takes the buttons that turn pages from results whose rows have been kept for long enough; says how many. Rows whose
    /// answer another program has erased or pruned are forgotten.
    pub(crate) async fn expire_pages(&self) -> usize {
        for turn in self.kept.turns() {
            if matches!(self.conversations.turn(turn).await, Ok(None)) {
                self.kept.take(|one| one.turn == turn);
            }
        }
        let now = self.clock.now();
        self.remove_page_buttons(self.kept.take(|one| one.until <= now)).await
    }

    /// Forgets the rows of a conversation that is gone.
    pub(crate) async fn retire_pages(&self, conversation: ConversationId) {
        self.remove_page_buttons(self.kept.take(|one| one.result.conversation == conversation)).await;
    }

    /// Removes the page buttons of closed results and returns how many were changed. If that fails, the buttons outlive
    /// their rows, and a click says so.
    async fn remove_page_buttons(&self, closed: Vec<(Option<MessageRef>, Outgoing)>) -> usize {
        let mut changed = 0;
        for (at, message) in closed.into_iter().filter_map(|(at, message)| Some((at?, message))) {
            match self.change_result(at, &message).await {
                Ok(()) => changed += 1,
                Err(error) => tracing::debug!(%error, "page buttons of an expired result not removed"),
            }
        }
        changed
    }

    pub(crate) async fn change_result(&self, at: MessageRef, message: &Outgoing) -> Result<(), PlatformError> {
        let platform = self.platforms.get(&at.place.platform).ok_or(PlatformError::Gone)?;
        let place = at.place.clone();
        self.scheduler.deliver(&**platform, &place, Destination::Only(at), message, RetryPolicy::SHORT).await.map(drop)
    }
}

/// Bytes of memory that a row takes.
fn size(row: &Row) -> usize {
    size_of::<Row>() + row.iter().map(|value| size_of::<Value>() + value.weight()).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Length;
    use crate::domain::{ColumnKind, Locale, Place, PlatformName};

    fn result(rows: Vec<Row>) -> PagedResult {
        let columns = vec![Column { name: "v".to_owned(), kind: ColumnKind::Text }];
        let format = TableFormat { length: Length::characters(2000), columns: None, max_rows: 20, locale: Locale::En };
        let first = FirstRows { columns, rows, total: 10_000 };
        PagedResult::of(ConversationId(1), None, first, format, Below::default())
    }

    fn row(bytes: usize) -> Row {
        vec![Value::Text("x".repeat(bytes))]
    }

    #[test]
    fn rows_are_read_as_long_as_there_is_room_and_none_after_one_that_is_left_out() {
        for (least, is_paged, sizes, expected) in [
            (2, false, vec![BYTES, BYTES, 1], 2),
            (2, true, vec![1, 1, 1, 1], 4),
            (0, true, vec![1, BYTES, 1], 1),
            (2, true, vec![BYTES, 1, 1], 2),
        ] {
            let mut head = Head::new(least, is_paged);
            head.add(&sizes.iter().map(|bytes| row(*bytes)).collect::<Vec<_>>());
            assert_eq!(head.rows.len(), expected, "{least} {is_paged} {sizes:?}");
        }
    }

    #[test]
    fn no_result_takes_more_memory_than_it_may() {
        let kept = result(vec![row(BYTES / 10); 100]);
        assert_eq!(kept.rows.len(), 9);
        assert!(kept.rows.iter().map(size).sum::<usize>() <= BYTES);
    }

    #[test]
    fn the_oldest_result_makes_room_for_another() {
        let (pages, until) = (Pages::default(), Timestamp::MAX);
        for number in 0..=KEPT {
            let turn = TurnId(i64::try_from(number).unwrap());
            pages.keep(Kept { turn, result: result(vec![row(1); 30]), at: None, until }, Timestamp::UNIX_EPOCH);
        }
        let page = |turn| pages.page(&ResultPage { turn: TurnId(turn), page: 0 }, Timestamp::UNIX_EPOCH);
        assert!(page(0).is_none());
        assert_eq!(page(1).map(|page| page.detail).as_deref(), Some("rows 1-20 of 10000"));
        let place =
            Place { platform: PlatformName("fake".to_owned()), id: "a".to_owned(), thread: None, private: true };
        pages.shown_at(TurnId(1), &MessageRef { place, id: "1".to_owned() });
        assert!(pages.at(TurnId(1)).is_some() && pages.at(TurnId(2)).is_none());
        pages.forget(TurnId(1));
        assert!(page(1).is_none(), "what is not shown has no pages");
    }
}
