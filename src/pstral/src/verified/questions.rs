//! Questions as people type them, and the verified query of the sample company each must find, or none.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use pstral_core::domain::{Row, Value, VerifiedQuery};
use pstral_core::knowledge::{KnownValues, VerifiedSet, columns};
use rusqlite::Connection;
use serde::Deserialize;

use super::tests::{rows_with, sample_company, values_of};
use super::verified_queries;
use crate::demo;
use crate::eval::rows::{Likeness, compare};

const TODAY: Date = date(2026, 11, 21);
/// How many of a hundred paraphrases must find their query.
const RECALL: usize = 90;
/// How many of the natural questions that come with the project must be answered.
const NATURAL: usize = 204;

fn known(queries: &[VerifiedQuery], connection: &Connection) -> KnownValues {
    let mut known = KnownValues::default();
    for column in columns(queries) {
        known.insert(column.clone(), values_of(connection, column));
    }
    known
}

fn answer(question: &str, matcher: &VerifiedSet, known: &KnownValues) -> String {
    let Some(found) = matcher.matched(question, known, TODAY) else { return String::new() };
    let values = found.values.iter().map(|(name, value)| match value {
        Value::Text(text) => format!(" {name}={text}"),
        Value::Integer(number) => format!(" {name}={number}"),
        other => panic!("{other:?}"),
    });
    format!("{}{}", found.query.id, values.collect::<String>())
}

fn check(cases: &[(&str, &str)]) {
    let queries = verified_queries(demo::VERIFIED).unwrap();
    let known = known(&queries, &sample_company(TODAY).1);
    let matcher = VerifiedSet::new(queries.clone());
    let wrong: Vec<String> = cases
        .iter()
        .map(|(question, expected)| (question, expected, answer(question, &matcher, &known)))
        .filter(|(_, expected, found)| *expected != found)
        .map(|(question, expected, found)| format!("{question}\n  expected {expected:?}\n  found    {found:?}"))
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn every_question_finds_itself() {
    let queries = verified_queries(demo::VERIFIED).unwrap();
    let known = known(&queries, &sample_company(TODAY).1);
    let matcher = VerifiedSet::new(queries.clone());
    for query in matcher.questions() {
        for text in query.questions() {
            let question = text
                .replace("{city}", "Saint-Étienne")
                .replace("{client}", "Vertuo Distribution SARL")
                .replace("{salesperson}", "Karim Gaillard")
                .replace("{year}", "2025")
                .replace("{n}", "7")
                .replace("{days}", "45")
                .replace("{months}", "4")
                .replace("{amount}", "20 000");
            let found = matcher.matched(&question, &known, TODAY);
            let found = found.unwrap_or_else(|| panic!("nothing for {question}"));
            assert_eq!((found.query.id.as_str(), found.exact), (query.id.as_str(), true), "{question}");
            let nearest = matcher.nearest(&question, &known, 3);
            assert_eq!(nearest.iter().filter(|(near, _)| near.id == query.id).count(), 1, "{question}");
        }
    }
}

#[test]
fn paraphrases_in_french() {
    check(&[
        ("Liste les clients de Paris", "clients-of-city city=Paris"),
        ("liste des clients de paris", "clients-of-city city=Paris"),
        ("Peux-tu me donner la liste des clients de Lyon, s'il te plaît ?", "clients-of-city city=Lyon"),
        ("Bonjour, montre-moi tous nos clients basés à Saint-Etienne", "clients-of-city city=Saint-Étienne"),
        ("Quels sont les clients du Havre ?", "clients-of-city city=Le Havre"),
        ("clients dans la ville de NIMES", "clients-of-city city=Nîmes"),
        ("Liste les cliens de Marseille", "clients-of-city city=Marseille"),
        ("Lsite les clients de Marseille", "clients-of-city city=Marseille"),
        ("Combien de clients avons-nous ?", "client-count"),
        ("nombre total de clients", "client-count"),
        ("Combien y a-t-il de clients à Nantes ?", "client-count-of-city city=Nantes"),
        ("combien de clients par statut", "client-count-by-status"),
        ("Répartition des clients par ville", "client-count-by-city"),
        ("nombre de clients pour chaque commercial", "client-count-by-salesperson"),
        ("Montre les clients actifs", "active-clients"),
        ("les clients actifs à Toulouse", "active-clients-of-city city=Toulouse"),
        ("Je voudrais voir les prospects", "prospects"),
        ("nouveaux clients du mois", "new-clients-this-month"),
        ("Clients de Karim Gaillard", "clients-of-salesperson salesperson=Karim Gaillard"),
        ("les clients suivis par karim gaillard", "clients-of-salesperson salesperson=Karim Gaillard"),
        ("clients sans commercial", "clients-without-salesperson"),
        ("Clients sans contrat", "clients-without-contract"),
        ("quels sont les clients n'ayant aucun contrat ?", "clients-without-contract"),
        ("clients avec plus de 3 contrats", "clients-with-more-contracts-than n=3"),
        ("clients ayant plus de cinq contrats", "clients-with-more-contracts-than n=5"),
        ("KYC incomplet : quels clients ?", "clients-with-incomplete-kyc"),
        ("clients dont le KYC n'est pas complet", "clients-with-incomplete-kyc"),
        ("clients sans Kbis", "clients-without-kbis"),
        (
            "Quelles sont les dernières notes de Vertuo Distribution ?",
            "recent-notes-of-client client=Vertuo Distribution SARL n=200",
        ),
        ("notes récentes de Vertuo Distribution", "recent-notes-of-client client=Vertuo Distribution SARL n=200"),
        ("CA de cette année", "revenue-of-year year=2026"),
        ("quel a été le chiffre d’affaires de l’année dernière ?", "revenue-of-year year=2025"),
        ("Chiffre d'affaires 2024", "revenue-of-year year=2024"),
        ("chiffre d'affaires total", "revenue-total"),
        ("Quel est le CA du mois ?", "revenue-this-month"),
        ("le chiffre d'affaires du mois passé", "revenue-last-month"),
        ("Chiffre d'affaires mensuel", "revenue-by-month"),
        ("chiffre d'affaires mois par mois en 2025", "revenue-by-month-of-year year=2025"),
        ("évolution du CA par mois", "monthly-revenue-evolution"),
        ("CA par vendeur cette année", "revenue-by-salesperson-of-year year=2026"),
        ("chiffre d'affaires par ville", "revenue-by-city"),
        ("Top 10 clients par chiffre d'affaires", "top-clients-by-revenue n=10"),
        ("les dix plus gros clients en chiffre d'affaires", "top-clients-by-revenue n=10"),
        ("Top 5 des clients par CA en 2025", "top-clients-by-revenue-of-year n=5 year=2025"),
        ("Meilleur commercial de l'année par montant signé", "best-salesperson-of-year n=1 year=2026"),
        ("qui était le meilleur vendeur en montant signé l'an dernier ?", "best-salesperson-of-year n=1 year=2025"),
        ("contrats signés en 2024", "contracts-signed-in-year year=2024"),
        ("les contrats signés l'année dernière", "contracts-signed-in-year year=2025"),
        ("contrats signés ce mois-ci", "contracts-signed-this-month"),
        ("contrats qui arrivent bientôt à échéance", "contracts-expiring-within days=30"),
        ("les contrats qui expirent prochainement", "contracts-expiring-within days=30"),
        ("contrats expirant dans les 30 jours à venir", "contracts-expiring-within days=30"),
        ("contrats signés par Karim Gaillard", "contracts-signed-by-salesperson salesperson=Karim Gaillard"),
        ("les 5 plus gros contrats", "largest-contracts n=5"),
        ("contrats de plus de 50 000 €", "contracts-over-amount amount=50000"),
        ("contrats supérieurs à 2000 euros", "contracts-over-amount amount=2000"),
        ("contrats de Karim Gaillard", "contracts-of-salesperson salesperson=Karim Gaillard"),
        ("CA de Karim Gaillard l'an passé", "revenue-of-salesperson-of-year salesperson=Karim Gaillard year=2025"),
        ("chiffre d'affaires à Lyon", "revenue-of-city city=Lyon"),
        ("combien de contrats signés en 2025", "signed-contract-count year=2025"),
        ("contrats en cours", "active-contracts"),
        ("paiements en retard de Vertuo Distribution", "late-payments-of-client client=Vertuo Distribution SARL"),
        ("contrats qui expirent d'ici 30 jours", "contracts-expiring-within days=30"),
        ("panier moyen", "average-basket"),
        ("montant moyen des contrats par commercial", "average-contract-amount-by-salesperson"),
        ("les paiements en retard svp", "late-payments"),
        ("total des paiements en retard", "total-of-late-payments"),
        ("clients avec des paiements en retard", "clients-with-late-payments"),
        ("Quels documents manquent à nos clients actifs", "missing-documents"),
        ("paiements échoués", "failed-payments"),
        ("paiements attendus dans les prochains jours", "payments-due-within days=30"),
    ]);
}

#[test]
fn paraphrases_in_english() {
    check(&[
        ("Please show me the clients in Paris", "clients-of-city city=Paris"),
        ("Could you list all our customers located in lyon?", "clients-of-city city=Lyon"),
        ("clients from the city of Strasbourg", "clients-of-city city=Strasbourg"),
        ("list the clinets in Rennes", "clients-of-city city=Rennes"),
        ("how many customers are there in Dijon", "client-count-of-city city=Dijon"),
        ("number of customers per city", "client-count-by-city"),
        ("clients without a contract", "clients-without-contract"),
        ("customers who don't have any contracts", "clients-without-contract"),
        ("clients with more than five contracts", "clients-with-more-contracts-than n=5"),
        ("which customers have incomplete KYC", "clients-with-incomplete-kyc"),
        ("customers whose KYC is not complete", "clients-with-incomplete-kyc"),
        ("what was last year's revenue?", "revenue-of-year year=2025"),
        ("monthly revenue for 2025", "revenue-by-month-of-year year=2025"),
        ("revenue per salesperson this year", "revenue-by-salesperson-of-year year=2026"),
        ("top 3 customers by revenue", "top-clients-by-revenue n=3"),
        ("ten best clients by turnover", "top-clients-by-revenue n=10"),
        ("best sales rep of the year by signed amount", "best-salesperson-of-year n=1 year=2026"),
        ("contracts expiring in the next 90 days", "contracts-expiring-within days=90"),
        ("contracts signed last year", "contracts-signed-in-year year=2025"),
        ("overdue payments", "late-payments"),
        ("customers with overdue payments", "clients-with-late-payments"),
        ("average order value", "average-basket"),
        ("who are our salespeople?", "salespeople"),
    ]);
}

/// The lines of a data file, without its comments.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[test]
fn similar_questions_that_ask_for_something_else() {
    check(&[
        ("Liste les clients de Berlin", ""),
        ("Liste les clients de Pariss", ""),
        ("Liste les clients de Paris et de Lyon", ""),
        ("Liste les clients de Paris avec plus de 3 contrats", ""),
        ("Liste les clients de Paris sans contrat", "clients-of-city-without-contract city=Paris"),
        ("Liste les clients qui ne sont pas à Paris", ""),
        ("Liste les clients hors de Paris", ""),
        ("clients outside of Paris", ""),
        ("Liste les contrats de Paris", "contracts-of-city city=Paris"),
        ("Liste les clients inactifs de Paris", "inactive-clients-of-city city=Paris"),
        ("Liste les clients", ""),
        ("clients avec contrat", ""),
        ("contrats sans client", ""),
        ("clients avec moins de 3 contrats", ""),
        ("clients avec au moins 3 contrats", "clients-with-at-least-contracts n=3"),
        ("clients avec plus de 3 paiements", ""),
        ("contracts with more than 3 clients", ""),
        ("clients dont le KYC est complet", "clients-with-complete-kyc"),
        ("clients sans kbis à Lyon", ""),
        ("Combien de clients à Berlin ?", ""),
        ("Combien de villes avons-nous ?", ""),
        ("nombre de villes par client", ""),
        ("Chiffre d'affaires de Berlin", ""),
        ("Chiffre d'affaires depuis 2024", ""),
        ("contrats signés avant 2024", ""),
        ("contracts signed since 2024", ""),
        ("nombre de clients par Lile", ""),
        ("Chiffre d'affaires en mai", ""),
        ("revenue in May", ""),
        ("Chiffre d'affaires en 2023 et 2024", ""),
        ("chiffre d'affaires des trois derniers mois", ""),
        ("chiffre d'affaires prévu le mois prochain", ""),
        ("Top 10 clients par nombre de contrats", "clients-with-most-contracts n=10"),
        ("Top 10 des villes par chiffre d'affaires", "top-cities-by-revenue n=10"),
        ("les pires clients par chiffre d'affaires", ""),
        ("Pire commercial de l'année", ""),
        ("contrats annulés en 2024", ""),
        ("contrats signés en mars 2024", ""),
        ("contrats qui expirent dans 3 mois", "contracts-expiring-within-months months=3"),
        ("contrats qui ont expiré", ""),
        ("contrats de moins de 50 000 €", "contracts-under-amount amount=50000"),
        ("paiements en retard de Paris", "late-payments-of-city city=Paris"),
        ("paiements en retard de plus de 30 jours", "late-payments-over-days days=30"),
        ("paiements qui ne sont pas en retard", ""),
        ("les clients les plus anciens", ""),
        ("clients in the US", ""),
        ("clients de l'Est", ""),
        ("supprime les clients de Paris", ""),
        ("delete the clients in Paris", ""),
        ("Quel temps fait-il à Paris ?", ""),
        ("Comment ajouter un client ?", ""),
        ("notes récentes de Inconnu SARL", ""),
        ("access tokens", ""),
        ("CA de Paris et Lyon", ""),
        ("CA sans Paris", ""),
        ("CA des clients actifs", ""),
        ("nombre de clients par contrat", ""),
        ("nombre de contrats par client", "contract-count-by-client"),
        ("list clients not assigned to Karim Gaillard", ""),
        ("clients de Karim", ""),
        ("clients sans paiement en retard", ""),
        ("contrats qui n'expirent pas bientôt", ""),
        ("contrats qui expirent dans plus de 30 jours", ""),
        ("contrats de plus de 3 ans", ""),
        ("Combien de clients actifs à Paris ?", "active-client-count-of-city city=Paris"),
        ("Top 10 clients par montant", ""),
        ("retire les clients de Paris", ""),
        ("CA par mois et par ville", ""),
        ("merci beaucoup", ""),
        ("", ""),
    ]);
}

#[test]
fn no_near_miss_is_answered_by_another_question() {
    let queries = verified_queries(demo::VERIFIED).unwrap();
    let known = known(&queries, &sample_company(TODAY).1);
    let matcher = VerifiedSet::new(queries.clone());
    let (mut count, mut wrong) = (0, Vec::new());
    for line in lines(include_str!("data/near_misses.txt")) {
        let (question, rest) = line.rsplit_once(" ! ").unwrap();
        let (near, expected) = rest.split_once(" = ").unwrap_or((rest, ""));
        assert!(queries.iter().any(|query| query.id == near), "{line}");
        let found = matcher.matched(question, &known, TODAY).map_or("", |found| &found.query.id);
        count += 1;
        if found != expected {
            wrong.push(format!("{question}\n  expected {expected:?}\n  found    {found:?}"));
        }
    }
    println!("near misses: {count}, wrong: {}", wrong.len());
    assert!(count >= 400 && wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn paraphrases_find_their_query() {
    let queries = verified_queries(demo::VERIFIED).unwrap();
    let known = known(&queries, &sample_company(TODAY).1);
    let matcher = VerifiedSet::new(queries.clone());
    let (mut right, mut count, mut wrong, mut none) = (0, 0, Vec::new(), Vec::new());
    for line in lines(include_str!("data/paraphrases.txt")) {
        let (question, expected) = line.rsplit_once(" = ").unwrap();
        count += 1;
        match matcher.matched(question, &known, TODAY) {
            Some(found) if found.query.id == expected => right += 1,
            Some(found) => wrong.push(format!("{question}: {}", found.query.id)),
            None => none.push(question),
        }
    }
    println!("paraphrases: {right} of {count} found ({} %), none for:\n{}", 100 * right / count, none.join("\n"));
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(count >= 200 && 100 * right / count >= RECALL, "{right} of {count}");
}

/// A question somebody asked who knew the schema only, and the statement that answers it.
#[derive(Deserialize)]
struct Natural {
    question: String,
    gold: String,
}

/// Reads `PSTRAL_NATURAL_QUESTIONS`, a file of such lines, where it is set: run with `--nocapture` to see each question.
#[test]
fn natural_questions_are_answered_rightly_or_not_at_all() {
    let text = match std::env::var("PSTRAL_NATURAL_QUESTIONS") {
        Ok(file) => std::fs::read_to_string(file).unwrap(),
        Err(_) => include_str!("data/natural_questions.jsonl").to_owned(),
    };
    let queries = verified_queries(demo::VERIFIED).unwrap();
    let (_folder, connection) = sample_company(TODAY);
    let known = known(&queries, &connection);
    let matcher = VerifiedSet::new(queries.clone());
    let (mut right, mut wrong, mut none) = (0, 0, 0);
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let Natural { question, gold } = serde_json::from_str(line).unwrap();
        let Some(found) = matcher.matched(&question, &known, TODAY) else {
            none += 1;
            println!("none  · {question}");
            continue;
        };
        let answer = rows_with(&found.query.statement, &found.values, &connection, TODAY);
        let is_right = holds(&answer, &rows_with(&gold, &BTreeMap::new(), &connection, TODAY));
        *(if is_right { &mut right } else { &mut wrong }) += 1;
        println!("{} · {question} · {}", if is_right { "right" } else { "WRONG" }, found.query.id);
    }
    println!("natural questions: {right} right, {wrong} wrong, {none} not answered");
    assert_eq!(wrong, 0);
    assert!(std::env::var_os("PSTRAL_NATURAL_QUESTIONS").is_some() || right >= NATURAL, "{right}");
}

/// Checks whether an answer has the rows of another, in any order, with further columns or not.
fn holds(answer: &[Vec<String>], gold: &[Vec<String>]) -> bool {
    let values = |rows: &[Vec<String>]| -> Vec<Row> {
        rows.iter().map(|row| row.iter().map(|cell| value(cell)).collect()).collect()
    };
    compare(&values(answer), &values(gold), false) >= Likeness::Wider
}

/// The value that a test shows as this cell.
fn value(cell: &str) -> Value {
    let inside = |kind: &str| cell.strip_prefix(kind)?.strip_suffix(')')?.parse().ok();
    inside("Integer(").or_else(|| inside("Real(")).map_or_else(|| Value::Text(cell.to_owned()), Value::Real)
}
