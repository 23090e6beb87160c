//! Tests of which messages are questions, in which places, and what is handed over.

use std::sync::atomic::Ordering;
use std::time::Duration;

use pstral_core::attached::own_words;
use pstral_core::domain::{Button, ButtonAction, EventBody, Outgoing, Place};
use pstral_core::ports::{ChatPlatform as _, PlatformError};
use pstral_core::testkit::chat_platform::key;

use crate::bench::Bench;
use crate::double::rights::{CREATE_PUBLIC_THREADS, SEND_MESSAGES};
use crate::double::{Discord, Fault, Id, Plan, To};

struct House {
    bench: Bench,
    zoe: Id,
    channel: Id,
}

impl House {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut pstral_discord::DiscordConfig)) -> Self {
        let discord = Discord::start().await;
        let zoe = discord.person("Zoé");
        let channel = discord.channel(discord.guild("Alpha", &[zoe]), "ventes");
        let bench = Bench::on(discord, change);
        bench.discord.connected().await;
        Self { bench, zoe, channel }
    }
}

#[tokio::test]
async fn a_mention_is_answered_in_a_thread_and_goes_on_there_without() {
    let House { bench, zoe, channel } = House::new().await;
    let question = bench.discord.says(zoe, channel, "@Pstral Combien de clients à Paris ?");
    let (event, text) = bench.said().await;
    assert_eq!((text.as_str(), event.actor.name.as_str()), ("Combien de clients à Paris ?", "Zoé"));
    bench.bot.send(key(), &event.place, &Outgoing::text("Il y en a 12.")).await.unwrap();
    let thread = bench.discord.thread_on(question).await;
    bench.discord.says(zoe, thread, "Et à Lyon ?");
    let (follow_up, text) = bench.said().await;
    assert_eq!((text.as_str(), &follow_up.place), ("Et à Lyon ?", &event.place));
    insta::assert_snapshot!(bench.discord.sees(channel), @"
    # ventes
    Zoé: @Pstral Combien de clients à Paris ?
      thread: Combien de clients à Paris ?
    ");
    insta::assert_snapshot!(bench.discord.sees(thread), @"
    # Combien de clients à Paris ? (thread)
    Pstral: Il y en a 12.
    Zoé: Et à Lyon ?
    ");
    bench.discord.blameless();
}

#[tokio::test]
async fn who_asks_is_added_to_their_thread() {
    let House { bench, zoe, channel } = House::new().await;
    let question = bench.discord.says(zoe, channel, "@Pstral Combien de clients ?");
    let (event, _) = bench.said().await;
    bench.bot.send(key(), &event.place, &Outgoing::text("Douze.")).await.unwrap();
    let thread = bench.discord.thread_on(question).await;
    assert!(bench.discord.was_added(zoe, thread));
    bench.discord.blameless();
}

#[tokio::test]
async fn what_is_replied_to_is_part_of_the_question() {
    let House { bench, zoe, channel } = House::new().await;
    let ali = bench.discord.person("Ali");
    bench.discord.joins(ali, bench.discord.guild_of(channel));
    let said = bench.discord.says(ali, channel, "SELECT count(*) FROM clients");
    let asked = bench.discord.replies(zoe, said, "@Pstral Que fait cette requête ?");
    let (event, text) = bench.said().await;
    assert_eq!(own_words(&text), "Que fait cette requête ?");
    insta::assert_snapshot!(text.replace('\u{2063}', ""), @"
    Que fait cette requête ?

    En réponse à Ali :
    ```
    SELECT count(*) FROM clients
    ```
    ");
    bench.discord.edits(zoe, asked, "@Pstral Que compte cette requête ?");
    assert!(bench.said().await.1.contains("SELECT count(*)"), "it still is when the question is edited");
    bench.bot.send(key(), &event.place, &Outgoing::text("Elle compte les clients.")).await.unwrap();
    let thread = bench.discord.thread_on(asked).await;
    let answer = bench.discord.hears(thread, "Elle compte").await;
    bench.discord.replies(zoe, answer, "Et à Lyon ?");
    assert_eq!(bench.said().await.1, "Et à Lyon ?", "the conversation knows it");
    bench.discord.blameless();
}

#[tokio::test]
async fn where_no_thread_can_be_the_answer_is_a_reply() {
    let House { bench, zoe, channel } = House::new().await;
    bench.discord.forbids(channel, CREATE_PUBLIC_THREADS);
    bench.discord.says(zoe, channel, "@Pstral Combien de clients ?");
    let (event, _) = bench.said().await;
    bench.bot.send(key(), &event.place, &Outgoing::text("Douze.")).await.unwrap();
    insta::assert_snapshot!(bench.discord.sees(channel), @"
    # ventes
    Zoé: @Pstral Combien de clients ?
    Pstral, to Zoé: Douze.
    ");
    bench.discord.says(zoe, channel, "@Pstral Et à Lyon ?");
    let (event, _) = bench.said().await;
    bench.bot.send(key(), &event.place, &growing("Trois …")).await.unwrap();
    let reply = bench.discord.hears(channel, "Trois").await;
    assert!(bench.discord.sees(channel).contains("Pstral, to Zoé: Trois …\n"));
    assert_eq!(bench.discord.counts().invalid.len(), 1, "it is not forbidden twice");
    bench.discord.clicks(zoe, reply, "Arrêter");
    assert_eq!(bench.event().await.place, event.place, "it is stopped where it is answered");

    let (discord, _) = bench.ends().await;
    let bench = Bench::on(discord, |_| {});
    bench.discord.connected().await;
    bench.discord.says(zoe, channel, "@Pstral Bonjour");
    bench.said().await;
    bench.discord.clicks(zoe, reply, "Arrêter");
    let clicked = bench.event().await;
    assert_eq!(clicked.place, event.place, "after a restart too");
    bench.bot.send(key(), &clicked.place, &Outgoing::text("Arrêté.")).await.unwrap();
    assert!(bench.discord.sees(channel).ends_with("Pstral, to Zoé: Arrêté.\n"));
}

fn growing(text: &str) -> Outgoing {
    let stop = Button { action: ButtonAction::Stop, label: "Arrêter".to_owned() };
    Outgoing { buttons: vec![stop], ..Outgoing::streaming(text) }
}

/// The program ended before the thread was created: the next process knows only its place.
#[tokio::test]
async fn where_the_thread_was_not_begun_before_a_restart_the_answer_is_a_reply() {
    let House { bench, zoe, channel } = House::new().await;
    bench.discord.says(zoe, channel, "@Pstral Combien de clients ?");
    let (event, _) = bench.said().await;
    let (discord, _) = bench.ends().await;
    let bench = Bench::on(discord, |_| {});
    bench.discord.connected().await;
    bench.bot.send(key(), &event.place, &Outgoing::text("Interrompu.")).await.unwrap();
    assert!(bench.discord.sees(channel).ends_with("Pstral, to Zoé: Interrompu.\n"));
    let gone = Place { thread: Some("1".to_owned()), ..event.place };
    assert_eq!(bench.bot.send(key(), &gone, &Outgoing::text("?")).await, Err(PlatformError::Gone));
}

/// The bot answers there when mentioned, but nothing that people say to each other is a question.
#[tokio::test]
async fn a_thread_that_somebody_began_stays_theirs() {
    let House { bench, zoe, channel } = House::new().await;
    bench.discord.registered().await;
    let message = bench.discord.says(zoe, channel, "Combien de clients ?");
    let thread = bench.discord.begins_thread(zoe, message, "Entre nous");
    bench.discord.picks(zoe, message, "Ask Pstral about this");
    let (event, _) = bench.said().await;
    bench.bot.send(key(), &event.place, &Outgoing::text("Douze.")).await.unwrap();
    bench.discord.hears(thread, "Douze.").await;
    bench.discord.says(zoe, thread, "Bon à savoir !");
    bench.discord.says(zoe, thread, "@Pstral Et à Lyon ?");
    assert_eq!(bench.said().await.1, "Et à Lyon ?", "what came before was for others");
}

#[tokio::test]
async fn in_private_nobody_has_to_be_called() {
    let House { bench, zoe, .. } = House::new().await;
    let dm = bench.discord.dm(zoe);
    bench.discord.says(zoe, dm, "Combien de clients ?");
    let (event, text) = bench.said().await;
    assert_eq!((text.as_str(), event.place.private), ("Combien de clients ?", true));
    bench.bot.send(key(), &event.place, &Outgoing::text("Douze.")).await.unwrap();
    insta::assert_snapshot!(bench.discord.sees(dm), @"
    # in private with Zoé
    Zoé: Combien de clients ?
    Pstral: Douze.
    ");
    bench.discord.blameless();
}

#[tokio::test]
async fn what_is_not_for_the_bot_is_not_heard() {
    let House { bench, zoe, channel } = House::new().await;
    let other = bench.discord.other_bot("Robot");
    bench.discord.joins(other, bench.discord.guild_of(channel));
    bench.discord.other_bot("Crochet");
    bench.discord.says(zoe, channel, "Entre nous");
    bench.discord.says(other, channel, "@Pstral Combien ?");
    bench.discord.posts("Crochet", channel, "@Pstral Combien ?");
    bench.discord.says(zoe, channel, "@Pstral Bonjour");
    let (_, text) = bench.said().await;
    assert_eq!(text, "Bonjour", "nothing before was for it");
    bench.discord.blameless();
}

#[tokio::test]
async fn webhooks_are_heard_where_they_are_wanted() {
    let House { bench, channel, .. } = House::with(|config| config.webhooks = true).await;
    bench.discord.other_bot("Crochet");
    bench.discord.posts("Crochet", channel, "@Pstral Combien ?");
    assert_eq!(bench.said().await.1, "Combien ?");
}

#[tokio::test]
async fn some_channels_need_no_mention() {
    let discord = Plan::default().start().await;
    let (zoe, ali) = (discord.person("Zoé"), discord.person("Ali"));
    let guild = discord.guild("Alpha", &[zoe, ali]);
    let (open, other) = (discord.channel(guild, "demandes"), discord.channel(guild, "ventes"));
    let bench = Bench::on(discord, |config| config.without_mention.extend([open]));
    bench.discord.connected().await;
    bench.discord.says(zoe, other, "Entre nous");
    bench.discord.says(zoe, open, "@Ali Tu as vu ?");
    let asked = bench.discord.says(zoe, open, "Combien de clients ?");
    let (event, text) = bench.said().await;
    assert_eq!((text.as_str(), event.place.path()), ("Combien de clients ?", format!("{open}/{asked}")));
    bench.discord.blameless();
}

#[tokio::test]
async fn only_allowed_channels_are_answered() {
    let discord = Plan::default().start().await;
    let zoe = discord.person("Zoé");
    let guild = discord.guild("Alpha", &[zoe]);
    let (allowed, other) = (discord.channel(guild, "ventes"), discord.channel(guild, "achats"));
    let bench = Bench::on(discord, |config| config.channels.extend([allowed]));
    bench.discord.connected().await;
    bench.discord.says(zoe, other, "@Pstral Combien ?");
    bench.discord.says(zoe, allowed, "@Pstral Bonjour");
    assert_eq!(bench.said().await.1, "Bonjour");
}

#[tokio::test]
async fn an_event_told_twice_is_one_question() {
    let House { bench, zoe, channel } = House::new().await;
    bench.discord.forbids(channel, CREATE_PUBLIC_THREADS);
    bench.discord.says(zoe, channel, "@Pstral Combien ?");
    bench.said().await;
    bench.discord.repeats_itself();
    bench.discord.says(zoe, channel, "@Pstral Et maintenant ?");
    assert_eq!(bench.said().await.1, "Et maintenant ?");
    assert!(bench.heard_all().await);
}

#[tokio::test]
async fn a_question_can_be_changed_and_taken_back() {
    let House { bench, zoe, channel } = House::new().await;
    let question = bench.discord.says(zoe, channel, "@Pstral Combien de clients ?");
    let (first, _) = bench.said().await;
    bench.discord.edits(zoe, question, "@Pstral Combien de contrats ?");
    let (second, text) = bench.said().await;
    assert_eq!((text.as_str(), second.place == first.place), ("Combien de contrats ?", true));
    assert_ne!(second.id, first.id);
    bench.discord.says(zoe, channel, "@Pstral Autre chose ?");
    bench.said().await;
    bench.discord.blameless();
}

#[tokio::test]
async fn a_question_of_which_something_was_run_is_not_asked_again() {
    let House { bench, zoe, channel } = House::new().await;
    let question = bench.discord.says(zoe, channel, "@Pstral Combien de clients ?");
    bench.said().await;
    bench.advised.ran.store(true, Ordering::Relaxed);
    bench.discord.edits(zoe, question, "@Pstral Combien de contrats ?");
    bench.discord.says(zoe, channel, "@Pstral Autre chose ?");
    assert_eq!(bench.said().await.1, "Autre chose ?");
}

#[tokio::test]
async fn a_question_that_is_deleted_while_its_files_are_read_is_not_asked() {
    let House { bench, zoe, channel } = House::new().await;
    bench.discord.says(zoe, channel, "@Pstral Bonjour");
    bench.said().await;
    bench.discord.fails(To::Anything, Fault::Slow(Duration::from_millis(500)));
    let question = bench.discord.attaches(zoe, channel, "@Pstral Que fait-elle ?", &[("q.sql", b"SELECT 1")]);
    bench.discord.deletes(zoe, question);
    tokio::time::sleep(Duration::from_secs(1)).await;
    bench.discord.says(zoe, channel, "@Pstral Autre chose ?");
    let heard = bench.event().await;
    let EventBody::Deleted { event } = heard.body else { panic!("{heard:?}") };
    assert_eq!(event, question.to_string());
    assert_eq!(bench.said().await.1, "Autre chose ?");
}

#[tokio::test]
async fn texts_that_are_attached_belong_to_the_question() {
    let House { bench, zoe, channel } = House::new().await;
    bench.discord.attaches(zoe, channel, "@Pstral Que fait-elle ?", &[("q.sql", b"SELECT 1"), ("photo.png", b"x")]);
    let (_, text) = bench.said().await;
    insta::assert_snapshot!(text, @"
    Que fait-elle ?

    q.sql
    ```sql
    SELECT 1
    ```

    (Le fichier joint photo.png n’a pas été lu : il est trop gros, il est de trop, ou ce n’est pas un fichier .sql, .txt ou .csv de texte.)
    ");
}

/// All files share the limit of the question, so that it is never too long for its files.
#[tokio::test]
async fn files_that_there_is_no_room_for_are_named() {
    let House { bench, zoe, channel } = House::new().await;
    let long = [b'x'; 2_000];
    let files: [(&str, &[u8]); 5] =
        [("a.txt", &long), ("b.txt", &long), ("c.csv", b"1"), ("d.sql", b"2"), ("e.sql", b"3")];
    bench.discord.attaches(zoe, channel, "@Pstral Que disent-ils ?", &files);
    let (_, text) = bench.said().await;
    assert!(text.chars().count() < 6_000);
    for (name, is_read) in [("a.txt", true), ("b.txt", false), ("c.csv", true), ("d.sql", true), ("e.sql", false)] {
        assert_eq!(text.contains(&format!("Le fichier joint {name} n’a pas été lu")), !is_read, "{text}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_allowed_is_told_and_left() {
    let discord = Discord::start().await;
    let zoe = discord.person("Zoé");
    let own = discord.guild("Alpha", &[zoe]);
    let other = discord.guild_without_bot("Bêta", &[zoe]);
    let channel = discord.channel(other, "général");
    let bench = Bench::on(discord, |config| {
        config.guilds.extend([own]);
        config.leave_others = true;
    });
    bench.discord.connected().await;
    bench.discord.lets_in(other);
    bench.discord.without_bot(other).await;
    assert!(bench.discord.sees(channel).starts_with("# général\nPstral: "), "{}", bench.discord.sees(channel));
    assert!(bench.discord.has_bot(own));
    bench.discord.blameless();
}

/// The server has no system channel where the bot may write: another channel is told, once.
#[tokio::test]
async fn a_server_that_is_not_allowed_is_told_once() {
    let discord = Discord::start().await;
    let zoe = discord.person("Zoé");
    let own = discord.guild("Alpha", &[zoe]);
    let other = discord.guild_without_bot("Bêta", &[zoe]);
    let channels = [discord.channel(other, "règles"), discord.channel(other, "général")];
    discord.forbids(channels[0], SEND_MESSAGES);
    let bench = Bench::on(discord, |config| config.guilds.extend([own]));
    bench.discord.connected().await;
    bench.discord.lets_in(other);
    bench.discord.hears(channels[1], "Pstral").await;
    bench.discord.forgets_sessions();
    bench.discord.cuts();
    bench.discord.reconnected(2, 0).await;
    let zoes = bench.discord.dm(zoe);
    bench.discord.says(zoe, zoes, "Bonjour");
    bench.said().await;
    assert_eq!(bench.discord.sees(channels[1]).matches("Pstral:").count(), 1, "{}", bench.discord.sees(channels[1]));
    bench.discord.blameless();
}

#[tokio::test]
async fn being_put_out_ends_what_was_asked_there() {
    let House { bench, zoe, channel } = House::new().await;
    let guild = bench.discord.guild_of(channel);
    bench.discord.says(zoe, channel, "@Pstral Combien ?");
    let (asked, _) = bench.said().await;
    // The inbox has answered at once: there is nothing to stop any more.
    bench.discord.puts_out(guild);
    assert_eq!(asked.body, EventBody::Said("Combien ?".to_owned()));
}
