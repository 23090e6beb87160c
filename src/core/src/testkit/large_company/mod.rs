//! The catalog of a company of three hundred tables, with the abbreviated French names that Oracle shops have, and questions
//! with the tables that they need.

use serde::Deserialize;

use super::dice::Dice;
use crate::domain::{Catalog, CatalogColumn, Dialect, ForeignKey, Locale, Relation, RelationKind};

const TABLES: usize = 300;
const SCHEMA: &str = "ERP";
/// One in so many columns has a comment.
const COMMENTED: usize = 3;

/// A question, and the tables that an answer needs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// As a person writes it.
    pub question: String,
    /// Its language.
    pub language: Locale,
    /// The names of the tables.
    pub tables: Vec<String>,
}

/// The questions, written by somebody who saw the catalog alone.
///
/// # Panics
/// Panics if the file has an error.
pub fn questions() -> Vec<Asked> {
    include_str!("questions.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).expect("a question with its tables"))
        .collect()
}

/// The catalog: the same at every call.
pub fn catalog() -> Catalog {
    let words = Words::read(include_str!("words.txt"));
    let mut dice = Dice::new(25);
    let mut tables: Vec<Relation> = words.things.iter().map(|thing| words.table(thing, None, &mut dice)).collect();
    while tables.len() < TABLES {
        let thing = &words.things[dice.below(words.things.len())];
        let part = dice.pick(&words.parts);
        let table = words.table(thing, Some(part), &mut dice);
        if tables.iter().all(|other| other.name != table.name) {
            tables.push(table);
        }
    }
    tables.sort_by(|one, other| one.name.cmp(&other.name));
    Catalog::new(Dialect::Oracle, SCHEMA, tables)
}

/// What every main table has, before what the dice add.
const USUAL: [&str; 3] = ["COD", "LIB", "DT_CRE"];

struct Words {
    /// Name, type, meaning.
    attributes: Vec<(&'static str, &'static str, &'static str)>,
    /// Abbreviation and meaning.
    parts: Vec<(&'static str, &'static str)>,
    things: Vec<Thing>,
}

struct Thing {
    module: &'static str,
    name: &'static str,
    meaning: &'static str,
    refers_to: Vec<&'static str>,
}

impl Words {
    fn read(text: &'static str) -> Self {
        let mut words = Self { attributes: Vec::new(), parts: Vec::new(), things: Vec::new() };
        let mut section = "";
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some((name, _)) = line.strip_prefix('[').and_then(|line| line.split_once(']')) {
                section = name;
                continue;
            }
            let (name, rest) = line.split_once(' ').expect("a name and its meaning");
            match section {
                "attributes" => {
                    let (data_type, meaning) = rest.split_once(' ').expect("a type and a meaning");
                    words.attributes.push((name, data_type, meaning));
                }
                "parts" => words.parts.push((name, rest)),
                module => {
                    let (meaning, to) = rest.split_once(" > ").unwrap_or((rest, ""));
                    words.things.push(Thing { module, name, meaning, refers_to: to.split_whitespace().collect() });
                }
            }
        }
        words
    }

    /// The main table of a thing, or the one of a part of it.
    fn table(&self, thing: &Thing, part: Option<(&str, &str)>, dice: &mut Dice) -> Relation {
        let (prefix, meaning, refers_to) = match part {
            None => (thing.name.to_owned(), thing.meaning.to_owned(), thing.refers_to.clone()),
            Some((part, of)) => {
                (format!("{}_{part}", thing.name), format!("{of}, {}", thing.meaning), vec![thing.name])
            }
        };
        let mut columns = vec![CatalogColumn { primary_key: true, ..column(&prefix, "ID", "NUMBER(10)") }];
        let mut foreign_keys = Vec::new();
        for name in refers_to {
            let to = self.things.iter().find(|thing| thing.name == name).expect("a thing that exists");
            let mut points = column(name, "ID", "NUMBER(10)");
            if dice.below(COMMENTED) == 0 {
                points.comment = format!("Identifiant ({})", to.meaning);
            }
            foreign_keys.push(ForeignKey {
                columns: vec![points.name.clone()],
                relation: format!("{}_{}", to.module, to.name),
                references: vec![points.name.clone()],
            });
            columns.push(points);
        }
        let count = 5 + dice.below(10);
        for (name, data_type, says) in &self.attributes {
            let is_usual = part.is_none() && USUAL.contains(name);
            if is_usual || dice.below(self.attributes.len()) < count {
                let mut column = column(&prefix, name, data_type);
                if dice.below(COMMENTED) == 0 {
                    let mut letters = says.chars();
                    let first = letters.next().into_iter().flat_map(char::to_uppercase);
                    column.comment = format!("{}{} ({meaning})", first.collect::<String>(), letters.as_str());
                }
                columns.push(column);
            }
        }
        let name = format!("{}_{prefix}", thing.module);
        Relation { foreign_keys, ..Relation::new(SCHEMA, &name, RelationKind::Table, columns) }
    }
}

fn column(prefix: &str, name: &str, data_type: &str) -> CatalogColumn {
    CatalogColumn::new(&format!("{prefix}_{name}"), data_type)
}
