//! Ranges in names and addresses: `cmp[01-40]`, `10.0.0.[101-140]`.
//!
//! Invariant: a range gives at most [`LIMIT`] names, all different, in order.

/// The most names that one range may give.
pub const LIMIT: usize = 100_000;

/// The names that a text with at most one `[first-last]` stands for. The reason where it cannot be read.
pub fn expand(text: &str) -> Result<Vec<String>, String> {
    let Some((head, rest)) = text.split_once('[') else {
        return if text.contains(']') {
            Err(format!("`{text}` has `]` without `[`"))
        } else {
            Ok(vec![text.to_owned()])
        };
    };
    let Some((range, tail)) = rest.split_once(']') else { return Err(format!("`{text}` has `[` without `]`")) };
    if tail.contains(['[', ']']) {
        return Err(format!("`{text}` has more than one range"));
    }
    let numbers = range.split_once('-').and_then(|(first, last)| Some((number(first)?, number(last)?, first.len())));
    let Some((first, last, width)) = numbers else {
        return Err(format!("expected `[first-last]` with integers, found `[{range}]`"));
    };
    if first > last {
        return Err(format!("the range `[{range}]` ends before it begins"));
    }
    let count = usize::try_from(last - first).unwrap_or(usize::MAX).saturating_add(1);
    if count > LIMIT {
        return Err(format!("the range `[{range}]` has more than {LIMIT} names"));
    }
    Ok((first..=last).map(|number| format!("{head}{number:0width$}{tail}")).collect())
}

fn number(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_expand_in_order_and_keep_their_zeros() {
        assert_eq!(expand("cmp[08-11]").unwrap(), ["cmp08", "cmp09", "cmp10", "cmp11"]);
        assert_eq!(expand("10.0.0.[9-10]").unwrap(), ["10.0.0.9", "10.0.0.10"]);
        assert_eq!(expand("one").unwrap(), ["one"]);
    }

    #[test]
    fn what_is_no_range_says_why() {
        for text in ["a[1-2", "a1]", "a[1-2][1-2]", "a[2-1]", "a[x-y]", "a[1-999999999]", "a[-1-2]"] {
            assert!(expand(text).is_err(), "{text}");
        }
    }
}
