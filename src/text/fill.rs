//! A template of a translation with its values filled in.

use std::fmt::Display;

/// `template` with every `{name}` replaced by the value of that name; `{{` and `}}` are braces. A name that has no
/// value stands as it is written, so that a slip in a translation is seen and hides nothing.
pub(crate) fn fill(template: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let (said, left) = one(from, values);
        out.push_str(&said);
        rest = left;
    }
    out.push_str(rest);
    out
}

/// What the brace at the start of `from` stands for, and what is left after it.
fn one<'a>(from: &'a str, values: &[(&str, &dyn Display)]) -> (String, &'a str) {
    for (twice, once) in [("{{", "{"), ("}}", "}")] {
        if let Some(left) = from.strip_prefix(twice) {
            return (once.to_owned(), left);
        }
    }
    let Some((name, left)) = from.strip_prefix('{').and_then(|f| f.split_once('}')) else {
        let mut rest = from.chars();
        let brace = rest.next().map(String::from).unwrap_or_default();
        return (brace, rest.as_str());
    };
    let value = values.iter().find(|(known, _)| *known == name);
    let said = value.map_or_else(|| format!("{{{name}}}"), |(_, v)| v.to_string());
    (said, left)
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn values_stand_where_the_translation_names_them() {
        let values: [(&str, &dyn std::fmt::Display); 2] = [("days", &7), ("key", &"KEK")];
        let cases = [
            ("In {days} days {key} ends.", "In 7 days KEK ends."),
            ("{key}: noch {days} Tage", "KEK: noch 7 Tage"),
            ("{key}{key}", "KEKKEK"),
            ("{{days}} {days}", "{days} 7"),
            ("{nobody} knows", "{nobody} knows"),
            ("a { b } c", "a { b } c"),
            ("open {days", "open {days"),
            ("", ""),
        ];
        for (template, said) in cases {
            assert_eq!(fill(template, &values), said, "{template}");
        }
    }
}
