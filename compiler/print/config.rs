//! Sections of options to the text of a config file.
//!
//! Invariant: an option with several values is several lines, in order; every line knows its origin.

use std::fmt::Write as _;

use crate::config::file::{Line, Part, SecretUse, Section, Syntax};
use crate::config::quote::quote;
use crate::origin::OriginId;
use crate::print::printed::Printed;

/// Prints a file; `reveal` gives what is written where a secret stands.
pub fn print(syntax: Syntax, sections: &[Section], reveal: &dyn Fn(&SecretUse) -> String) -> Printed {
    let mut printed = Printed::default();
    for section in sections {
        let first = section
            .options
            .first()
            .and_then(|option| option.values.first())
            .map_or(OriginId::BUILTIN, |(_, origin)| *origin);
        if !printed.lines.is_empty() {
            line(&mut printed, first, "");
        }
        if section.name != "-" {
            line(&mut printed, first, &format!("[{}]", section.name));
        }
        for option in &section.options {
            for (value, origin) in &option.values {
                let value = text(syntax, value, reveal);
                let text = match syntax {
                    Syntax::MyCnf | Syntax::Directives if value.is_empty() => option.name.clone(),
                    Syntax::Directives => format!("{} {value}", option.name),
                    Syntax::Lines => value,
                    Syntax::Environment => format!("{}={value}", option.name),
                    _ if value.is_empty() => format!("{} =", option.name),
                    _ => format!("{} = {value}", option.name),
                };
                line(&mut printed, *origin, &text);
            }
        }
    }
    printed
}

fn line(printed: &mut Printed, origin: OriginId, text: &str) {
    let _ = writeln!(printed.text, "{text}");
    printed.lines.push(origin);
}

fn text(syntax: Syntax, value: &Line, reveal: &dyn Fn(&SecretUse) -> String) -> String {
    let mut whole = String::new();
    for part in &value.parts {
        match part {
            Part::Public(text) => whole.push_str(text),
            Part::Secret(secret) => whole.push_str(&reveal(secret)),
        }
    }
    quote(syntax, &whole).into_owned()
}
