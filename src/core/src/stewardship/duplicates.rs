//! Two verified queries that say the same, or answer the same question.

use crate::domain::{KeptQuery, VerifiedKind, VerifiedQuery};
use crate::knowledge::{VerifiedSet, fold};
use crate::stewardship::VerifiedQueries;
use crate::stewardship::ground::Ground;
use crate::targets::Schema;

impl VerifiedQueries {
    /// The one among `others` of the same kind that has the same statement, or that already answers one of the questions: of
    /// two that answer the same, neither would be offered. Terms are the same if they share a name.
    pub(crate) fn double<'k>(
        &self,
        query: &VerifiedQuery,
        others: impl IntoIterator<Item = &'k KeptQuery>,
        schema: &Schema,
        ground: &Ground,
    ) -> Option<&'k KeptQuery> {
        let today = self.settings.today(&*self.clock);
        let statement = ground.plain(&query.statement);
        let mut others = others.into_iter().filter(|other| other.query.kind == query.kind);
        if query.kind == VerifiedKind::Term {
            let names: Vec<_> = query.wordings().map(fold).collect();
            return others.find(|other| other.query.wordings().any(|name| names.contains(&fold(name))));
        }
        others.find(|other| {
            let alone = VerifiedSet::new(vec![other.query.clone()]);
            let answers = |question: &str| {
                let same_words = other.query.questions().any(|asked| fold(asked) == fold(question));
                same_words || alone.matched(question, &schema.known, today).is_some()
            };
            ground.plain(&other.query.statement) == statement || query.questions().any(answers)
        })
    }
}
