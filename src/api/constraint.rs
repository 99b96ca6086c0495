//! The vocabulary of shapes, and the walk that judges JSON against one.

use serde_json::{Map, Value};

use super::{
    ApiError, ErrorKind, Violations,
    patterns::{self, Pattern},
};

/// What a member holds.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Bool,
    Integer {
        min: i64,
        max: i64,
    },
    /// Lengths in characters.
    Text {
        min: usize,
        max: usize,
        pattern: Option<Pattern>,
    },
    /// A key identifier; in an act list also `#n`.
    Identifier,
    /// A key ARN and nothing else; in an act list also `#n`.
    KeyArn,
    /// `later` are values that the service knows and this control plane does not.
    Enum {
        values: &'static [&'static str],
        later: &'static [&'static str],
    },
    Structure(&'static Structure),
    /// A structure of ours, which no client of the service sends by habit: a member that it has not is a slip, and
    /// passing over it would do what nobody asked for.
    Ours(&'static Structure),
    /// Exactly one member.
    Union(&'static Structure),
    /// `name` is the item's in the service's model, as a refusal of the list shows it.
    List {
        max: usize,
        name: &'static str,
        item: &'static Structure,
    },
    /// A list of bare texts; `min_length` and `max_length` are each text's, in characters.
    Texts {
        max: usize,
        min_length: usize,
        max_length: usize,
    },
    /// Text by text; neither is ever repeated in a message.
    Map {
        key: Entry,
        value: Entry,
    },
}

/// What the keys or the values of a map hold; lengths in characters.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub(super) min: usize,
    pub(super) max: usize,
    pub(super) pattern: Pattern,
}

impl Entry {
    fn takes(self, text: &str) -> bool {
        (self.min..=self.max).contains(&text.chars().count()) && (self.pattern.matches)(text)
    }

    /// The service lists every rule of a map's entry, broken or not.
    fn rules(self) -> String {
        format!(
            "[Member must have length less than or equal to {}, Member must have length greater than or equal to {}, \
             Member must satisfy regular expression pattern: {}]",
            self.max, self.min, self.pattern.text
        )
    }
}

/// One member of a structure.
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) required: bool,
    /// Its value is never repeated in a message.
    pub(super) sensitive: bool,
    pub(super) kind: Kind,
}

/// A structure of the service model.
pub(super) struct Structure {
    pub(super) members: &'static [Member],
    /// Members that the service knows and this control plane does not: refused by name, never skipped.
    pub(super) later: &'static [&'static str],
}

/// What a walk found.
pub(super) struct Walk {
    violations: Violations,
    /// The first refusal that is no constraint violation; it wins over those.
    refusal: Option<ApiError>,
    unknown: Vec<String>,
    references: bool,
}

impl Walk {
    /// Judges `input` and gives back its known, present members. With `references`, `#n` is an identifier.
    pub(super) fn judge(
        structure: &Structure,
        input: &Value,
        references: bool,
    ) -> Result<Value, ApiError> {
        let mut walk = Self::new(references);
        let known = walk.structure(structure, input, "")?;
        match walk.refusal {
            Some(refusal) => Err(refusal),
            None => walk.violations.finish().map(|()| known),
        }
    }

    /// Paths of the members that the service would ignore.
    pub(super) fn unknown(structure: &Structure, input: &Value) -> Vec<String> {
        let mut walk = Self::new(true);
        // A structure that cannot be walked is the judge's finding.
        let _ = walk.structure(structure, input, "");
        walk.unknown
    }

    fn new(references: bool) -> Self {
        Self {
            violations: Violations::default(),
            refusal: None,
            unknown: Vec::new(),
            references,
        }
    }

    fn structure(
        &mut self,
        structure: &Structure,
        input: &Value,
        path: &str,
    ) -> Result<Value, ApiError> {
        let object = input
            .as_object()
            .ok_or_else(|| unexpected(path, input, "a structure"))?;
        self.note_strangers(structure, object, path);
        let mut known = Map::new();
        for member in structure.members {
            let path = join(path, member.name);
            match object.get(member.name) {
                Some(value) if !value.is_null() => {
                    let value = self.value(member, value, &path)?;
                    known.insert(member.name.to_owned(), value);
                }
                _ if member.required => self.violations.note_null(&path),
                _ => {}
            }
        }
        Ok(Value::Object(known))
    }

    fn note_strangers(&mut self, structure: &Structure, object: &Map<String, Value>, path: &str) {
        for (name, value) in object {
            if structure.later.contains(&name.as_str()) {
                if !value.is_null() {
                    self.refuse(not_supported(name));
                }
            } else if !structure.members.iter().any(|member| member.name == name) {
                // As whoever wrote it spells it.
                self.unknown.push(match path {
                    "" => name.clone(),
                    path => format!("{path}.{name}"),
                });
            }
        }
    }

    fn only_known(&mut self, name: &str, structure: &Structure, value: &Value) {
        let names: Vec<&str> = structure.members.iter().map(|m| m.name).collect();
        let stranger = value
            .as_object()
            .and_then(|object| object.keys().find(|key| !names.contains(&key.as_str())));
        if let Some(stranger) = stranger {
            self.refuse(ApiError::validation(format!(
                "{name} has no member {}; its members are {}.",
                stranger.escape_default(),
                names.join(", ")
            )));
        }
    }

    fn refuse(&mut self, refusal: ApiError) {
        self.refusal.get_or_insert(refusal);
    }

    fn value(&mut self, member: &Member, value: &Value, path: &str) -> Result<Value, ApiError> {
        match member.kind {
            Kind::Bool if value.is_boolean() => Ok(value.clone()),
            Kind::Bool => Err(unexpected(path, value, "a Boolean")),
            Kind::Integer { min, max } => self.integer(value, path, min, max),
            Kind::Text { min, max, pattern } => self.text(member, value, path, (min, max), pattern),
            Kind::Identifier => self.key_name(member, value, path, (7, 322), patterns::IDENTIFIER),
            Kind::KeyArn => self.key_name(member, value, path, (70, 150), patterns::KEY_ARN),
            Kind::Enum { values, later } => self.one_of(member, value, path, (values, later)),
            Kind::Structure(structure) => self.structure(structure, value, path),
            Kind::Ours(structure) => {
                self.only_known(member.name, structure, value);
                self.structure(structure, value, path)
            }
            Kind::Union(structure) => self.union(member, structure, value, path),
            Kind::List { max, name, item } => self.list((name, item), value, path, max),
            Kind::Texts {
                max,
                min_length,
                max_length,
            } => self.texts(member, value, path, max, (min_length, max_length)),
            Kind::Map {
                key,
                value: entries,
            } => self.map(value, path, key, entries),
        }
    }

    /// What names a key: by its pattern, or as the key that an earlier act of a list makes.
    fn key_name(
        &mut self,
        member: &Member,
        value: &Value,
        path: &str,
        lengths: (usize, usize),
        pattern: Pattern,
    ) -> Result<Value, ApiError> {
        if self.references && value.as_str().is_some_and(patterns::is_reference) {
            return Ok(value.clone());
        }
        self.text(member, value, path, lengths, Some(pattern))
    }

    fn integer(
        &mut self,
        value: &Value,
        path: &str,
        min: i64,
        max: i64,
    ) -> Result<Value, ApiError> {
        let number = value
            .as_i64()
            .ok_or_else(|| unexpected(path, value, "an integer"))?;
        if number < min {
            let rule = format!("Member must have value greater than or equal to {min}");
            self.violations.note(&number.to_string(), path, &rule);
        } else if number > max {
            let rule = format!("Member must have value less than or equal to {max}");
            self.violations.note(&number.to_string(), path, &rule);
        }
        Ok(value.clone())
    }

    fn text(
        &mut self,
        member: &Member,
        value: &Value,
        path: &str,
        (min, max): (usize, usize),
        pattern: Option<Pattern>,
    ) -> Result<Value, ApiError> {
        let text = value
            .as_str()
            .ok_or_else(|| unexpected(path, value, "a string"))?;
        let length = text.chars().count();
        if length < min {
            let rule = format!("Member must have length greater than or equal to {min}");
            self.broken(member, text, path, &rule);
        } else if length > max {
            let rule = format!("Member must have length less than or equal to {max}");
            self.broken(member, text, path, &rule);
        }
        if let Some(pattern) = pattern
            && !(pattern.matches)(text)
        {
            let rule = format!(
                "Member must satisfy regular expression pattern: {}",
                pattern.text
            );
            self.broken(member, text, path, &rule);
        }
        Ok(value.clone())
    }

    fn broken(&mut self, member: &Member, text: &str, path: &str, rule: &str) {
        if member.sensitive {
            self.violations.note_sensitive(path, rule);
        } else {
            self.violations.note(text, path, rule);
        }
    }

    fn one_of(
        &mut self,
        member: &Member,
        value: &Value,
        path: &str,
        (values, later): (&[&str], &[&str]),
    ) -> Result<Value, ApiError> {
        let text = value
            .as_str()
            .ok_or_else(|| unexpected(path, value, "a string"))?;
        if later.contains(&text) {
            self.refuse(not_supported(&format!("{} {text}", member.name)));
        } else if !values.contains(&text) {
            let rule = format!(
                "Member must satisfy enum value set: [{}]",
                values.join(", ")
            );
            self.violations.note(text, path, &rule);
        }
        Ok(value.clone())
    }

    fn union(
        &mut self,
        member: &Member,
        structure: &Structure,
        value: &Value,
        path: &str,
    ) -> Result<Value, ApiError> {
        let object = value
            .as_object()
            .ok_or_else(|| unexpected(path, value, "a structure"))?;
        let set = object
            .iter()
            .filter(|(name, value)| {
                !value.is_null()
                    && (structure.later.contains(&name.as_str())
                        || structure.members.iter().any(|m| m.name == *name))
            })
            .count();
        if set != 1 {
            self.refuse(ApiError::validation(format!(
                "{} must have exactly one member set.",
                member.name
            )));
        }
        self.structure(structure, value, path)
    }

    fn list(
        &mut self,
        (name, item): (&str, &Structure),
        value: &Value,
        path: &str,
        max: usize,
    ) -> Result<Value, ApiError> {
        self.items(value, path, max, |value| in_words(name, item, value))?
            .iter()
            .enumerate()
            .map(|(n, value)| self.structure(item, value, &item_path(path, n)))
            .collect()
    }

    fn texts(
        &mut self,
        member: &Member,
        value: &Value,
        path: &str,
        max: usize,
        lengths: (usize, usize),
    ) -> Result<Value, ApiError> {
        self.items(value, path, max, bare)?
            .iter()
            .enumerate()
            .map(|(n, value)| self.text(member, value, &item_path(path, n), lengths, None))
            .collect()
    }

    fn map(
        &mut self,
        value: &Value,
        path: &str,
        key: Entry,
        entries: Entry,
    ) -> Result<Value, ApiError> {
        let map = value
            .as_object()
            .ok_or_else(|| unexpected(path, value, "a map"))?;
        if !map.keys().all(|text| key.takes(text)) {
            let rule = format!("Map keys must satisfy constraint: {}", key.rules());
            self.violations.note_sensitive(path, &rule);
        }
        let mut every = true;
        for (name, value) in map {
            let text = value
                .as_str()
                .ok_or_else(|| unexpected(&format!("{path}.{name}"), value, "a string"))?;
            every &= entries.takes(text);
        }
        if !every {
            let rule = format!("Map value must satisfy constraint: {}", entries.rules());
            self.violations.note_sensitive(path, &rule);
        }
        Ok(value.clone())
    }

    fn items<'v>(
        &mut self,
        value: &'v Value,
        path: &str,
        max: usize,
        words: impl Fn(&Value) -> String,
    ) -> Result<&'v [Value], ApiError> {
        let items = value
            .as_array()
            .ok_or_else(|| unexpected(path, value, "a list"))?;
        if items.len() > max {
            let rule = format!("Member must have length less than or equal to {max}");
            let shown: Vec<String> = items.iter().take(SHOWN).map(words).collect();
            self.violations
                .note(&format!("[{}]", shown.join(", ")), path, &rule);
        }
        Ok(items)
    }
}

/// Items of a list that are put into words for a refusal; it is cut off long before.
const SHOWN: usize = 256;

/// An item as the service shows it: `Tag(key=a, value=b)`.
fn in_words(name: &str, item: &Structure, value: &Value) -> String {
    let members: Vec<String> = item
        .members
        .iter()
        .filter_map(|member| {
            let value = value.get(member.name)?;
            Some(format!("{}={}", join("", member.name), bare(value)))
        })
        .collect();
    format!("{name}({})", members.join(", "))
}

/// A text without its quotes.
fn bare(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn not_supported(what: &str) -> ApiError {
    ApiError::validation(format!("{what} is not supported by this control plane."))
}

fn item_path(path: &str, n: usize) -> String {
    format!("{path}.{}.member", n + 1)
}

/// The service's spelling of a path: members in camelCase, joined by dots.
fn join(path: &str, name: &str) -> String {
    let mut letters = name.chars();
    let name: String = letters
        .next()
        .map(|first| first.to_ascii_lowercase())
        .into_iter()
        .chain(letters)
        .collect();
    if path.is_empty() {
        name
    } else {
        format!("{path}.{name}")
    }
}

fn unexpected(path: &str, value: &Value, expected: &str) -> ApiError {
    let found = match value {
        Value::Null => "null",
        Value::Bool(_) => "a Boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a structure",
    };
    let place = if path.is_empty() {
        "The request".to_owned()
    } else {
        format!("Value at '{path}'")
    };
    ApiError::new(
        ErrorKind::Serialization,
        format!("{place} is {found}; {expected} was expected."),
    )
}
