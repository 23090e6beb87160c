//! The time from a verified question to its table and files, with the real state database, the real sample company and
//! real files. Each turn is one question and one execution.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use pstral::clock::{SystemClock, SystemEntropy};
use pstral::demo;
use pstral::files::FolderFiles;
use pstral_core::domain::{Actor, EventBody, Locale, NewUser, Role, Roles};
use pstral_core::egress::AnswerLimits;
use pstral_core::guard::Rules;
use pstral_core::pipeline::{Parts, Pipeline};
use pstral_core::ports::{Knowledge as _, People as _};
use pstral_core::settings::{AnswerForm, KeptAnswers, Notes, Places, QuotaLimits, Settings, Terms, VerifiedUse};
use pstral_core::targets::Target;
use pstral_core::testkit::chat_platform::FakeChat;
use pstral_core::testkit::checkup::FakeCheckup;
use pstral_core::testkit::language_model::{ScriptedModel, pool_of};
use pstral_sqlite::{SqliteConfig, SqliteTarget};
use pstral_store::Store;
use tokio::runtime::Runtime;

const QUESTIONS: [(&str, &str); 2] =
    [("one number", "Combien de clients avons-nous à Paris ?"), ("a table", "Liste les clients de Paris")];

fn answer(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder for the benchmark");
    let runtime = Runtime::new().expect("a runtime");
    let chat = Arc::new(FakeChat::new());
    let person = FakeChat::actor("camille");
    let pipeline = runtime.block_on(pipeline(folder.path(), &chat, &person)).expect("a pipeline");
    let mut group = criterion.benchmark_group("a verified question");
    for (name, question) in QUESTIONS {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                runtime.block_on(async {
                    pipeline.handle(chat.event(&person, EventBody::Said(question.to_owned()))).await;
                    pipeline.handle(chat.event(&person, EventBody::command("execute"))).await;
                });
            });
        });
        let last = chat.messages().pop().expect("an answer").1;
        assert_eq!(last.files.len(), 2, "{}", last.text);
    }
    group.finish();
}

async fn pipeline(folder: &Path, chat: &Arc<FakeChat>, person: &Actor) -> anyhow::Result<Pipeline> {
    let database = folder.join("crm.db");
    demo::generate(&database, Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date())?;
    let store = Arc::new(Store::open(&folder.join("state.db"), "bench").await?);
    store.put_verified("crm", &pstral::verified::verified_queries(demo::VERIFIED)?).await?;
    let user = NewUser {
        username: "camille".to_owned(),
        full_name: "Camille Martin".to_owned(),
        email: String::new(),
        role: Role::member(),
        locale: Locale::Fr,
    };
    let user = store.add_user(&user, Timestamp::now()).await?;
    store.link(person, user.id, Timestamp::now()).await?;
    let port = Arc::new(SqliteTarget::new(SqliteConfig::new(database)));
    let rules = Rules { allow: None, deny: vec!["oauth_email_accounts".to_owned()] };
    let terms = Terms { rules, ..Terms::default() };
    Ok(Pipeline::new(Parts {
        platforms: vec![Arc::clone(chat) as _],
        model: Arc::new(pool_of(Arc::new(ScriptedModel::new("none")), 1, Arc::new(SystemClock::default()))),
        targets: [("crm".to_owned(), Arc::new(Target::new("crm", "", port, terms)))].into(),
        people: Arc::clone(&store) as _,
        conversations: Arc::clone(&store) as _,
        proposals: Arc::clone(&store) as _,
        knowledge: Arc::clone(&store) as _,
        catalogs: Arc::clone(&store) as _,
        audit: store,
        files: Arc::new(FolderFiles::new(folder.join("files"))),
        checkup: Arc::new(FakeCheckup::default()),
        clock: Arc::new(SystemClock::default()),
        entropy: Arc::new(SystemEntropy),
        prompts: Arc::default(),
        settings: Arc::new(settings()),
    }))
}

fn settings() -> Settings {
    Settings {
        locale: Locale::Fr,
        is_demo: false,
        zone: jiff::tz::TimeZone::UTC,
        default_target: Some("crm".to_owned()),
        roles: Roles::default(),
        places: Places::default(),
        quotas: QuotaLimits::default(),
        max_question_chars: 4000,
        answer: AnswerLimits { bytes: 32_768, time: Duration::from_mins(10) },
        notes: Notes::default(),
        history_turns: 10,
        answer_tokens: 1024,
        examples: 4,
        corrections: 2,
        candidates: 1,
        form: AnswerForm::Fenced,
        verified: VerifiedUse::Offer,
        proposal_lifetime: Duration::from_mins(30),
        preview_rows: 20,
        kept_answers: KeptAnswers::Text,
    }
}

criterion_group!(benches, answer);
criterion_main!(benches);
