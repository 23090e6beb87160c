//! The time to build a prompt: for a small catalog, for 300 tables with abbreviated names, and for 2,000 tables of 20
//! columns.

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use pstral_core::context::Prompts;
use pstral_core::context::{Brief, CatalogWords, DataBrief, Gauge};
use pstral_core::domain::{
    Catalog, CatalogColumn, ConversationId, Dialect, ForeignKey, Locale, Mode, Relation, RelationKind, Speaker, Turn,
    TurnId, TurnState,
};
use pstral_core::settings::AnswerForm;
use pstral_core::testkit::large_company;

const SUBJECTS: [&str; 8] = ["client", "contract", "payment", "invoice", "product", "store", "employee", "visit"];

fn catalog(tables: usize) -> Catalog {
    let table = |at: usize| {
        let column = |n: usize| CatalogColumn {
            comment: "as it was entered by hand".to_owned(),
            ..CatalogColumn::new(&format!("{}_attribute_{n}", SUBJECTS[(at + n) % 8]), "character varying(100)")
        };
        let name = |at: usize| format!("{}s_{at:04}", SUBJECTS[at % 8]);
        let key = ForeignKey {
            columns: vec![column(1).name],
            relation: name((at + 1) % tables),
            references: vec![column(1).name],
        };
        let columns = (0..20).map(column).collect();
        Relation { foreign_keys: vec![key], ..Relation::new("public", &name(at), RelationKind::Table, columns) }
    };
    Catalog::new(Dialect::Postgres, "public", (0..tables).map(table).collect())
}

fn question() -> Turn {
    Turn {
        id: TurnId(1),
        conversation: ConversationId(1),
        speaker: Speaker::Person,
        text: "Quels clients de Lyon ont payé leurs factures en retard cette année ?".to_owned(),
        state: TurnState::Complete,
        proposal: None,
        table: None,
        message: None,
        at: Timestamp::UNIX_EPOCH,
        aside: false,
        cut: false,
        target: None,
    }
}

fn prompt(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a prompt");
    let (prompts, turns) = (Prompts::default(), [question()]);
    for (tables, window) in [(12, 8_192), (300, 8_192), (2_000, 8_192), (2_000, 131_072)] {
        let catalog = if tables == 300 { large_company::catalog() } else { catalog(tables) };
        let words = CatalogWords::of(&catalog);
        let question = turns[0].text.as_str();
        let data = DataBrief {
            target: "crm",
            description: "sales",
            catalog: &catalog,
            words: &words,
            question,
            examples: &[],
            values: &[],
            terms: &[],
            may_ask: true,
        };
        let (today, form) = ("2026-11-21".to_owned(), AnswerForm::Fenced);
        let brief = Brief { locale: Locale::Fr, today, turns: &turns, form, data: Some(data) };
        let room = Gauge::default().room(window, 1_024);
        group.bench_function(format!("{tables} tables, {window} tokens"), |bencher| {
            bencher.iter(|| brief.told(prompts.of(Mode::Sql, Locale::Fr), room));
        });
    }
    group.finish();
}

criterion_group!(benches, prompt);
criterion_main!(benches);
