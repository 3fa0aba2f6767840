//! The language of oslo.policy's rules, as far as one names another.
//!
//! Invariant: a name that is made at run time (`%(name)s`) is no reference.

/// The rules that a check refers to.
pub fn references(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|character: char| character.is_whitespace() || character == '(' || character == ')');
    words.filter_map(|word| word.strip_prefix("rule:")).filter(|name| !name.is_empty() && !name.contains('%'))
}

#[cfg(test)]
mod tests {
    use super::references;

    #[test]
    fn references_stand_between_words_and_brackets() {
        let found: Vec<&str> = references(
            "(rule:admin_required or not rule:owner) and role:x and rule:%(y)s and project_id:%(project_id)s",
        )
        .collect();
        assert_eq!(found, vec!["admin_required", "owner"]);
    }
}
