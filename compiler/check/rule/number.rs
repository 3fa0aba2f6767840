//! Tests of numbers: bounds that are sums, and oddness.
//!
//! Invariant: a text that is not a number is not checked here; its type is checked elsewhere.

use super::run::{Run, Value, with};
use crate::catalog::expr::Expr;
use crate::diag::Sink;
use crate::span::Span;

/// Which way a bound bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    Lowest,
    Highest,
}

impl Run<'_, '_> {
    pub(super) fn bound(
        &self,
        value: &Value,
        terms: &[Expr],
        bound: Bound,
        sink: &mut Sink,
    ) -> Option<(String, Vec<Span>)> {
        let mut sum = 0_i128;
        let mut from = Vec::new();
        for term in terms {
            let (text, spans) = self.term(term, sink);
            sum = sum.checked_add(number(&text)?)?;
            from.extend(spans);
        }
        let found = number(&value.text)?;
        let (broken, word) = match bound {
            Bound::Lowest => (found < sum, "at least"),
            Bound::Highest => (found > sum, "at most"),
        };
        let message = || format!("{} is {} and must be {word} {}", value.title, value.text, shown(sum, &value.text));
        broken.then(|| (message(), with(value, &from)))
    }
}

pub(super) fn odd(value: &Value) -> Option<(String, Vec<Span>)> {
    let found = number(&value.text)?;
    let message = || format!("{} is {} and must be odd", value.title, value.text);
    (found % 2 == 0).then(|| (message(), value.spans.clone()))
}

/// An integer, with a binary unit where it has one: `4G` is 4 · 1024³ bytes, as MariaDB and Kubernetes' `4Gi` count.
pub(super) fn number(text: &str) -> Option<i128> {
    let text = text.trim();
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let (digits, unit) = digits.split_at(end);
    let power = match unit.trim_end_matches('i') {
        "" => 0,
        unit => 1 + ["K", "M", "G", "T"].iter().position(|known| unit.eq_ignore_ascii_case(known))?,
    };
    let factor = 1024_i128.checked_pow(u32::try_from(power).ok()?)?;
    digits.parse::<i128>().ok()?.checked_mul(factor)?.checked_mul(sign)
}

/// A bound in the unit in which the value was given, rounded down.
fn shown(bound: i128, like: &str) -> String {
    let unit = like.trim().trim_start_matches(|c: char| c.is_ascii_digit() || c == '-');
    match number(&format!("1{unit}")) {
        Some(size) if !unit.is_empty() => format!("{}{unit}", bound.div_euclid(size)),
        _ => bound.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{number, shown};

    #[test]
    fn numbers_carry_units() {
        for (text, expected) in [
            ("12", Some(12)),
            ("-3", Some(-3)),
            ("4G", Some(4 << 30)),
            ("1Gi", Some(1 << 30)),
            ("512m", Some(512 << 20)),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
        for text in ["", "many", "1.5", "G", "1x"] {
            assert_eq!(number(text), None, "{text}");
        }
        assert_eq!(shown(3 << 30, "4G"), "3G");
        assert_eq!(shown(7, "2"), "7");
    }
}
