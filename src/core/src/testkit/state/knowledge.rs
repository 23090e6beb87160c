//! The contract of `Knowledge`.

use super::{State, at, duplicate, member, missing, talk};
use crate::domain::{
    AnswerId, ColumnRef, ConversationId, KeptQuery, Parameter, ParameterKind, ProposalId, QueryFault, QuerySource,
    QueryState, Rated, Rating, ReviewItem, ReviewReason, Step, Tally, TurnId, User, UserId, VerifiedKind,
    VerifiedQuery,
};
use crate::ports::StoreError;

fn query(id: &str) -> VerifiedQuery {
    VerifiedQuery {
        kind: VerifiedKind::Question,
        id: id.to_owned(),
        fr: "Quels clients à {city} ?".to_owned(),
        en: "Which clients in {city}?".to_owned(),
        also: vec!["List them".to_owned()],
        note: String::new(),
        statement: "SELECT name FROM clients WHERE city = :city".to_owned(),
        parameters: Vec::new(),
        verified_by: "Zoé".to_owned(),
        verified_on: "2026-11-21".to_owned(),
    }
}

/// Everything that is promised of verified queries and of ratings.
pub async fn knowledge(state: &dyn State) -> Result<(), StoreError> {
    files(state).await?;
    chats(state).await?;
    marks(state).await?;
    ratings(state).await?;
    reviews(state).await
}

/// The verified queries of a file are replaced as a whole, and those of other targets stay.
async fn files(state: &dyn State) -> Result<(), StoreError> {
    assert_eq!(state.verified("knowledge-crm").await?, []);
    let column = ColumnRef { relation: "clients".to_owned(), column: "city".to_owned() };
    let city = Parameter { name: "city".to_owned(), kind: ParameterKind::Text, column: Some(column), default: None };
    let year = Parameter {
        name: "year".to_owned(),
        kind: ParameterKind::Year,
        column: None,
        default: Some("2026".to_owned()),
    };
    let with_parameters = VerifiedQuery { parameters: vec![year, city], ..query("b") };

    state.put_verified("knowledge-crm", &[with_parameters.clone(), query("a")]).await?;
    let term = VerifiedQuery { kind: VerifiedKind::Term, note: "EUR".to_owned(), ..query("a") };
    state.put_verified("knowledge-erp", std::slice::from_ref(&term)).await?;
    assert_eq!(state.verified("knowledge-erp").await?, [term]);
    state.put_verified("knowledge-erp", &[query("a")]).await?;
    assert_eq!(state.verified("knowledge-crm").await?, [query("a"), with_parameters], "by id, exactly");

    let twice = [query("c"), query("d"), query("c")];
    assert!(duplicate(&state.put_verified("knowledge-crm", &twice).await));
    assert_eq!(state.verified("knowledge-crm").await?.len(), 2, "a refused change changes nothing");

    state.put_verified("knowledge-crm", &[query("z")]).await?;
    assert_eq!(state.verified("knowledge-crm").await?, [query("z")]);
    state.put_verified("knowledge-crm", &[]).await?;
    assert_eq!(state.verified("knowledge-crm").await?, []);
    assert_eq!(state.verified("knowledge-erp").await?, [query("a")]);
    Ok(())
}

fn proposed(id: &str, user: &User) -> KeptQuery {
    let words =
        VerifiedQuery { en: String::new(), verified_by: String::new(), verified_on: String::new(), ..query(id) };
    KeptQuery::proposed("knowledge-chat", words, Step { by: user.id, at: at("10:00:00") })
}

/// Checks that queries written in chats are used once approved, changed one version after the other, and kept beside
/// those of the file.
async fn chats(state: &dyn State) -> Result<(), StoreError> {
    let (author, steward) = (member(state, "knowledge-author").await?, member(state, "knowledge-steward").await?);
    let first = proposed("m", &author);
    state.propose_verified(&first).await?;
    assert!(duplicate(&state.propose_verified(&first).await), "an id is given once");
    assert!(missing(&state.propose_verified(&proposed("n", &User { id: UserId(i64::MAX), ..author.clone() })).await));
    assert_eq!(state.kept_verified("knowledge-chat").await?, std::slice::from_ref(&first));
    assert_eq!(state.verified("knowledge-chat").await?, [], "nobody has approved it");

    let step = Step { by: steward.id, at: at("11:00:00") };
    let words =
        VerifiedQuery { verified_by: "somebody".to_owned(), en: "In {city}?".to_owned(), ..first.query.clone() };
    let approved =
        KeptQuery { query: words, state: QueryState::Approved, approved: Some(step), edited: Some(step), ..first };
    assert!(state.change_verified(&approved).await?);
    assert!(!state.change_verified(&approved).await?, "what was seen is not there any more");
    let kept = KeptQuery {
        version: 2,
        query: VerifiedQuery { verified_by: steward.full_name.clone(), ..approved.query.clone() },
        ..approved
    };
    assert_eq!(
        state.kept_verified("knowledge-chat").await?,
        std::slice::from_ref(&kept),
        "approved by a user, under their name"
    );
    assert_eq!(state.verified("knowledge-chat").await?, std::slice::from_ref(&kept.query));

    state.put_verified("knowledge-chat", &[query("m"), query("a")]).await?;
    assert_eq!(state.verified("knowledge-chat").await?, [query("a"), query("m")], "the file wins");
    let all = state.kept_verified("knowledge-chat").await?;
    let shown: Vec<_> = all.iter().map(|one| (one.query.id.as_str(), one.source, one.hidden)).collect();
    let expected = [("a", QuerySource::File, false), ("m", QuerySource::File, false), ("m", QuerySource::Chat, true)];
    assert_eq!(shown, expected);
    assert!(!state.change_verified(&all[0]).await?, "only its file changes what is in it");

    state.put_verified("knowledge-chat", &[]).await?;
    let retired = KeptQuery { state: QueryState::Retired, retired: Some(step), ..kept };
    assert!(state.change_verified(&retired).await?);
    assert_eq!(state.verified("knowledge-chat").await?, []);
    assert_eq!(state.kept_verified("knowledge-chat").await?, [KeptQuery { version: 3, ..retired }]);
    Ok(())
}

/// Checks that invalid queries are not used, and that the mark of a file's entry stays as long as the entry is
/// unchanged.
async fn marks(state: &dyn State) -> Result<(), StoreError> {
    let target = "knowledge-marks";
    state.put_verified(target, &[query("a"), query("b")]).await?;
    let why =
        QueryFault { fr: "La table n'est plus là.".into(), en: "The table is gone.".into(), since: at("12:00:00") };
    let mut all = state.kept_verified(target).await?;
    all[0].fault = Some(why);
    assert!(state.mark_verified(&all[0]).await?);
    assert!(!state.mark_verified(&KeptQuery { version: 9, fault: None, ..all[0].clone() }).await?, "another version");
    assert_eq!(state.kept_verified(target).await?, all);
    assert_eq!(state.verified(target).await?, [query("b")]);

    state.put_verified(target, &[query("a")]).await?;
    assert_eq!(state.kept_verified(target).await?, all[..1], "the same entry");
    let mended = VerifiedQuery { statement: "SELECT 1".to_owned(), ..query("a") };
    state.put_verified(target, std::slice::from_ref(&mended)).await?;
    assert_eq!(state.verified(target).await?, [mended], "another one");

    let mut again = state.kept_verified(target).await?.remove(0);
    again.fault = None;
    assert!(state.mark_verified(&again).await?);
    assert!(state.verified(target).await?.len() == 1);
    Ok(())
}

/// One rating a person and answer, the last one; counted for the verified query it came of.
async fn ratings(state: &dyn State) -> Result<(), StoreError> {
    let (user, conversation) = talk(state, "knowledge-rater").await?;
    let (other, elsewhere) = talk(state, "knowledge-other-rater").await?;
    let answer = AnswerId::Proposal(ProposalId("knowledge-answer".to_owned()));
    assert_eq!(state.rating(user.id, &answer).await?, None);
    let rated = Rated {
        answer: answer.clone(),
        user: user.id,
        conversation: conversation.id,
        rating: Rating::Bad,
        at: at("13:00:00"),
        verified: Some(("knowledge-rated".to_owned(), "a".to_owned())),
    };
    state.rate(&rated).await?;
    state.rate(&Rated { rating: Rating::Good, ..rated.clone() }).await?;
    assert_eq!(state.rating(user.id, &answer).await?, Some(Rating::Good), "the last one");
    assert_eq!(state.rating(other.id, &answer).await?, None);
    let second = AnswerId::Proposal(ProposalId("knowledge-second-answer".to_owned()));
    state.rate(&Rated { answer: second, user: other.id, conversation: elsewhere.id, ..rated.clone() }).await?;
    let words = AnswerId::Turn(conversation.id, TurnId(1));
    state.rate(&Rated { answer: words.clone(), verified: None, ..rated.clone() }).await?;
    assert_eq!(state.rating(user.id, &words).await?, Some(Rating::Bad));
    let tallies = state.tallies("knowledge-rated").await?;
    assert_eq!(tallies.into_iter().collect::<Vec<_>>(), [("a".to_owned(), Tally { good: 1, bad: 1 })]);
    assert_eq!(state.tallies("knowledge-unrated").await?.len(), 0);
    assert!(missing(&state.rate(&Rated { user: UserId(i64::MAX), ..rated }).await));
    Ok(())
}

/// Checks that a question is on the stewards' list once, however often it is asked, and not any more once it is closed.
async fn reviews(state: &dyn State) -> Result<(), StoreError> {
    let (_, talk) = talk(state, "review-asker").await?;
    let steward = member(state, "review-steward").await?;
    let item = |question: &str, reason: ReviewReason| ReviewItem {
        number: 0,
        target: "review-crm".to_owned(),
        question: question.to_owned(),
        reason,
        proposal: None,
        conversation: talk.id,
        times: 1,
        at: at("10:00:00"),
    };
    assert_eq!(state.open_reviews("review-crm").await?, []);
    state.add_review(&item("Clients de l'été", ReviewReason::Unanswered)).await?;
    state.add_review(&item("Contrats", ReviewReason::Unanswered)).await?;
    let again = ReviewItem {
        proposal: Some(ProposalId("p".to_owned())),
        at: at("11:00:00"),
        ..item("CONTRATS ?", ReviewReason::BadAnswer)
    };
    state.add_review(&again).await?;
    let open = state.open_reviews("review-crm").await?;
    let (first, second) = (&open[0], &open[1]);
    assert_eq!(first, &ReviewItem { number: first.number, times: 2, ..again });
    assert_eq!((second.question.as_str(), second.times), ("Clients de l'été", 1));
    assert!(second.number < first.number, "numbers grow");
    assert_eq!(state.open_reviews("review-erp").await?, []);

    assert!(state.close_review(first.number, steward.id, at("12:00:00")).await?);
    assert!(!state.close_review(first.number, steward.id, at("12:00:00")).await?, "it is closed");
    state.add_review(&item("Contrats", ReviewReason::Unanswered)).await?;
    assert_eq!(state.open_reviews("review-crm").await?.len(), 1, "what was closed stays closed");
    let nowhere = ReviewItem { conversation: ConversationId(i64::MAX), ..item("Nulle part", ReviewReason::Edited) };
    assert!(missing(&state.add_review(&nowhere).await));
    Ok(())
}
