//! A store's text to one that a diagnostic may show: what could be a value in plain text is masked, byte for byte.
//!
//! Diagnostics show the line that they are about, and a store that was edited wrongly has values in plain text. So lines are shown
//! only as far as they have the form of something public: names, ciphertext, tags, recipients, times.
//!
//! Invariant: the masked text has the length of the text in bytes, and its line breaks at the same places.

use super::tag::is_tag;
use crate::kube::secret::SecretPath;

/// Masks a text.
pub fn text(text: &str) -> String {
    text.split_inclusive('\n').map(line).collect()
}

fn line(line: &str) -> String {
    let body = line.trim_end_matches(['\n', '\r']);
    let end = line.get(body.len()..).unwrap_or_default();
    let indent = body.len() - body.trim_start_matches([' ', '-']).len();
    let (indent, rest) = body.split_at_checked(indent).unwrap_or((body, ""));
    let (key, value) = match rest.split_once(':') {
        Some((key, value)) if is_key(key) && (value.is_empty() || value.starts_with(' ')) => (key, Some(value)),
        _ => ("", None),
    };
    match value {
        Some(value) => {
            let bare = value.trim().trim_matches('"');
            let known = ["site", "lastmodified", "version"].contains(&key);
            let shown = if known || is_public(bare) { value.to_owned() } else { mask(value) };
            format!("{indent}{key}:{shown}{end}")
        }
        None if is_public(rest.trim_matches('"')) => line.to_owned(),
        None => format!("{indent}{}{end}", mask(rest)),
    }
}

/// A key of the layout, or the name of a secret.
fn is_key(key: &str) -> bool {
    KEYS.contains(&key) || SecretPath::parse(key).is_some()
}

const KEYS: [&str; 14] = [
    "site",
    "tag-key",
    "recipients",
    "secrets",
    "made",
    "tag",
    "value",
    "sops",
    "age",
    "recipient",
    "enc",
    "lastmodified",
    "mac",
    "version",
];

/// Has it the form of something that is public in a store?
fn is_public(value: &str) -> bool {
    let base64 = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte));
    let sealed = || {
        value
            .strip_prefix("ENC[AES256_GCM,data:")
            .and_then(|rest| rest.strip_suffix(']'))
            .is_some_and(|rest| rest.split(',').all(|part| base64(part.split_once(':').map_or(part, |(_, data)| data))))
    };
    value.is_empty() || value == "|" || is_tag(value) || is_recipient(value) || is_time(value) || sealed()
}

fn is_recipient(value: &str) -> bool {
    let (recipient, sum) = value.split_once(' ').unwrap_or((value, "sha256:"));
    let lower = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    recipient.starts_with("age1") && recipient.bytes().all(lower) && sum.starts_with("sha256:")
}

fn is_time(value: &str) -> bool {
    value.len() == 20
        && value.ends_with('Z')
        && value.bytes().all(|byte| byte.is_ascii_digit() || b"-:TZ".contains(&byte))
}

/// Blanks stay, so that the place of a mistake can be seen.
fn mask(text: &str) -> String {
    let star = |c: char| if c == ' ' { " ".to_owned() } else { "*".repeat(c.len_utf8()) };
    text.chars().map(star).collect()
}

/// A message of the notation's reader without the text that it quotes.
pub fn message(message: &str) -> String {
    message.split('`').step_by(2).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" … ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_value_is_masked_and_length_stays() {
        let shown = "secrets:\n    a/b:\n        value: ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]\n";
        assert_eq!(text(shown), shown);
        for hidden in [
            "value: hunter2 and more\n",
            "# note: hunter2\n",
            "    hunter2\r\n",
            "- hunter2\n",
            "\"hunter2: é\n",
            "value: age1Hunter2",
        ] {
            let masked = text(hidden);
            assert!(!masked.to_lowercase().contains("hunter2"), "{masked}");
            assert_eq!(masked.len(), hidden.len());
        }
    }

    #[test]
    fn a_message_quotes_nothing() {
        assert_eq!(message("the key `hunter2` is a duplicate in this map"), "the key … is a duplicate in this map");
    }
}
