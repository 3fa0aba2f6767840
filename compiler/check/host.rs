//! A text to the words in it that may be hosts.
//!
//! Invariant: nothing of the text is checked here; any word of letters, digits, dots and hyphens may be a host.

/// A word of a value that may be a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Host<'v> {
    /// The word.
    pub name: &'v str,
    /// The number behind it, where `:` and one follow.
    pub port: Option<i64>,
    /// What follows host and port.
    pub rest: &'v str,
}

/// The words of a text that may be hosts.
pub fn hosts(text: &str) -> Vec<Host<'_>> {
    let in_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(in_name) {
        let tail = rest.get(start..).unwrap_or("");
        let (name, after) = tail.split_at(tail.find(|c| !in_name(c)).unwrap_or(tail.len()));
        let digits = after.strip_prefix(':').unwrap_or("");
        let (digits, behind) = digits.split_at(digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len()));
        let port = digits.parse().ok();
        rest = if port.is_some() { behind } else { after };
        found.push(Host { name, port, rest });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::hosts;

    #[test]
    fn hosts_stand_in_urls_and_lists() {
        let found = |text| hosts(text).into_iter().map(|host| (host.name, host.port)).collect::<Vec<_>>();
        assert_eq!(found("http://a.b:80/v3"), [("http", None), ("a.b", Some(80)), ("v3", None)]);
        assert_eq!(found("a-0:1,a-1:2"), [("a-0", Some(1)), ("a-1", Some(2))]);
        assert_eq!(found("gcomm://x,y"), [("gcomm", None), ("x", None), ("y", None)]);
        assert_eq!(found(""), []);
    }
}
