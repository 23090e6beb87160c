//! Who is heard, where, and what of it is handed over.

use pstral_core::domain::{EventBody, Outgoing};
use pstral_core::ports::ChatPlatform as _;
use pstral_core::testkit::chat_platform::key;

use crate::bench::Bench;
use crate::double::rights::CREATE_PUBLIC_THREADS;
use crate::double::{Discord, Id, Plan};

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
    bench.bot.send(key(), &event.place, &Outgoing::text("Trois.")).await.unwrap();
    assert!(bench.discord.sees(channel).ends_with("Pstral, to Zoé: Trois.\n"));
    assert_eq!(bench.discord.counts().invalid.len(), 1, "it is not forbidden twice");
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
    ");
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
