//! A conversation as pages for people: A4, its own font, text that can be searched and copied.

mod assembly;
mod letters;
mod page;
mod picture;
mod table;
#[cfg(test)]
mod tests;
mod wrap;

use std::collections::HashSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use pstral_core::domain::{Locale, Origin, Transcript, TranscriptStatement, TranscriptTurn, Value};
use pstral_core::extract;
use pstral_core::ports::FileError;
use pstral_core::results::readable;
use pstral_core::text::{Text, text};

use super::chart;
use assembly::{Facts, assemble};
use letters::Letters;
use page::{ACCENT, INK, Pages, QUIET, ROOM, SHADE, Style};
use wrap::wrap;

const TITLE: Style = Style { size: 17.0, colour: INK, bold: true };
const BODY: Style = Style { size: 10.0, colour: INK, bold: false };
const NOTE: Style = Style { size: 9.0, colour: QUIET, bold: false };
const SPEAKER: Style = Style { size: 9.0, colour: ACCENT, bold: true };
const CODE: Style = Style { size: 9.0, colour: INK, bold: false };
/// Before code, beside the bar.
const INDENT: f32 = 10.0;

/// The file; an error where a chart cannot be drawn.
pub(super) fn pdf(transcript: &Transcript, locale: Locale, zone: &TimeZone) -> Result<Vec<u8>, FileError> {
    let mut writing = Writing { pages: Pages::new(Letters::new()), locale, zone: zone.clone(), seen: HashSet::new() };
    let title = match transcript.title.trim() {
        "" => text("pdf-untitled").render(locale),
        title => writing.pages.letters.drawable(title).replace('\n', " "),
    };
    writing.paragraphs(&title, TITLE);
    writing.paragraphs(&about(transcript, locale, zone), NOTE);
    for (at, turn) in transcript.turns.iter().enumerate() {
        if !is_replaced(turn, transcript.turns.get(at + 1)) {
            writing.turn(turn, transcript)?;
        }
    }
    let book = writing.pages.finish();
    let facts =
        Facts { title: &title, language: locale.tag(), author: &transcript.full_name, made_at: transcript.exported_at };
    Ok(assemble(book, &facts, |page, pages| {
        text("pdf-page").count("page", page as u64).count("pages", pages as u64).render(locale)
    }))
}

/// True of an answer that came to nothing and in whose place a verified query was offered right after it.
fn is_replaced(turn: &TranscriptTurn, next: Option<&TranscriptTurn>) -> bool {
    let came_to_nothing = turn.state == "failed" && turn.text.trim().is_empty() && turn.speaker != "user";
    came_to_nothing && next.is_some_and(|next| next.speaker == turn.speaker)
}

fn about(transcript: &Transcript, locale: Locale, zone: &TimeZone) -> String {
    let sentence = text("pdf-about")
        .with("number", transcript.conversation.to_string())
        .with("name", &transcript.full_name)
        .with("username", &transcript.username)
        .with("names", transcript.targets.join(", "))
        .with("started", moment(transcript.started_at, locale, zone))
        .with("exported", moment(transcript.exported_at, locale, zone))
        .count("targets", transcript.targets.len() as u64);
    sentence.render(locale)
}

/// A time as people write it, with the short name of its zone.
fn moment(at: Timestamp, locale: Locale, zone: &TimeZone) -> String {
    let at = at.to_zoned(zone.clone());
    match locale {
        Locale::Fr => at.strftime("%d/%m/%Y à %H:%M %Z").to_string(),
        Locale::En => at.strftime("%-d %B %Y, %H:%M %Z").to_string(),
    }
}

/// A conversation while it is written.
struct Writing {
    pages: Pages,
    locale: Locale,
    zone: TimeZone,
    /// Statements that are on a page already.
    seen: HashSet<String>,
}

impl Writing {
    fn turn(&mut self, turn: &TranscriptTurn, transcript: &Transcript) -> Result<(), FileError> {
        let time = moment(turn.at, self.locale, &self.zone);
        let speaker = match turn.speaker {
            "user" => text("pdf-person").with("name", &transcript.full_name),
            _ => text("pdf-pstral"),
        };
        self.pages.gap(12.0);
        // Who speaks is not left alone at the end of a page.
        self.pages.need(SPEAKER.leading() + 2.0 * BODY.leading());
        self.paragraphs(&speaker.with("time", time).render(self.locale), SPEAKER);
        match &turn.statement {
            Some(statement) if self.seen.insert(statement.proposal.clone()) => self.offer(turn, statement, transcript),
            _ => self.markdown(&turn.text),
        }
        if let Some(shown) = &turn.table {
            self.pages.gap(4.0);
            table::draw(&mut self.pages, shown);
            if let Some(chart) = &shown.chart {
                self.pages.gap(8.0);
                picture::draw(&mut self.pages, &chart::picture(chart, self.locale)?);
            }
        }
        let note = match turn.state {
            "stopped" => "pdf-stopped",
            "interrupted" => "pdf-interrupted",
            "failed" if turn.text.trim().is_empty() && turn.statement.is_none() => "pdf-failed",
            "failed" => "pdf-broken",
            "streaming" => "pdf-streaming",
            _ => return Ok(()),
        };
        self.paragraphs(&text(note).render(self.locale), NOTE);
        Ok(())
    }

    /// Writes the text of a turn, with the statement that runs in place of the one that the model wrote.
    fn offer(&mut self, turn: &TranscriptTurn, statement: &TranscriptStatement, transcript: &Transcript) {
        let wrote = extract::statements(&turn.text).into_iter().next();
        let range = wrote.map_or(0..0, |wrote| wrote.range);
        self.markdown(&turn.text[..range.start]);
        self.statement(turn, statement, transcript);
        self.markdown(&turn.text[range.end..]);
    }

    fn statement(&mut self, turn: &TranscriptTurn, statement: &TranscriptStatement, transcript: &Transcript) {
        let head = match statement.state {
            "refused" => text("pdf-statement-refused"),
            _ => text("pdf-statement"),
        };
        let by = match &statement.origin {
            // What a steward verified says so in the words beside it.
            Origin::Model | Origin::Verified { .. } => None,
            Origin::Person => Some(text("pdf-by-person").with("name", &transcript.full_name)),
        };
        let said = |sentence: Text| sentence.render(self.locale);
        self.pages.gap(4.0);
        let head = [Some(said(head.with("target", &statement.target))), by.map(said)];
        self.paragraphs(&head.into_iter().flatten().collect::<Vec<_>>().join(" · "), NOTE);
        self.code(&statement.text);
        for (name, value) in &statement.parameters {
            let line = format!("`:{name}` = ");
            if !turn.text.contains(&line) {
                self.paragraphs(&format!(":{name} = {}", self.value(value)), NOTE);
            }
        }
        self.pages.gap(4.0);
    }

    fn value(&self, value: &Value) -> String {
        readable(value, self.locale, false)
    }

    /// Words in paragraphs, and what stands between fences as code.
    fn markdown(&mut self, said: &str) {
        let (mut prose, mut code, mut fence) = (String::new(), String::new(), None);
        for line in said.trim().lines() {
            let marker = ["```", "~~~"].into_iter().find(|marker| line.trim_start().starts_with(marker));
            match (fence, marker) {
                (None, Some(marker)) => {
                    self.paragraphs(&std::mem::take(&mut prose), BODY);
                    fence = Some(marker);
                }
                (Some(open), Some(marker)) if open == marker => {
                    self.code(&std::mem::take(&mut code));
                    fence = None;
                }
                (Some(_), _) => {
                    code.push_str(line);
                    code.push('\n');
                }
                (None, None) => {
                    prose.push_str(line);
                    prose.push('\n');
                }
            }
        }
        self.paragraphs(&prose, BODY);
        self.code(&code);
    }

    /// Each line of a text, broken where it is too wide; empty lines are small gaps.
    fn paragraphs(&mut self, said: &str, style: Style) {
        let said = self.pages.letters.drawable(said.trim());
        if said.is_empty() {
            return;
        }
        for paragraph in said.lines() {
            if paragraph.trim().is_empty() {
                self.pages.gap(style.leading() / 2.0);
                continue;
            }
            for line in wrap(&mut self.pages.letters, paragraph, style.size, ROOM) {
                self.pages.line(line, 0.0, style);
            }
        }
    }

    /// Statements and other code: on a shade, behind a bar, line by line as it was written.
    fn code(&mut self, code: &str) {
        let code = self.pages.letters.drawable(code.trim_matches('\n'));
        if code.trim().is_empty() {
            return;
        }
        self.pages.gap(3.0);
        for written in code.lines() {
            for line in wrap(&mut self.pages.letters, written, CODE.size, ROOM - 2.0 * INDENT) {
                self.pages.need(CODE.leading());
                self.pages.fill(0.0, ROOM, CODE.leading(), SHADE);
                self.pages.fill(0.0, 2.0, CODE.leading(), ACCENT);
                self.pages.line(line, INDENT, CODE);
            }
        }
        self.pages.gap(3.0);
    }
}
