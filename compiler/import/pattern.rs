//! Patterns of keys and of paths.
//!
//! Invariant: what a pattern matched stands in the order of its stars.

/// What a pattern matched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Captures {
    /// What each star matched, in their order.
    pub parts: Vec<String>,
    /// How many parts of the path stand before what `**` matched; all of them where there is none.
    pub fixed: usize,
}

impl Captures {
    /// Did the pattern match nothing but itself?
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// A text with `{1}` and its like replaced.
    pub fn fill(&self, text: &str) -> String {
        let numbered = self.parts.iter().enumerate();
        numbered.fold(text.to_owned(), |text, (number, value)| {
            let kebab = value.replace('_', "-");
            text.replace(&format!("{{{}}}", number + 1), value).replace(&format!("{{{}:kebab}}", number + 1), &kebab)
        })
    }
}

/// What a pattern matches of a path: `*` is any text in a part, `**` all parts that follow, `[]` a place in a list.
pub fn matched(pattern: &[&str], path: &[String]) -> Option<Captures> {
    let mut captures = Vec::new();
    for (index, part) in pattern.iter().enumerate() {
        if *part == "**" {
            let rest = path.get(index..).filter(|rest| !rest.is_empty())?;
            captures.push(rest.join("."));
            return Some(Captures { parts: captures, fixed: index });
        }
        let found = path.get(index)?;
        match part.strip_suffix("[]") {
            Some("") => found.starts_with('[').then_some(())?,
            _ => glob(part, found, &mut captures)?,
        }
    }
    (pattern.len() == path.len()).then_some(Captures { parts: captures, fixed: path.len() })
}

/// Matches a text; each `*` is any text, the shortest that fits, and the last one all that is left.
pub fn glob(pattern: &str, text: &str, captures: &mut Vec<String>) -> Option<()> {
    let Some((before, behind)) = pattern.split_once('*') else { return (pattern == text).then_some(()) };
    let text = text.strip_prefix(before)?;
    if !behind.contains('*') {
        captures.push(text.strip_suffix(behind)?.to_owned());
        return Some(());
    }
    let known = captures.len();
    for (end, _) in text.char_indices().chain([(text.len(), ' ')]) {
        let (middle, rest) = text.split_at_checked(end)?;
        captures.push(middle.to_owned());
        if glob(behind, rest, captures).is_some() {
            return Some(());
        }
        captures.truncate(known);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_part_by_part() {
        let path = |text: &str| text.split('.').map(str::to_owned).collect::<Vec<_>>();
        let run =
            |pattern: &str, text: &str| matched(&pattern.split('.').collect::<Vec<_>>(), &path(text)).map(|c| c.parts);
        assert_eq!(run("a.*.c", "a.b.c"), Some(vec!["b".to_owned()]));
        assert_eq!(run("enable_*", "enable_x"), Some(vec!["x".to_owned()]));
        assert_eq!(run("a.**", "a.b.c"), Some(vec!["b.c".to_owned()]));
        assert_eq!(run("*_b*", "a_b_b"), Some(vec!["a".to_owned(), "_b".to_owned()]));
        assert_eq!(run("*-x_*", "a_x-b"), None);
        assert_eq!(run("a.[].b", "a.[3].b"), Some(vec![]));
        for (pattern, text) in [("a.*", "a"), ("a.*", "a.b.c"), ("a.**", "a"), ("a", "b")] {
            assert_eq!(run(pattern, text), None, "{pattern} {text}");
        }
    }
}
