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
    if syntax == Syntax::Environment && text.contains('\'') && text.contains('"') {
        return Err("both kinds of quotes in one value are read differently by shells and systemd");
    }
    Ok(())
}

/// The value as the format writes it.
pub fn quote(syntax: Syntax, text: &str) -> Cow<'_, str> {
    match syntax {
        Syntax::Oslo => oslo(text),
        Syntax::MyCnf => my_cnf(text),
        Syntax::Environment => environment(text),
        Syntax::Ini | Syntax::Properties | Syntax::Directives => Cow::Borrowed(text),
    }
}

/// oslo.config takes `$name` for another option, strips blanks at the ends and one pair of quotes around the value.
fn oslo(text: &str) -> Cow<'_, str> {
    let escaped = if text.contains('$') { Cow::Owned(text.replace('$', "$$")) } else { Cow::Borrowed(text) };
    let edges = |c: char| escaped.starts_with(c) && escaped.ends_with(c) && escaped.len() > 1;
    if escaped.trim() != escaped || edges('"') || edges('\'') {
        let mark = if escaped.starts_with('"') { '\'' } else { '"' };
        return Cow::Owned(format!("{mark}{escaped}{mark}"));
    }
    escaped
}

/// The option file reader of MariaDB ends a value at ` #`, strips blanks, and knows backslash escapes.
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
    let mark = if text.contains('\'') { '"' } else { '\'' };
    Cow::Owned(format!("{mark}{text}{mark}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_would_change_is_protected() {
        for (text, expected) in [("a$b", "a$$b"), (" a", "\" a\""), ("\"a\"", "'\"a\"'"), ("a", "a"), ("50%", "50%")] {
            assert_eq!(quote(Syntax::Oslo, text), expected);
        }
        assert_eq!(quote(Syntax::MyCnf, "a#b"), "\"a#b\"");
        assert_eq!(quote(Syntax::Environment, "a b"), "'a b'");
    }

    #[test]
    fn a_line_break_cannot_be_written() {
        assert!(check_value(Syntax::Oslo, "a\n[oslo_policy]\npolicy_file = /tmp/x").is_err());
        assert!(check_value(Syntax::Oslo, "plain").is_ok());
    }
}
