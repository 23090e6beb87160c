//! The description of the API in the order in which people read it: what each operation takes and answers, as `docs/api.md` and
//! the endpoint's own page at `/api/` show it.

use serde::Serialize;
use serde_json::Value;

/// A kind of operations.
#[derive(Debug, Serialize)]
pub struct Chapter {
    /// Such as `users`.
    pub tag: String,
    /// Its operations by address.
    pub operations: Vec<Operation>,
}

/// A method of an address.
#[derive(Debug, Serialize)]
pub struct Operation {
    /// In capitals, such as `GET`.
    pub method: String,
    /// With the names of its parts, such as `/api/v1/users/{username}`.
    pub path: String,
    /// What it does, a paragraph each.
    pub about: Vec<String>,
    /// The capability that it requires; empty if being signed in is enough, or not even that is needed.
    pub capability: String,
    /// What it takes in the address and in headers.
    pub parameters: Vec<Parameter>,
    /// The members of the JSON that it takes.
    pub body: Option<Vec<Member>>,
    /// What it answers when all is well.
    pub answers: Vec<Answer>,
}

/// A value in the address or in a header.
#[derive(Debug, Serialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// `path`, `query` or `header`.
    pub place: String,
    /// What it is.
    pub about: String,
    /// True if it must be given.
    pub required: bool,
}

/// A member of an object, with the way to it: `hours[].answers`.
#[derive(Debug, Serialize)]
pub struct Member {
    /// The way to it from the outermost object.
    pub name: String,
    /// Such as `string`, `integer or null`.
    pub kind: String,
    /// What it is, in one line.
    pub about: String,
    /// True if it is always there.
    pub required: bool,
}

/// An answer when all is well.
#[derive(Debug, Serialize)]
pub struct Answer {
    /// The status, such as `200`.
    pub status: String,
    /// What it means.
    pub about: String,
    /// The members of the JSON in it.
    pub members: Vec<Member>,
}

/// Arranges a description; what it lacks is left empty.
pub fn chapters(api: &Value) -> Vec<Chapter> {
    let mut chapters: Vec<Chapter> = Vec::new();
    for (path, all) in api["paths"].as_object().into_iter().flatten() {
        for (method, described) in all.as_object().into_iter().flatten().filter(|(method, _)| *method != "parameters") {
            let tag = words(&described["tags"][0]);
            let operation = operation(api, method, path, described);
            match chapters.iter_mut().find(|chapter| chapter.tag == tag) {
                Some(chapter) => chapter.operations.push(operation),
                None => chapters.push(Chapter { tag, operations: vec![operation] }),
            }
        }
    }
    chapters
}

fn operation(api: &Value, method: &str, path: &str, described: &Value) -> Operation {
    let said = [&described["summary"], &described["description"]];
    let body = &described["requestBody"]["content"]["application/json"]["schema"];
    let responses = described["responses"].as_object().into_iter().flatten();
    Operation {
        method: method.to_uppercase(),
        path: path.to_owned(),
        about: said.into_iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        capability: words(&described["security"][0]["session"][0]),
        parameters: described["parameters"].as_array().into_iter().flatten().map(parameter).collect(),
        body: reference(body).map(|name| members(api, name)),
        // What is wrong looks the same everywhere.
        answers: responses
            .filter(|(status, _)| *status != "default")
            .map(|(status, one)| answer(api, status, one))
            .collect(),
    }
}

fn parameter(described: &Value) -> Parameter {
    Parameter {
        name: words(&described["name"]),
        place: words(&described["in"]),
        about: words(&described["description"]),
        required: described["required"] == true,
    }
}

fn answer(api: &Value, status: &str, described: &Value) -> Answer {
    let schema = reference(&described["content"]["application/json"]["schema"]);
    Answer {
        status: status.to_owned(),
        about: words(&described["description"]),
        members: schema.map(|name| members(api, name)).unwrap_or_default(),
    }
}

/// The members of a schema, each followed by those of the schema it holds.
fn members(api: &Value, name: &str) -> Vec<Member> {
    let mut found = Vec::new();
    collect(api, name, "", &mut found);
    found
}

fn collect(api: &Value, name: &str, before: &str, found: &mut Vec<Member>) {
    let schema = &api["components"]["schemas"][name];
    for (member, described) in schema["properties"].as_object().into_iter().flatten() {
        let name = format!("{before}{member}");
        let about = words(&described["description"]).replace('\n', " ");
        let required = schema["required"].as_array().into_iter().flatten().any(|one| *one == **member);
        found.push(Member { name: name.clone(), kind: kind(described), about, required });
        match (reference(described), reference(&described["items"])) {
            (Some(inner), _) => collect(api, inner, &format!("{name}."), found),
            (None, Some(inner)) => collect(api, inner, &format!("{name}[]."), found),
            (None, None) => {}
        }
    }
}

/// The name of the schema that is meant, by itself or as one of several.
fn reference(schema: &Value) -> Option<&str> {
    let one_of = schema["oneOf"].as_array().into_iter().flatten();
    one_of.chain([schema]).find_map(|one| one["$ref"].as_str())?.rsplit('/').next()
}

fn kind(schema: &Value) -> String {
    match &schema["type"] {
        Value::Array(kinds) => kinds.iter().map(words).collect::<Vec<_>>().join(" or "),
        Value::String(_) if schema["format"] == "date-time" => "time (RFC 3339, UTC)".to_owned(),
        Value::String(kind) => kind.clone(),
        _ if schema["oneOf"].is_array() => "object or null".to_owned(),
        _ => "object".to_owned(),
    }
}

fn words(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
