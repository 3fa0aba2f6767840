//! How each format's reader wants a value written.
//!
//! Invariant: the reader gets the value that was meant, or [`check_value`] said why it cannot.

use std::borrow::Cow;

use super::file::Syntax;

/// Can the value be written in this syntax at all? The reason where it cannot.
pub fn check_value(syntax: Syntax, text: &str) -> Result<(), &'static str> {
    let bad = |c: char| {
        matches!(c, '\n' | '\r' | '\0' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
    };
    if text.contains(bad) {
        return Err("a line break or NUL would end the value or begin another option");
    }
    let bare = matches!(syntax, Syntax::Ini | Syntax::Properties | Syntax::Directives);
    if bare && (text.starts_with(is_blank) || text.ends_with(is_blank)) {
        return Err("the reader drops spaces at its ends");
    }
    if bare && text.ends_with('\\') {
        return Err("a backslash at its end would join the next line");
    }
    match syntax {
        Syntax::Properties => properties(text),
        Syntax::MyCnf if my_cnf(text).len() > LONGEST => Err("the reader divides lines of more than 4 KiB"),
        _ => Ok(()),
    }
}

/// MariaDB reads option files by lines of 4094 bytes and takes the rest for another line; an option's name needs room too.
const LONGEST: usize = 4000;

/// What the grammar of RabbitMQ's `conf_parse.peg` has no bare form for; libvirt's reader agrees but for the quote.
fn properties(text: &str) -> Result<(), &'static str> {
    if text.contains('#') {
        return Err("the reader takes what follows a `#` for a comment");
    }
    if text.is_empty() {
        return Err("the reader does not take an option without a value");
    }
    if text.starts_with('\'') {
        return Err("the reader takes a `'` at its begin for a quote, which ends at the next one");
    }
    Ok(())
}

/// What readers written in Python drop at the ends of a value.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{1f}'
}

/// The value as the format writes it.
pub fn quote(syntax: Syntax, text: &str) -> Cow<'_, str> {
    match syntax {
        Syntax::Oslo => oslo(text),
        Syntax::MyCnf => my_cnf(text),
        Syntax::Environment => environment(text),
        Syntax::Ini | Syntax::Properties | Syntax::Directives | Syntax::Lines => Cow::Borrowed(text),
    }
}

/// oslo.config takes `$name` for another option, strips spaces at the ends and one pair of quotes around the value.
fn oslo(text: &str) -> Cow<'_, str> {
    // The reader turns every `\$` into `$$` first, so a dollar behind a backslash is written with one more backslash.
    let escaped = if text.contains('$') { Cow::Owned(dollars(text)) } else { Cow::Borrowed(text) };
    // A lone quote counts as a pair to the reader, and nothing is left of it.
    let edges = |c: char| escaped.starts_with(c) && escaped.ends_with(c);
    if escaped.starts_with(is_blank) || escaped.ends_with(is_blank) || edges('"') || edges('\'') {
        let mark = if escaped.starts_with('"') { '\'' } else { '"' };
        return Cow::Owned(format!("{mark}{escaped}{mark}"));
    }
    escaped
}

fn dollars(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if c == '$' {
            out.push(if out.ends_with('\\') { '\\' } else { '$' });
        }
        out.push(c);
    }
    out
}

/// The option file reader of MariaDB ends a value at ` #`, strips spaces, and knows backslash escapes.
fn my_cnf(text: &str) -> Cow<'_, str> {
    let risky = text.contains(['#', '\\', '"', '\'']) || text.trim() != text;
    if risky {
        Cow::Owned(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
    } else {
        Cow::Borrowed(text)
    }
}

fn environment(text: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@,+=%".contains(c);
    if text.chars().all(plain) {
        return Cow::Borrowed(text);
    }
    if !text.contains('\'') {
        return Cow::Owned(format!("'{text}'"));
    }
    // Within double quotes shells and systemd know an escape before these four.
    let mut out = String::from("\"");
    for c in text.chars() {
        if matches!(c, '"' | '\\' | '$' | '`') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_would_change_is_protected() {
        for (text, expected) in [("a$b", "a$$b"), (" a", "\" a\""), ("\"a\"", "'\"a\"'"), ("a", "a"), ("50%", "50%")] {
            assert_eq!(quote(Syntax::Oslo, text), expected);
        }
        assert_eq!(quote(Syntax::Oslo, "\""), "'\"'");
        assert_eq!(quote(Syntax::Oslo, "a\\$b"), "a\\\\$b");
        assert_eq!(quote(Syntax::Environment, "'$(id)"), "\"'\\$(id)\"");
        assert_eq!(quote(Syntax::MyCnf, "a#b"), "\"a#b\"");
        assert_eq!(quote(Syntax::Environment, "a b"), "'a b'");
    }

    #[test]
    fn a_line_break_cannot_be_written() {
        assert!(check_value(Syntax::Oslo, "a\n[oslo_policy]\npolicy_file = /tmp/x").is_err());
        assert!(check_value(Syntax::Oslo, "plain").is_ok());
        for (syntax, text) in [(Syntax::Ini, "a "), (Syntax::Ini, "a\\"), (Syntax::Properties, "a # b")] {
            assert!(check_value(syntax, text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_ends_the_reading_of_a_file_is_refused() {
        for text in ["", "'", "'a", "'a'b", "'a'"] {
            assert!(check_value(Syntax::Properties, text).is_err(), "{text}");
        }
        for text in ["a'b'", "\"root\"", "a = b"] {
            assert!(check_value(Syntax::Properties, text).is_ok(), "{text}");
        }
        assert!(check_value(Syntax::MyCnf, &"x".repeat(4000)).is_ok());
        assert!(check_value(Syntax::MyCnf, &"x".repeat(4001)).is_err());
        assert!(check_value(Syntax::MyCnf, &"\\".repeat(2000)).is_err(), "each is written as two");
    }
}
