//! The forms of texts that an API server checks: names, labels, quantities, times, bytes.
//!
//! Invariant: the rules are those of apimachinery's `util/validation` and `api/resource`.

use super::form::Text;

/// What was expected, where the text is not of that form.
pub fn complaint(kind: Text, text: &str) -> Option<&'static str> {
    let (good, wanted) = match kind {
        Text::Plain => (true, ""),
        Text::Time => (is_time(text), "a time such as `2026-01-31T12:00:00Z` (RFC 3339)"),
        Text::Bytes => (is_base64(text), "base64 (RFC 4648)"),
        Text::Quantity => (is_quantity(text), "a quantity such as `500m` or `2Gi`"),
        Text::DnsLabel => {
            (is_dns_label(text), "at most 63 lower-case letters, digits and inner hyphens (a label of RFC 1123)")
        }
        Text::DnsSubdomain => (
            is_dns_subdomain(text),
            "at most 253 lower-case letters, digits, hyphens and dots, a letter or digit at both ends of each part (RFC 1123)",
        ),
        Text::PortName => (
            is_port_name(text),
            "at most 15 lower-case letters, digits and single inner hyphens, a letter among them (RFC 6335)",
        ),
        Text::LabelKey => (
            is_qualified(text),
            "at most 63 letters, digits, `-`, `_` and `.`, a letter or digit at both ends; before it may stand a DNS name and `/`",
        ),
    };
    (!good).then_some(wanted)
}

fn is_lower(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn ends(text: &str, of: fn(u8) -> bool) -> bool {
    text.bytes().next().is_some_and(of) && text.bytes().next_back().is_some_and(of)
}

/// A label of a DNS name, at most 63 characters.
pub fn is_dns_label(text: &str) -> bool {
    text.len() <= 63 && is_dns_part(text)
}

fn is_dns_part(text: &str) -> bool {
    ends(text, is_lower) && text.bytes().all(|byte| is_lower(byte) || byte == b'-')
}

/// A label that begins with a letter, as Services need.
pub fn is_dns_1035_label(text: &str) -> bool {
    is_dns_label(text) && text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase())
}

/// A DNS name, at most 253 characters.
pub fn is_dns_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_dns_part)
}

/// A name that is one part of a path, as RBAC's objects have.
pub fn is_path_segment(text: &str) -> bool {
    !text.is_empty() && text != "." && text != ".." && !text.contains(['/', '%'])
}

/// The name of a port.
pub fn is_port_name(text: &str) -> bool {
    text.len() <= 15 && is_dns_part(text) && !text.contains("--") && text.bytes().any(|byte| byte.is_ascii_lowercase())
}

fn is_inner(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

fn is_name_part(text: &str) -> bool {
    text.len() <= 63 && ends(text, |byte| byte.is_ascii_alphanumeric()) && text.bytes().all(is_inner)
}

fn is_qualified(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_dns_subdomain(prefix) && is_name_part(name),
        None => is_name_part(text),
    }
}

/// The value of a label.
pub fn is_label_value(text: &str) -> bool {
    text.is_empty() || is_name_part(text)
}

/// The key of a ConfigMap or Secret.
pub fn is_file_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= 253 && text.bytes().all(is_inner) && text != "." && !text.starts_with("..")
}

fn is_base64(text: &str) -> bool {
    let clean: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let padding = clean.iter().rev().take_while(|byte| **byte == b'=').count();
    let letters = clean.len() - padding;
    clean.len().is_multiple_of(4)
        && padding <= 2
        && clean.iter().take(letters).all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

/// A quantity: a decimal number with a suffix or an exponent.
pub fn is_quantity(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(end);
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    if digits == 0 || number.len() - digits > 1 {
        return false;
    }
    match suffix {
        "" | "n" | "u" | "m" | "k" | "M" | "G" | "T" | "P" | "E" | "Ki" | "Mi" | "Gi" | "Ti" | "Pi" | "Ei" => true,
        _ => suffix.strip_prefix(['e', 'E']).is_some_and(|power| {
            let power = power.strip_prefix(['+', '-']).unwrap_or(power);
            !power.is_empty() && power.bytes().all(|byte| byte.is_ascii_digit())
        }),
    }
}

/// A quantity in thousand-millionths; none where it is none, or beyond reckoning.
pub fn amount(text: &str) -> Option<i128> {
    const UNITS: [(&str, i128); 12] = [
        ("Ki", 1 << 10),
        ("Mi", 1 << 20),
        ("Gi", 1 << 30),
        ("Ti", 1 << 40),
        ("Pi", 1 << 50),
        ("Ei", 1 << 60),
        ("k", 1_000),
        ("M", 1_000_000),
        ("G", 1_000_000_000),
        ("T", 1_000_000_000_000),
        ("P", 1_000_000_000_000_000),
        ("E", 1_000_000_000_000_000_000),
    ];
    if !is_quantity(text) {
        return None;
    }
    let end = text.find(|c: char| !c.is_ascii_digit() && !"+-.".contains(c)).unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let nanos = match suffix {
        "n" => 1,
        "u" => 1_000,
        "m" => 1_000_000,
        "" => 1_000_000_000,
        _ => UNITS.iter().find(|(unit, _)| *unit == suffix)?.1.checked_mul(1_000_000_000)?,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let parts = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    Some(digits.checked_mul(nanos)? / parts)
}

fn is_time(text: &str) -> bool {
    let Some((date, rest)) = text.split_once(['T', 't']) else { return false };
    let numbers = |text: &str, mark: char, highest: &[u32]| {
        let parts: Vec<&str> = text.split(mark).collect();
        parts.len() == highest.len()
            && parts.iter().zip(highest).all(|(part, highest)| {
                part.len() >= 2
                    && part.bytes().all(|byte| byte.is_ascii_digit())
                    && part.parse::<u32>().is_ok_and(|number| number <= *highest)
            })
    };
    let zone = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
    let (clock, zone) = rest.split_at(zone);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let zoned = zone == "Z" || zone == "z" || zone.get(1..).is_some_and(|zone| numbers(zone, ':', &[23, 59]));
    date.len() == 10
        && numbers(date, '-', &[9999, 12, 31])
        && numbers(clock, ':', &[23, 59, 60])
        && !fraction.is_empty()
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
        && zoned
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: Text, good: &[&str], bad: &[&str]) {
        for text in good {
            assert_eq!(complaint(kind, text), None, "{text}");
        }
        for text in bad {
            assert!(complaint(kind, text).is_some(), "{text} was accepted as {kind:?}");
        }
    }

    #[test]
    fn names_are_those_of_dns() {
        let long = "a".repeat(64);
        check(Text::DnsLabel, &["a", "nova-api", "0", &long[1..]], &["", "-a", "a-", "A", "a.b", "a_b", &long]);
        check(Text::DnsSubdomain, &["a", "a.b-c.0"], &["", ".a", "a.", "a..b", "a.-b", "A"]);
        check(Text::PortName, &["http", "a1", "x-y"], &["", "80", "a--b", "-a", "Http", "sixteen-letters-"]);
        assert!(is_dns_1035_label("a0") && !is_dns_1035_label("0a"));
    }

    #[test]
    fn keys_and_values_of_labels() {
        let long = "a".repeat(64);
        check(
            Text::LabelKey,
            &["app", "app.kubernetes.io/name", "A_b.c"],
            &["", "a/b/c", "/a", "a/", "-a", "A/b", &long],
        );
        assert!(is_label_value("") && is_label_value("A_b.c-1") && !is_label_value("a b") && !is_label_value(&long));
        assert!(is_file_name("nova.conf") && !is_file_name("..data") && !is_file_name("a/b") && !is_file_name(""));
    }

    #[test]
    fn quantities_times_and_bytes() {
        check(
            Text::Quantity,
            &["0", "1.5Gi", "500m", "-1", "1e3", "1E-3", ".5", "5.", "1E"],
            &["", "Gi", "1 Gi", "1Zi", "1.2.3", "1ee3", "many", "1gb", "."],
        );
        check(
            Text::Time,
            &["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.5+02:00"],
            &["", "2026-01-31", "2026-13-31T12:00:00Z", "2026-01-31T12:00:00", "2026-01-31T25:00:00Z"],
        );
        assert_eq!(amount("1.5Gi"), amount("1536Mi"));
        assert!(amount("500m") < amount("1") && amount("1G") < amount("1Gi") && amount("-1") < amount("1n"));
        assert!(amount("many").is_none() && amount("1").is_some());
        check(Text::Bytes, &["", "YWI=", "YWJj", "YW\nJj"], &["a", "YWI", "Y===", "ab c", "=YWI"]);
    }
}
