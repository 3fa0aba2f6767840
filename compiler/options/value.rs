//! Is a text a value of an option's type?
//!
//! The rules are those of oslo.config's `types` module, a little stricter where Python takes more than a person means
//! (`1_000`, `nan`). A `$` is a character: the printers protect it from substitution.
//!
//! Invariant: a text that the program itself would refuse is refused here.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::record::Record;

/// What is wrong with a value: what was expected.
pub type Validity = Result<(), String>;

/// Checks a text against a record.
pub fn check(record: &Record<'_>, text: &str) -> Validity {
    let text = text.trim();
    match record.kind {
        "list" => list(record, text),
        "dict" => dict(record, text),
        "multi" if record.item == Some("dict") => pairs(text).map(drop),
        "multi" => scalar(record, record.item.unwrap_or("string"), text),
        kind => scalar(record, kind, text),
    }
}

fn list(record: &Record<'_>, text: &str) -> Validity {
    let inner = match text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(inner) if record.bounds => inner,
        _ if record.bounds && !text.is_empty() => return Err("a list in brackets, `[a, b]`".to_owned()),
        _ => text,
    };
    let item = record.item.unwrap_or("string");
    inner.split(',').map(str::trim).filter(|part| !part.is_empty()).try_for_each(|part| scalar(record, item, part))
}

fn dict(record: &Record<'_>, text: &str) -> Validity {
    let item = record.item.unwrap_or("string");
    pairs(text)?.into_iter().try_for_each(|value| scalar(record, item, value))
}

/// The values of a dictionary.
fn pairs(text: &str) -> Result<Vec<&str>, String> {
    let inner = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(text);
    let pairs = inner.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    let value = |pair: &str| format!("pairs `key:value` joined by commas, found `{pair}`");
    pairs.map(|pair| pair.split_once(':').map(|(_, value)| value.trim()).ok_or_else(|| value(pair))).collect()
}

fn scalar(record: &Record<'_>, kind: &str, text: &str) -> Validity {
    match kind {
        "boolean" => boolean(text),
        "integer" => integer(record, text),
        "port" => match text.parse::<u16>() {
            Ok(number) => within(record, f64::from(number)),
            Err(_) => Err("a port, 0 to 65535".to_owned()),
        },
        "float" => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => within(record, number),
            _ => Err("a number".to_owned()),
        },
        "ip" => address(text).map(drop),
        "host-address" => address(text).map(drop).or_else(|_| hostname(text)),
        "hostname" | "host-domain" => hostname(text).or_else(|expected| match kind {
            "host-domain" => address(text).map(drop).map_err(|_| expected),
            _ => Err(expected),
        }),
        "uri" => uri(record, text),
        "string" | "regex" => string(record, text),
        "custom:Size" => size(record, text),
        "custom:Duration" => duration(text),
        // As Python writes them: settings of Django.
        "custom:List" => python(text, '[', "a list"),
        "custom:Dict" => python(text, '{', "entries by name"),
        "custom:Text" => python(text, '"', "a text"),
        "custom:IntegerOrInfinity" if text == "infinity" => Ok(()),
        "custom:IntegerOrInfinity" => integer(record, text),
        "custom:IntegerOrAddressport" | "custom:AddressportOrNone" => endpoint(text),
        // Other types are a program's own; their choices, where there are any, hold all the same.
        _ => choices(record, text),
    }
}

/// A literal of Python that begins so, or none.
fn python(text: &str, first: char, expected: &str) -> Validity {
    if text == "None" || text.starts_with(first) { Ok(()) } else { Err(expected.to_owned()) }
}

fn boolean(text: &str) -> Validity {
    let known = ["true", "1", "on", "yes", "false", "0", "off", "no"];
    if known.iter().any(|word| word.eq_ignore_ascii_case(text)) { Ok(()) } else { Err("true or false".to_owned()) }
}

fn integer(record: &Record<'_>, text: &str) -> Validity {
    // oslo.config takes an empty text for no value.
    if text.is_empty() {
        return Ok(());
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("an integer".to_owned());
    }
    choices(record, text)?;
    within(record, text.parse().unwrap_or(f64::MAX))
}

/// A number of bytes or items with a binary multiple behind it, as MariaDB's option reader takes it.
fn size(record: &Record<'_>, text: &str) -> Validity {
    let digits = text.trim_end_matches(|unit: char| "kKmMgGtTpPeE".contains(unit));
    let power = match text.get(digits.len()..).unwrap_or("").to_ascii_lowercase().as_str() {
        "" => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        "p" => 5,
        "e" => 6,
        _ => return Err("a number, with one of K, M, G, T, P, E behind it or none".to_owned()),
    };
    match digits.parse::<i64>() {
        #[allow(clippy::cast_precision_loss, reason = "bounds are compared, not computed with")]
        Ok(number) => within(record, number as f64 * 1024_f64.powi(power)),
        Err(_) => Err("a number, with one of K, M, G, T, P, E behind it or none".to_owned()),
    }
}

/// Numbers with units, as `1h30m` or `100ms`; a number alone.
fn duration(text: &str) -> Validity {
    let expected = || Err("a duration, for instance `100ms` or `1h30m`".to_owned());
    let is_number = |part: &str| part.parse::<f64>().is_ok();
    if is_number(text) {
        return Ok(());
    }
    let mut rest = text;
    while !rest.is_empty() {
        let unit = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, tail) = rest.split_at(unit);
        let end = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        if !is_number(number) || !["ns", "us", "ms", "s", "m", "h", "d", "w", "y"].contains(&unit) {
            return expected();
        }
        rest = tail;
    }
    if text.is_empty() { expected() } else { Ok(()) }
}

/// A port, `address:port`, or `none`.
fn endpoint(text: &str) -> Validity {
    let port = text.rsplit_once(':').map_or(text, |(_, port)| port);
    if text == "none" || port.parse::<u16>().is_ok() {
        Ok(())
    } else {
        Err("a port, or an address and a port".to_owned())
    }
}

fn within(record: &Record<'_>, number: f64) -> Validity {
    let low = record.min.is_none_or(|min| number >= min);
    let high = record.max.is_none_or(|max| number <= max);
    if low && high {
        return Ok(());
    }
    Err(match (record.min, record.max) {
        (Some(min), Some(max)) => format!("a number from {min} to {max}"),
        (Some(min), None) => format!("a number of at least {min}"),
        (None, Some(max)) => format!("a number of at most {max}"),
        (None, None) => "a number".to_owned(),
    })
}

fn choices(record: &Record<'_>, text: &str) -> Validity {
    let Some(words) = record.words() else { return Ok(()) };
    let same = |word: &str| word == text || (record.ignore_case && word.eq_ignore_ascii_case(text));
    if words.clone().any(same) {
        return Ok(());
    }
    let list: Vec<String> =
        words.clone().map(|word| if word.is_empty() { "``".to_owned() } else { word.to_owned() }).collect();
    let near = crate::diag::nearest(text, words);
    let near = near.map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default();
    Err(format!("one of {}{near}", list.join(", ")))
}

fn string(record: &Record<'_>, text: &str) -> Validity {
    if let Some(pattern) = record.regex
        && regex_lite::Regex::new(pattern).is_ok_and(|regex| !regex.is_match(text))
    {
        return Err(format!("a string that matches `{pattern}`"));
    }
    if record.max_length.is_some_and(|most| text.chars().count() > most) {
        return Err(format!("at most {} characters", record.max_length.unwrap_or_default()));
    }
    choices(record, text)
}

fn address(text: &str) -> Result<IpAddr, String> {
    let v4 = text.parse::<Ipv4Addr>().map(IpAddr::V4);
    v4.or_else(|_| text.parse::<Ipv6Addr>().map(IpAddr::V6)).map_err(|_| "an IP address".to_owned())
}

/// RFC 1123, with the underscore that oslo.config allows.
fn hostname(text: &str) -> Validity {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let name = text.strip_suffix('.').unwrap_or(text);
    let digits = name.split('.').all(|label| label.bytes().all(|byte| byte.is_ascii_digit()));
    if !digits && name.len() <= 253 && name.split('.').all(label) {
        return Ok(());
    }
    Err("a host name or address".to_owned())
}

fn uri(record: &Record<'_>, text: &str) -> Validity {
    let Some((scheme, rest)) = text.split_once("://").filter(|(scheme, _)| {
        scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    }) else {
        return Err("a URL".to_owned());
    };
    if rest.is_empty() || text.contains(char::is_whitespace) {
        return Err("a URL".to_owned());
    }
    if let Some(schemes) = record.schemes().filter(|schemes| !schemes.clone().any(|known| known == scheme)) {
        return Err(format!("a URL with one of the schemes {}", schemes.collect::<Vec<_>>().join(", ")));
    }
    string(record, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::table::Table;

    fn accepts(record: &str, text: &str) -> bool {
        let table = Table::parse(&format!(
            "{{\"releases\":[\"x\"],\"files\":{{\"f\":{{\"g\":{{\"o\":[{{\"in\":\"x\",{record}}}]}}}}}}}}"
        ));
        let table = table.expect("a table");
        let (_, sections) = table.files().next().expect("a file");
        let record = sections.get("g").and_then(|options| options.get("o")?.next()).expect("a record");
        check(&record, text).is_ok()
    }

    #[test]
    fn values_are_judged_by_type() {
        let cases = [
            ("\"type\":\"boolean\"", "on", "enabled"),
            ("\"type\":\"integer\",\"min\":1", "12", "0"),
            ("\"type\":\"integer\"", "-4", "1_000"),
            ("\"type\":\"integer\"", "", "4.5"),
            ("\"type\":\"float\",\"max\":1.0", "0.5", "1.5"),
            ("\"type\":\"float\"", "1e3", "nan"),
            ("\"type\":\"port\"", "5672", "70000"),
            ("\"type\":\"list\",\"item\":\"integer\"", "1, 2,3", "1,x"),
            ("\"type\":\"list\",\"item\":\"string\",\"bounds\":true", "[a,b]", "a,b"),
            ("\"type\":\"multi\",\"item\":\"dict\"", "a:b", "a"),
            ("\"type\":\"dict\"", "a:b,c:d", "a:b,c"),
            ("\"type\":\"string\",\"choices\":[\"a\",\"b\"]", "a", "A"),
            ("\"type\":\"string\",\"choices\":[\"a\",\"b\"],\"ignore-case\":true", "A", "c"),
            ("\"type\":\"ip\"", "2001:db8::1", "192.0.2"),
            ("\"type\":\"host-address\"", "keystone.example.com", "a b"),
            ("\"type\":\"hostname\"", "ctl1", "-ctl1"),
            ("\"type\":\"uri\",\"schemes\":[\"https\"]", "https://a", "http://a"),
            ("\"type\":\"string\",\"max-length\":3", "abc", "abcd"),
            ("\"type\":\"string\",\"regex\":\"^[a-z]+$\"", "abc", "a1"),
            ("\"type\":\"custom:Size\",\"min\":1024,\"max\":4194304", "4M", "5M"),
            ("\"type\":\"custom:Size\"", "512", "512Q"),
            ("\"type\":\"custom:Duration\"", "1h30m", "1 hour"),
            ("\"type\":\"custom:List\"", "[\"a\"]", "\"a\""),
            ("\"type\":\"custom:Dict\"", "{\"a\": 1}", "[1]"),
            ("\"type\":\"custom:Text\"", "\"a\"", "True"),
            ("\"type\":\"custom:IntegerOrInfinity\"", "infinity", "many"),
            ("\"type\":\"custom:IntegerOrAddressport\"", "127.0.0.1:5672", "amqp"),
            ("\"type\":\"custom:Octal\"", "anything", "\u{0}"),
        ];
        for (record, good, bad) in cases {
            assert!(accepts(record, good), "{record} takes {good}");
            let custom = record.contains("custom:Octal");
            assert_eq!(accepts(record, bad), custom, "{record} and {bad}");
        }
    }
}
