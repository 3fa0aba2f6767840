//! JSON that stands inside a Kubernetes object, for instance in a variable of a container.
//!
//! A reader of JSON takes white space between its tokens for nothing, so a list may stand as a reviewer reads it best: one
//! entry a line, and an entry that is too long for its line in several.
//!
//! Invariant: parsing the text gives the entries again, in order.

use serde_json::Value;

/// Columns that a line may fill, before the entries of its list are broken.
const WIDTH: usize = 160;

/// A list, one entry a line; empty where there is none.
pub fn list(entries: &[Value]) -> String {
    let mut text = String::new();
    if !entries.is_empty() {
        let entries: Vec<(Option<&str>, &Value)> = entries.iter().map(|entry| (None, entry)).collect();
        broken(&mut text, &entries, ('[', ']'), 0);
    }
    text
}

/// Entries, one a line each, or all of them broken where one is too long for its line.
fn broken(out: &mut String, entries: &[(Option<&str>, &Value)], ends: (char, char), depth: usize) {
    let line = |(name, value): &(Option<&str>, &Value)| {
        let mut line = String::new();
        name.iter().for_each(|name| key(&mut line, name));
        one_line(&mut line, value);
        line
    };
    let lines: Vec<String> = entries.iter().map(line).collect();
    let too_long = |line: &String| depth * 2 + line.chars().count() > WIDTH;
    let is_list = ends.0 == '[';
    let breaks = is_list && lines.iter().any(too_long);
    out.push(ends.0);
    for (index, ((name, value), line)) in entries.iter().zip(&lines).enumerate() {
        out.push_str(if index > 0 { ",\n" } else { "\n" });
        out.push_str(&"  ".repeat(depth + 1));
        if !breaks && !too_long(line) {
            out.push_str(line);
            continue;
        }
        match value {
            Value::Array(items) if !items.is_empty() => {
                name.iter().for_each(|name| key(out, name));
                let items: Vec<(Option<&str>, &Value)> = items.iter().map(|item| (None, item)).collect();
                broken(out, &items, ('[', ']'), depth + 1);
            }
            Value::Object(fields) if !fields.is_empty() => {
                name.iter().for_each(|name| key(out, name));
                let fields: Vec<(Option<&str>, &Value)> =
                    fields.iter().map(|(name, field)| (Some(name.as_str()), field)).collect();
                broken(out, &fields, ('{', '}'), depth + 1);
            }
            _ => out.push_str(line),
        }
    }
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
    out.push(ends.1);
}

fn one_line(out: &mut String, value: &Value) {
    match value {
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                one_line(out, item);
            }
            out.push(']');
        }
        Value::Object(fields) => {
            out.push('{');
            for (index, (name, field)) in fields.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                key(out, name);
                one_line(out, field);
            }
            out.push('}');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

fn key(out: &mut String, name: &str) {
    out.push_str(&Value::from(name).to_string());
    out.push_str(": ");
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_has_one_entry_a_line_and_breaks_what_is_too_long() {
        assert_eq!(list(&[]), "");
        assert_eq!(
            list(&[json!({"name": "a", "key": "b c"}), json!(1)]),
            "[\n  {\"name\": \"a\", \"key\": \"b c\"},\n  1\n]"
        );
        let long = "x".repeat(150);
        let expected =
            format!("[\n  {{\n    \"one\": \"{long}\",\n    \"two\": [1, {{}}]\n  }},\n  {{\n    \"one\": 2\n  }}\n]");
        assert_eq!(list(&[json!({"one": long, "two": [1, {}]}), json!({"one": 2})]), expected);
    }

    #[test]
    fn parsing_gives_the_entries_again() {
        let nasty = json!({"\"\\\n": ["\u{7f}\u{2028}", null, 1.5, -3, true, {"": []}], "long": "y ".repeat(90)});
        let entries = [nasty, json!("z".repeat(200)), json!([[[]]])];
        let read: Vec<Value> = serde_json::from_str(&list(&entries)).unwrap_or_default();
        assert_eq!(read, entries);
    }
}
