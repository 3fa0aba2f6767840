//! Bare words of YAML to values: YAML 1.2's core schema, less what an older reader takes for something else.
//!
//! Invariant: a word that two readers could take differently stays text and is a fault.

use std::borrow::Cow;

use super::super::node::Value;

/// A value, and what is wrong with having written it bare.
pub(super) struct Plain {
    pub value: Value,
    pub fault: Option<(&'static str, String)>,
}

/// The value of a bare word.
pub(super) fn resolve(text: &str) -> Plain {
    let value = match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => return number(text),
    };
    Plain { value, fault: None }
}

fn number(text: &str) -> Plain {
    let as_text = || Value::Text(Cow::Owned(text.to_owned()));
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    // Most words: numbers and dates begin with another character, and the booleans of older readers have three letters at most.
    if text.len() > 3 && text.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return Plain { value: as_text(), fault: None };
    }
    if decimal_digits(unsigned) && !leading_zero(unsigned) {
        return match text.parse::<i64>() {
            Ok(number) => Plain { value: Value::Integer(number), fault: None },
            Err(_) => {
                let message = format!("`{text}` is beyond the integers of 64 bits");
                Plain { value: as_text(), fault: Some(("TG0106", message)) }
            }
        };
    }
    if fraction(unsigned) {
        let written = text.strip_prefix('+').unwrap_or(text);
        return Plain { value: Value::Decimal(Cow::Owned(written.to_owned())), fault: None };
    }
    let fault = if matches!(unsigned.to_ascii_lowercase().as_str(), ".inf" | ".nan") {
        Some(("TG0106", format!("`{text}` is not a valid number")))
    } else {
        misread_as(text, unsigned).map(|what| ("TG0109", format!("some readers take `{text}` for {what}")))
    };
    Plain { value: as_text(), fault }
}

fn decimal_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn leading_zero(digits: &str) -> bool {
    digits.len() > 1 && digits.starts_with('0')
}

/// JSON's form of a number with a fraction or an exponent.
fn fraction(unsigned: &str) -> bool {
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, part) = match mantissa.split_once('.') {
        Some((whole, part)) => (whole, Some(part)),
        None => (mantissa, None),
    };
    decimal_digits(whole)
        && !leading_zero(whole)
        && part.is_none_or(decimal_digits)
        && exponent.is_none_or(decimal_digits)
        && (part.is_some() || exponent.is_some())
}

/// What another reader makes of a word that is text here.
fn misread_as(text: &str, unsigned: &str) -> Option<&'static str> {
    const TRUTHS: [&str; 6] = ["yes", "no", "on", "off", "y", "n"];
    let lower = text.to_ascii_lowercase();
    let capital = text.chars().skip(1).all(|letter| letter.is_ascii_lowercase());
    if TRUTHS.contains(&lower.as_str()) && (capital || text == text.to_ascii_uppercase()) {
        return Some("a boolean");
    }
    let first_is_digit = unsigned.starts_with(|letter: char| letter.is_ascii_digit());
    let digits = |allowed: &str| unsigned.chars().all(|letter| letter.is_ascii_digit() || allowed.contains(letter));
    let radix = ["0x", "0o", "0b"].iter().any(|prefix| {
        unsigned.strip_prefix(prefix).is_some_and(|rest| {
            !rest.is_empty() && rest.chars().all(|letter| letter.is_ascii_hexdigit() || letter == '_')
        })
    });
    if radix || (first_is_digit && digits("_")) {
        return Some("a number");
    }
    if first_is_digit && text.contains(':') && digits("_.:") && !unsigned.contains("::") {
        return Some("a number to the base of 60");
    }
    if date(text) {
        return Some("a date");
    }
    // What is left of numbers: `.5`, `1.`, `01.5`, `1_0.5`.
    let dotted = unsigned.matches('.').count() == 1 && unsigned.len() > 1 && digits("_.");
    dotted.then_some("a number")
}

fn date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let (Some(year), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let day: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let after = rest.get(day.len()..).unwrap_or("");
    let time = after.is_empty() || after.starts_with(['T', 't', ' ']);
    decimal_digits(year)
        && year.len() == 4
        && decimal_digits(month)
        && month.len() <= 2
        && decimal_digits(&day)
        && day.len() <= 2
        && time
}

/// The parser's sentence as a message: it opens in lower case and has no full stop.
pub(super) fn house_style(sentence: &str) -> String {
    let mut letters = sentence.trim().trim_end_matches('.').chars();
    letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}
