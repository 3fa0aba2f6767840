//! Resource quantities in the form in which the API server stores them.
//!
//! Invariant: the canonical form of a canonical form is itself (apimachinery's `resource.Quantity`).

const BINARY: [&str; 6] = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const DECIMAL: [&str; 6] = ["k", "M", "G", "T", "P", "E"];

/// The canonical form of a quantity: `1000m` is `1`, `0.5` is `500m`, `1024Mi` is `1Gi`. None where it is not a valid quantity.
pub fn canonical(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if number.is_empty() || fraction.contains('.') || whole.len() + fraction.len() > 24 {
        return None;
    }
    if let Some(power) = BINARY.iter().position(|known| *known == unit) {
        return binary(whole, fraction, power + 1);
    }
    let power = match unit {
        "" => 0,
        "m" => -1,
        unit => i32::try_from(DECIMAL.iter().position(|known| *known == unit)?).ok()? + 1,
    };
    decimal(whole, fraction, power)
}

/// The integer that a quantity stands for, rounded up: `2Ki` is 2048, `1500m` is 2.
pub fn bytes(text: &str) -> Option<u128> {
    let canonical = canonical(text)?;
    let (digits, unit) = canonical.split_at(canonical.find(|c: char| !c.is_ascii_digit()).unwrap_or(canonical.len()));
    let number: u128 = digits.parse().ok()?;
    let power = |units: [&str; 6]| Some(u32::try_from(units.iter().position(|known| *known == unit)?).ok()? + 1);
    match unit {
        "" => Some(number),
        "m" => Some(number.div_ceil(1000)),
        _ => match power(BINARY) {
            Some(power) => number.checked_mul(1024_u128.checked_pow(power)?),
            None => number.checked_mul(1000_u128.checked_pow(power(DECIMAL)?)?),
        },
    }
}

fn scaled(whole: &str, fraction: &str, factor: u128) -> Option<(u128, u128)> {
    let digits: u128 = format!("{whole}{fraction}").parse().ok()?;
    let parts = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    Some((digits.checked_mul(factor)?, parts))
}

fn binary(whole: &str, fraction: &str, power: usize) -> Option<String> {
    let (bytes, parts) = scaled(whole, fraction, 1024_u128.checked_pow(u32::try_from(power).ok()?)?)?;
    let mut bytes = bytes.div_ceil(parts);
    let mut unit = "";
    for next in BINARY {
        if bytes == 0 || bytes % 1024 != 0 {
            break;
        }
        bytes /= 1024;
        unit = next;
    }
    Some(format!("{bytes}{unit}"))
}

fn decimal(whole: &str, fraction: &str, power: i32) -> Option<String> {
    // In thousandths, rounded up, as the API server does for anything finer.
    let factor = 1000_u128.checked_pow(u32::try_from(power + 1).ok()?)?;
    let (thousandths, parts) = scaled(whole, fraction, factor)?;
    let mut value = thousandths.div_ceil(parts);
    if value == 0 {
        return Some("0".to_owned());
    }
    let mut unit = "m";
    for next in ["", "k", "M", "G", "T", "P", "E"] {
        if value % 1000 != 0 {
            break;
        }
        value /= 1000;
        unit = next;
    }
    Some(format!("{value}{unit}"))
}

#[cfg(test)]
mod tests {
    use super::{bytes, canonical};

    #[test]
    fn quantities_become_what_the_api_server_stores() {
        for (text, expected) in [
            ("1000m", "1"),
            ("0.5", "500m"),
            ("1024Mi", "1Gi"),
            ("12000m", "12"),
            ("1000M", "1G"),
            ("1.5Gi", "1536Mi"),
            ("100m", "100m"),
            ("0", "0"),
            ("2500", "2500"),
            ("4096", "4096"),
        ] {
            assert_eq!(canonical(text).as_deref(), Some(expected), "{text}");
        }
        for (text, expected) in [("2Ki", 2048), ("1.5Gi", 1536 << 20), ("1500m", 2), ("3k", 3000), ("7", 7)] {
            assert_eq!(bytes(text), Some(expected), "{text}");
        }
        for text in ["", "Mi", "1.2.3", "1 Gi", "-1", "1Zi", "many"] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }
}
