//! Two verified queries that say the same, or answer the same question.

use crate::domain::{KeptQuery, VerifiedQuery};
use crate::knowledge::{VerifiedSet, fold};
use crate::stewardship::VerifiedQueries;
use crate::stewardship::ground::Ground;
use crate::targets::Schema;

impl VerifiedQueries {
    /// The one among `others` that has the same statement, or that already answers one of the questions: of two that
    /// answer the same, neither would be offered.
    pub(crate) fn double<'k>(
        &self,
        query: &VerifiedQuery,
        others: impl IntoIterator<Item = &'k KeptQuery>,
        schema: &Schema,
        ground: &Ground,
    ) -> Option<&'k KeptQuery> {
        let today = self.settings.today(&*self.clock);
        let statement = ground.plain(&query.statement);
        others.into_iter().find(|other| {
            let alone = VerifiedSet::new(vec![other.query.clone()]);
            let answers = |question: &str| {
                let same_words = other.query.questions().any(|asked| fold(asked) == fold(question));
                same_words || alone.matched(question, &schema.known, today).is_some()
            };
            ground.plain(&other.query.statement) == statement || query.questions().any(answers)
        })
    }
}
