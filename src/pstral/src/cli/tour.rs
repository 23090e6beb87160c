//! `pstral demo --tour`: what Pstral does, without anybody typing.

use pstral_core::domain::{Actor, Event, EventBody, Locale, Place};
use pstral_core::text::text;

use super::demo::{link, person};
use super::out::say;
use super::{Ending, audit};
use crate::audit_key::KnownAuditKeys;
use crate::compose::App;

pub(super) async fn run(app: &App, known: &KnownAuditKeys) -> anyhow::Result<Ending> {
    let french = link(&app.pipeline, "tour-fr", &person(&app.pipeline, Locale::Fr).await?).await?;
    let english = link(&app.pipeline, "tour-en", &person(&app.pipeline, Locale::En).await?).await?;
    let locale = app.pipeline.parts().settings.locale;
    let (reader, unknown) = match locale {
        Locale::Fr => (&french, "Quel temps fera-t-il demain ?"),
        Locale::En => (&english, "What will the weather be tomorrow?"),
    };
    let steps: [(_, &Actor, &[&str]); 5] = [
        (text("tour-french"), &french, &["Liste les clients de Paris", "/execute"]),
        (text("tour-english"), &english, &["Who are the top 5 clients by revenue?", "/execute"]),
        (text("tour-refused"), reader, &["/edit SELECT email, access_token FROM oauth_email_accounts"]),
        (text("tour-unknown"), reader, &[unknown]),
        (text("tour-audit"), reader, &["/audit 12"]),
    ];
    let mut number = 0;
    for (title, actor, lines) in steps {
        say(&format!("\n━━ {}", title.render(locale)));
        for line in lines {
            number += 1;
            // The terminal puts a blank line before each of its messages but the first.
            say(&format!("\n> {line}{}", if number == 1 { "\n" } else { "" }));
            if let Some(body) = EventBody::typed(line, "/") {
                app.pipeline.handle(event(actor, number, body)).await;
            }
        }
    }
    say(&format!("\n━━ {}\n", text("tour-verify").render(locale)));
    audit::verify_whole(&app.store, known, locale).await
}

fn event(actor: &Actor, number: u32, body: EventBody) -> Event {
    Event {
        id: format!("tour-{number}"),
        at: jiff::Timestamp::now(),
        actor: actor.clone(),
        place: Place { platform: actor.platform.clone(), id: "terminal".to_owned(), thread: None, private: true },
        body,
    }
}
