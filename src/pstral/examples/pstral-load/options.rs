//! The command-line options.

use std::time::Duration;

use clap::{Parser, ValueEnum};
use pstral_core::domain::Place;

use crate::words::{ANSWERS, TOKEN_CHARS, TOKENS};

/// Many people ask Pstral at once, over a scripted model and a platform with limits, both on this machine.
#[derive(Debug, Clone, Parser)]
#[command(name = "pstral-load")]
pub(crate) struct Options {
    /// People who ask at once
    #[arg(long, default_value_t = 200)]
    pub(crate) people: usize,
    /// Seconds the model writes at each answer
    #[arg(long, default_value_t = 60.0)]
    pub(crate) seconds: f64,
    /// Tokens a second of each answer; a token is 8 characters
    #[arg(long, default_value_t = 30.0)]
    pub(crate) rate: f64,
    /// Characters of an answer, instead of --seconds; rounded up to whole tokens
    #[arg(long)]
    pub(crate) chars: Option<usize>,
    /// Questions each person asks, one after the other
    #[arg(long, default_value_t = 1)]
    pub(crate) rounds: usize,
    /// Places that people share; without it, each person writes in private
    #[arg(long)]
    pub(crate) rooms: Option<usize>,
    /// Answers the model writes at the same time; without it, all
    #[arg(long)]
    pub(crate) slots: Option<usize>,
    /// Milliseconds over which the first questions come; 0 is all at once
    #[arg(long, default_value_t = 0)]
    pub(crate) spread_ms: u64,
    /// Milliseconds from the question to the model's first token
    #[arg(long, default_value_t = 500)]
    pub(crate) first_token_ms: u64,
    /// Requests that the platform takes in --per seconds; those beyond it are refused with the time to wait
    #[arg(long, default_value_t = 5)]
    pub(crate) edits: u32,
    /// Seconds of the platform's limit
    #[arg(long, default_value_t = 5.0)]
    pub(crate) per: f64,
    /// What the platform's limit is of
    #[arg(long, value_enum, default_value_t = Scope::Place)]
    pub(crate) scope: Scope,
    /// Milliseconds the platform takes for each request
    #[arg(long, default_value_t = 20)]
    pub(crate) latency_ms: u64,
    /// Characters of a message at most
    #[arg(long, default_value_t = 2_000)]
    pub(crate) max_chars: usize,
    /// Messages of an answer at most; the rest goes to a file
    #[arg(long, default_value_t = 4)]
    pub(crate) max_messages: usize,
    /// Changes of a message at most
    #[arg(long, default_value_t = 120)]
    pub(crate) max_edits: u32,
    /// What the model does to some answers
    #[arg(long, value_enum)]
    pub(crate) fault: Option<Fault>,
    /// One answer in so many meets the fault
    #[arg(long, default_value_t = 10)]
    pub(crate) fault_every: usize,
    /// Requests a second for /metrics and /readyz in turn, while people are answered
    #[arg(long, default_value_t = 0)]
    pub(crate) scrapes: u32,
    /// Pages of the audit a second that an administrator asks for, while people are answered
    #[arg(long, default_value_t = 0)]
    pub(crate) audit_pages: u32,
    /// Entries that the audit has before the first question
    #[arg(long, default_value_t = 0)]
    pub(crate) audit_events: u64,
    /// Also have somebody export the whole audit who reads a hundred bytes a second
    #[arg(long)]
    pub(crate) slow_reader: bool,
    /// End with one line of JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Be the model
    #[arg(long, hide = true)]
    pub(crate) model_server: bool,
}

/// The scope of a rate limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scope {
    /// Each place, as on Discord
    Place,
    /// Everything together, as on Matrix
    Account,
}

impl Scope {
    /// The name of the budget that a place takes from.
    pub(crate) fn budget(self, place: &Place) -> &str {
        match self {
            Self::Place => &place.id,
            Self::Account => "",
        }
    }
}

/// A fault of the model in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Fault {
    /// The connection is cut in the middle
    Cut,
    /// An error comes in the middle
    Error,
    /// Nothing comes any more from the middle on
    Wedge,
    /// Status 503 instead of an answer
    Busy,
    /// The first token takes ten times as long
    Slow,
}

/// The speed of the model.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Speech {
    pub(crate) tokens: usize,
    /// The time from the question to the first token.
    pub(crate) first: Duration,
    /// The time between two tokens.
    pub(crate) gap: Duration,
    pub(crate) fault: Option<Fault>,
    pub(crate) fault_every: usize,
}

impl Options {
    /// Returns what is wrong with the options, if anything.
    pub(crate) fn fault(&self) -> Option<String> {
        let positive = |number: f64| number.is_finite() && number > 0.0;
        if self.people == 0 || self.rounds == 0 || self.rooms == Some(0) || self.edits == 0 || self.fault_every == 0 {
            return Some("--people, --rounds, --rooms, --edits and --fault-every begin at 1".to_owned());
        }
        if !(positive(self.seconds) && positive(self.rate) && positive(self.per)) {
            return Some("--seconds, --rate and --per are above 0".to_owned());
        }
        if self.people * self.rounds > ANSWERS {
            return Some(format!("at most {ANSWERS} answers have words of their own"));
        }
        let tokens = self.speech().tokens;
        (tokens > TOKENS).then(|| format!("an answer of {tokens} tokens: {TOKENS} at most have words of their own"))
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be small and positive")]
    pub(crate) fn speech(&self) -> Speech {
        let tokens = match self.chars {
            Some(chars) => chars.div_ceil(TOKEN_CHARS),
            None => (self.seconds * self.rate).ceil() as usize,
        };
        Speech {
            tokens: tokens.max(1),
            first: Duration::from_millis(self.first_token_ms),
            gap: Duration::from_secs_f64(1.0 / self.rate),
            fault: self.fault,
            fault_every: self.fault_every,
        }
    }

    /// The time of the platform's limit.
    pub(crate) fn window(&self) -> Duration {
        Duration::from_secs_f64(self.per)
    }
}

impl Speech {
    /// Returns the fault of an answer, if it has one.
    pub(crate) fn fault_of(&self, answer: usize) -> Option<Fault> {
        self.fault.filter(|_| answer.is_multiple_of(self.fault_every))
    }
}
