//! Interactions: who may answer them how, and until when.

use std::time::Duration;

use serde_json::{Value, json};

use crate::double::{Discord, Id, Plan};
use crate::raw::{Got, INTENTS, Line, ask};

/// A bot by hand in a room with a button, and what it is told.
struct Room {
    discord: Discord,
    line: Line,
    zoe: Id,
    channel: Id,
    message: Id,
}

impl Room {
    async fn new() -> Self {
        let discord = Plan::default().start().await;
        let zoe = discord.person("Zoé");
        let guild = discord.guild("Alpha", &[zoe]);
        let channel = discord.channel(guild, "ventes");
        let (line, _) = Line::identified(&discord, INTENTS).await;
        let button = json!({ "type": 2, "style": 1, "label": "Exécuter", "custom_id": "x1" });
        let body = guarded(json!({ "content": "SELECT 1", "components": [{ "type": 1, "components": [button] }] }));
        let message = ask(&discord, "POST", &format!("/channels/{channel}/messages"), body).await.id();
        Self { discord, line, zoe, channel, message }
    }

    /// Registers commands, and gives back what became of them.
    async fn register(&self, commands: Value) -> Got {
        let path = format!("/applications/{}/commands", self.discord.application());
        ask(&self.discord, "PUT", &path, commands).await
    }

    async fn told(&mut self) -> Told {
        let event = self.line.event("INTERACTION_CREATE").await;
        let text = |key: &str| event[key].as_str().unwrap().to_owned();
        Told { id: text("id"), token: text("token"), event: event.clone() }
    }

    async fn clicked(&mut self) -> Told {
        self.discord.clicks(self.zoe, self.message, "Exécuter");
        self.told().await
    }

    async fn answer(&self, told: &Told, kind: u8, data: Value) -> String {
        let path = format!("/interactions/{}/{}/callback", told.id, told.token);
        let body = if data.is_null() { json!({ "type": kind }) } else { json!({ "type": kind, "data": data }) };
        ask(&self.discord, "POST", &path, body).await.outcome()
    }

    async fn after(&self, told: &Told, method: &str, rest: &str, body: Value) -> Got {
        let path = format!("/webhooks/{}/{}{rest}", self.discord.application(), told.token);
        ask(&self.discord, method, &path, body).await
    }
}

struct Told {
    id: String,
    token: String,
    event: Value,
}

fn guarded(mut body: Value) -> Value {
    body["allowed_mentions"] = json!({ "parse": [] });
    body
}

fn says(text: &str) -> Value {
    guarded(json!({ "content": text }))
}

const ASK: &str = r#"[
    { "name": "ask", "description": "Ask", "options": [
        { "name": "question", "description": "Question", "type": 3, "required": true },
        { "name": "target", "description": "Target", "type": 3, "autocomplete": true },
        { "name": "rows", "description": "Rows", "type": 4 },
        { "name": "file", "description": "File", "type": 11 }
    ] },
    { "name": "audit", "description": "Audit", "default_member_permissions": "32", "name_localizations": { "fr": "journal" } },
    { "name": "Ask Pstral about this", "type": 3 }
]"#;

#[tokio::test]
async fn a_click_is_answered_once_and_in_time() {
    let mut room = Room::new().await;
    let one = room.clicked().await;
    assert_eq!((one.event["type"].as_u64(), one.event["data"]["custom_id"].as_str()), (Some(3), Some("x1")));
    assert_eq!(one.event["message"]["id"], room.message.to_string());
    assert_eq!(room.answer(&one, 6, Value::Null).await, "204");
    assert_eq!(room.answer(&one, 6, Value::Null).await, "400 40060");
    let late = room.clicked().await;
    room.discord.passes(Duration::from_secs(4));
    assert_eq!(room.answer(&late, 6, Value::Null).await, "404 10062");
    assert_eq!(room.discord.counts().late, ["the click on Exécuter of Zoé"]);
}

#[tokio::test]
#[should_panic(expected = "never acknowledged: the click on Exécuter of Zoé")]
async fn a_click_without_an_answer_fails_the_test() {
    let mut room = Room::new().await;
    room.clicked().await;
    room.discord.blameless();
}

#[tokio::test]
async fn each_kind_has_its_own_answers() {
    let mut room = Room::new().await;
    room.register(serde_json::from_str(ASK).unwrap()).await;
    let modal = json!({ "custom_id": "m1", "title": "Modifier", "components": [{ "type": 1, "components": [
        { "type": 4, "custom_id": "text", "style": 2, "label": "Requête", "value": "SELECT 1" },
    ] }] });
    let click = room.clicked().await;
    assert_eq!(room.answer(&click, 8, json!({ "choices": [] })).await, "400 50035");
    assert_eq!(room.answer(&click, 9, modal.clone()).await, "204");
    let shown = room.discord.modal(click.id.parse().unwrap()).await;
    insta::assert_snapshot!(shown, @"
    «Modifier»
    Requête: SELECT 1
    ");
    room.discord.submits(&shown, &[("Requête", "SELECT 2")]);
    let sent = room.told().await;
    assert_eq!(sent.event["data"]["components"][0]["components"][0]["value"], "SELECT 2");
    assert_eq!(room.answer(&sent, 9, modal).await, "400 50035", "no modal after a modal");
    assert_eq!(room.answer(&sent, 7, guarded(json!({ "content": "SELECT 2" }))).await, "204");
    room.discord.runs(room.zoe, room.channel, "/ask question:Combien ?");
    let command = room.told().await;
    assert_eq!(room.answer(&command, 6, Value::Null).await, "400 50035", "there is no message to leave as it is");
    assert_eq!(room.answer(&command, 4, says("Voici")).await, "204");
    insta::assert_snapshot!(room.discord.sees(room.channel), @"
    # ventes
    Pstral: SELECT 2
      [Exécuter]
    Pstral: Voici
    ");
}

#[tokio::test]
async fn what_one_person_sees_is_out_of_reach_for_others() {
    let mut room = Room::new().await;
    let click = room.clicked().await;
    let hidden = guarded(json!({ "content": "Entre nous", "flags": 64 }));
    assert_eq!(room.answer(&click, 4, hidden).await, "204");
    let ali = room.discord.person("Ali");
    assert!(!room.discord.sees_as(ali, room.channel).contains("Entre nous"));
    insta::assert_snapshot!(room.discord.sees_as(room.zoe, room.channel), @"
    # ventes
    Pstral: SELECT 1
      [Exécuter]
    Pstral, seen by Zoé alone: Entre nous
    ");
    let original = room.after(&click, "GET", "/messages/@original", Value::Null).await.id();
    let path = format!("/channels/{}/messages/{original}", room.channel);
    assert_eq!(ask(&room.discord, "PATCH", &path, says("Tous")).await.outcome(), "404 10008");
    assert_eq!(room.after(&click, "PATCH", "/messages/@original", says("À vous seule")).await.status, 200);
    let more = room.after(&click, "POST", "", guarded(json!({ "content": "Encore", "flags": 64 }))).await.id();
    assert_eq!(room.after(&click, "DELETE", &format!("/messages/{more}"), Value::Null).await.status, 204);
    assert_eq!(room.discord.reads(original), "Pstral, seen by Zoé alone: À vous seule\n");
}

#[tokio::test]
async fn a_token_is_good_from_the_first_answer_to_a_quarter_of_an_hour() {
    let mut room = Room::new().await;
    room.register(serde_json::from_str(ASK).unwrap()).await;
    room.discord.runs(room.zoe, room.channel, "/ask question:Combien ? rows:3");
    let told = room.told().await;
    assert_eq!(told.event["data"]["options"][1]["value"], 3);
    assert_eq!(room.after(&told, "POST", "", says("Trop tôt")).await.outcome(), "404 10015");
    assert_eq!(room.answer(&told, 5, json!({ "flags": 64 })).await, "204");
    assert!(room.discord.sees(room.channel).contains("Pstral, seen by Zoé alone: (thinking)"));
    assert_eq!(room.after(&told, "POST", "", guarded(json!({ "content": "Voici" }))).await.status, 200);
    assert!(!room.discord.sees(room.channel).contains("(thinking)"), "the first one takes its place");
    room.discord.passes(Duration::from_secs(15 * 60 + 1));
    assert_eq!(room.after(&told, "PATCH", "/messages/@original", says("Trop tard")).await.outcome(), "401 50027");
}

#[tokio::test]
async fn commands_are_run_as_a_client_would() {
    let mut room = Room::new().await;
    room.register(serde_json::from_str(ASK).unwrap()).await;
    assert_eq!(room.discord.offers(room.zoe, room.channel, "fr"), ["ask", "journal", "Ask Pstral about this"]);
    let ali = room.discord.person("Ali");
    room.discord.joins(ali, room.discord.guild_of(room.channel));
    assert_eq!(room.discord.offers(ali, room.channel, "en-US"), ["ask", "Ask Pstral about this"]);
    let files: [(&str, &[u8]); 1] = [("q.sql", b"SELECT 1")];
    room.discord.runs_with(room.zoe, room.channel, "/ask question:Quoi ? file:q.sql", &files);
    let told = room.told().await;
    let (_, file) = told.event["data"]["resolved"]["attachments"].as_object().unwrap().iter().next().unwrap();
    let fetched = reqwest::Client::builder().no_proxy().build().unwrap().get(file["url"].as_str().unwrap());
    assert_eq!(fetched.send().await.unwrap().text().await.unwrap(), "SELECT 1");
    let asked = room.discord.says(room.zoe, room.channel, "Combien ?");
    room.discord.picks(room.zoe, asked, "Ask Pstral about this");
    let told = room.told().await;
    assert_eq!(told.event["data"]["resolved"]["messages"][asked.to_string()]["content"], "Combien ?");
}

#[tokio::test]
async fn what_is_offered_while_typing_is_shown() {
    let mut room = Room::new().await;
    room.register(serde_json::from_str(ASK).unwrap()).await;
    let Room { discord, line, zoe, channel, .. } = &mut room;
    let typing = discord.types(*zoe, *channel, "/ask question:Combien ? target:cr");
    let answering = async {
        let event = line.event("INTERACTION_CREATE").await;
        assert_eq!(event["data"]["options"][1], json!({ "name": "target", "type": 3, "value": "cr", "focused": true }));
        let path =
            format!("/interactions/{}/{}/callback", event["id"].as_str().unwrap(), event["token"].as_str().unwrap());
        let choices = json!([{ "name": "crm", "value": "crm" }, { "name": "Compta", "value": "acc" }]);
        ask(discord, "POST", &path, json!({ "type": 8, "data": { "choices": choices } })).await
    };
    let (offered, answered) = tokio::join!(typing, answering);
    assert_eq!((offered, answered.status), (vec!["crm".to_owned(), "Compta (acc)".to_owned()], 204));
    discord.blameless();
}

#[tokio::test]
async fn commands_are_registered_by_the_rules() {
    let room = Room::new().await;
    let option = |name: &str, required| json!({ "name": name, "description": "x", "type": 3, "required": required });
    let ask_with = |options: Value| json!([{ "name": "ask", "description": "Ask", "options": options }]);
    let table = [
        (json!([{ "name": "Ask", "description": "Ask" }]), "400 50035"),
        (json!([{ "name": "ask" }]), "400 50035"),
        (json!([{ "name": "ask", "description": "x" }, { "name": "ask", "description": "y" }]), "400 50035"),
        (json!([{ "name": "Ask this", "type": 3, "description": "x" }]), "400 50035"),
        (json!([{ "name": "ask", "description": "x", "name_localizations": { "fr": "De mander" } }]), "400 50035"),
        (ask_with(json!([option("a", false), option("b", true)])), "400 50035"),
        (ask_with(json!([option("a", true), option("a", true)])), "400 50035"),
        (ask_with(json!([option("a", true), option("b", false)])), "200"),
    ];
    for (commands, wanted) in table {
        assert_eq!(room.register(commands.clone()).await.outcome(), wanted, "{commands}");
    }
    let before = room.register(serde_json::from_str(ASK).unwrap()).await.body[0]["id"].clone();
    let after = room.register(serde_json::from_str(ASK).unwrap()).await.body[0]["id"].clone();
    assert_eq!((before == after, room.discord.counts().registrations), (true, 3), "what keeps its name keeps its id");
}
