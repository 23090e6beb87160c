//! Verified queries and ratings in memory.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;

use super::{MemoryState, Tables, next_number};
use crate::domain::{
    AnswerId, KeptQuery, QuerySource, QueryState, Rated, Rating, ReviewItem, Step, Tally, UserId, VerifiedQuery,
};
use crate::knowledge::fold;
use crate::ports::{Knowledge, StoreError};

#[async_trait]
impl Knowledge for MemoryState {
    async fn put_verified(&self, target: &str, queries: &[VerifiedQuery]) -> Result<(), StoreError> {
        let mut tables = self.tables();
        let of_file = |kept: &KeptQuery| kept.target == target && kept.source == QuerySource::File;
        let (before, mut others): (Vec<_>, Vec<_>) = tables.verified.iter().cloned().partition(of_file);
        for query in queries {
            if others.iter().any(|kept| of_file(kept) && kept.query.id == query.id) {
                return Err(StoreError::Duplicate(format!("verified query {}", query.id)));
            }
            let same = before.iter().find(|kept| kept.query == *query);
            others.push(KeptQuery {
                target: target.to_owned(),
                query: query.clone(),
                source: QuerySource::File,
                state: QueryState::Approved,
                version: 1,
                proposed: None,
                approved: None,
                edited: None,
                retired: None,
                fault: same.and_then(|kept| kept.fault.clone()),
                hidden: false,
            });
        }
        tables.verified = others;
        Ok(())
    }

    async fn verified(&self, target: &str) -> Result<Vec<VerifiedQuery>, StoreError> {
        let kept = self.kept_verified(target).await?;
        Ok(kept.into_iter().filter(KeptQuery::is_used).map(|kept| kept.query).collect())
    }

    async fn kept_verified(&self, target: &str) -> Result<Vec<KeptQuery>, StoreError> {
        let mut tables = self.tables();
        let mut all: Vec<KeptQuery> = tables.verified.iter().filter(|kept| kept.target == target).cloned().collect();
        all.sort_by(|a, b| (&a.query.id, a.source).cmp(&(&b.query.id, b.source)));
        for at in 1..all.len() {
            all[at].hidden = all[at].query.id == all[at - 1].query.id;
        }
        for kept in &mut all {
            if let Some(Step { by, .. }) = kept.approved {
                kept.query.verified_by.clone_from(&tables.user(by)?.full_name);
            }
        }
        Ok(all)
    }

    async fn propose_verified(&self, query: &KeptQuery) -> Result<(), StoreError> {
        let mut tables = self.tables();
        tables.steps_are_of_users(query)?;
        if tables.written_in_chat(query).is_some() {
            return Err(StoreError::Duplicate(format!("verified query {}", query.query.id)));
        }
        tables.verified.push(KeptQuery { version: 1, hidden: false, source: QuerySource::Chat, ..query.clone() });
        Ok(())
    }

    async fn change_verified(&self, query: &KeptQuery) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        tables.steps_are_of_users(query)?;
        let seen = tables.written_in_chat(query).filter(|kept| kept.version == query.version);
        Ok(seen
            .map(|kept| {
                let source = QuerySource::Chat;
                *kept = KeptQuery { version: query.version + 1, hidden: false, source, ..query.clone() };
            })
            .is_some())
    }

    async fn mark_verified(&self, query: &KeptQuery) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let same = |kept: &&mut KeptQuery| {
            let named = kept.target == query.target && kept.query.id == query.query.id;
            named && kept.source == query.source && kept.version == query.version
        };
        let found = tables.verified.iter_mut().find(same);
        Ok(found.map(|kept| kept.fault.clone_from(&query.fault)).is_some())
    }

    async fn rate(&self, rated: &Rated) -> Result<(), StoreError> {
        let mut tables = self.tables();
        tables.user(rated.user)?;
        tables.conversation(rated.conversation)?;
        let same = |other: &Rated| other.user == rated.user && other.answer == rated.answer;
        tables.ratings.retain(|other| !same(other));
        tables.ratings.push(rated.clone());
        Ok(())
    }

    async fn rating(&self, user: UserId, answer: &AnswerId) -> Result<Option<Rating>, StoreError> {
        let tables = self.tables();
        let given = tables.ratings.iter().find(|rated| rated.user == user && rated.answer == *answer);
        Ok(given.map(|rated| rated.rating))
    }

    async fn tallies(&self, target: &str) -> Result<BTreeMap<String, Tally>, StoreError> {
        let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
        for rated in &self.tables().ratings {
            if let Some((_, id)) = rated.verified.as_ref().filter(|(of, _)| of == target) {
                let tally = tallies.entry(id.clone()).or_default();
                match rated.rating {
                    Rating::Good => tally.good += 1,
                    Rating::Bad => tally.bad += 1,
                }
            }
        }
        Ok(tallies)
    }

    async fn add_review(&self, item: &ReviewItem) -> Result<(), StoreError> {
        let mut tables = self.tables();
        tables.conversation(item.conversation)?;
        let number = next_number(&tables.reviews);
        let is_same = |other: &ReviewItem| other.target == item.target && fold(&other.question) == fold(&item.question);
        match tables.reviews.iter_mut().find(|(other, _)| is_same(other)) {
            Some((kept, _)) => {
                let ReviewItem { number, times, .. } = *kept;
                let proposal = item.proposal.clone().or_else(|| kept.proposal.clone());
                *kept = ReviewItem { number, times: times + 1, proposal, ..item.clone() };
            }
            None => tables.reviews.push((ReviewItem { number, times: 1, ..item.clone() }, false)),
        }
        Ok(())
    }

    async fn open_reviews(&self, target: &str) -> Result<Vec<ReviewItem>, StoreError> {
        let tables = self.tables();
        let open = tables.reviews.iter().filter(|(item, is_closed)| item.target == target && !is_closed);
        let mut open: Vec<ReviewItem> = open.map(|(item, _)| item.clone()).collect();
        open.sort_by_key(|item| (-item.times, item.number));
        Ok(open)
    }

    async fn close_review(&self, number: i64, by: UserId, _: Timestamp) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        tables.user(by)?;
        let found = tables.reviews.iter_mut().find(|(item, is_closed)| item.number == number && !is_closed);
        Ok(found.map(|(_, is_closed)| *is_closed = true).is_some())
    }
}

impl Tables {
    fn written_in_chat(&mut self, query: &KeptQuery) -> Option<&mut KeptQuery> {
        let named = |kept: &&mut KeptQuery| kept.target == query.target && kept.query.id == query.query.id;
        self.verified.iter_mut().filter(|kept| kept.source == QuerySource::Chat).find(named)
    }

    fn steps_are_of_users(&mut self, query: &KeptQuery) -> Result<(), StoreError> {
        for step in [query.proposed, query.approved, query.edited, query.retired].into_iter().flatten() {
            self.user(step.by)?;
        }
        Ok(())
    }
}
