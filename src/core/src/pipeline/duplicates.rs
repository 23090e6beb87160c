//! Two verified queries that say the same, or answer the same question.

use super::holding::Ground;
use super::{Pipeline, Schema};
use crate::domain::{KeptQuery, VerifiedQuery};
use crate::knowledge::{fold, match_question};

impl Pipeline {
    /// The one among `others` that has the same statement, or that already answers one of the questions: of two that
    /// answer the same, neither would be offered.
    pub(super) fn double<'k>(
        &self,
        query: &VerifiedQuery,
        others: impl IntoIterator<Item = &'k KeptQuery>,
        schema: &Schema,
        ground: &Ground,
    ) -> Option<&'k KeptQuery> {
        let today = self.today();
        let statement = ground.plain(&query.statement);
        others.into_iter().find(|other| {
            let answers = |question: &str| {
                let alone = std::slice::from_ref(&other.query);
                let same_words = other.query.questions().any(|asked| fold(asked) == fold(question));
                same_words || match_question(question, alone, &schema.known, today).is_some()
            };
            ground.plain(&other.query.statement) == statement || query.questions().any(answers)
        })
    }

    /// The day it is in the company's zone.
    pub(super) fn today(&self) -> jiff::civil::Date {
        self.parts.clock.now().to_zoned(self.parts.settings.zone.clone()).date()
    }
}
