//! References to images: `registry/path:tag@algorithm:digest`, and the locks that give them digests.
//!
//! Invariant: a digest is one that a container runtime takes (OCI image specification, "descriptor", digests).

use std::collections::BTreeMap;

/// A reference, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference<'r> {
    /// The registry and the path in it.
    pub name: &'r str,
    /// The tag.
    pub tag: Option<&'r str>,
    /// The digest, with its algorithm.
    pub digest: Option<&'r str>,
}

impl<'r> Reference<'r> {
    /// Takes a reference apart. What is wrong with it, where it is not valid.
    pub fn parse(text: &'r str) -> Result<Reference<'r>, String> {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (text, None),
        };
        if let Some(digest) = digest {
            check_digest(digest)?;
        }
        // A colon before a slash is that of a port.
        let colon = rest.rfind(':').filter(|at| !rest.get(at + 1..).is_some_and(|tag| tag.contains('/')));
        let (name, tag) = match colon.and_then(|at| Some((rest.get(..at)?, rest.get(at + 1..)?))) {
            Some((name, tag)) => (name, Some(tag)),
            None => (rest, None),
        };
        let is_tag = |tag: &str| {
            (1..=128).contains(&tag.len())
                && !tag.starts_with(['.', '-'])
                && tag.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
        };
        if let Some(tag) = tag.filter(|tag| !is_tag(tag)) {
            return Err(format!("the tag `{tag}` is not valid: at most 128 letters, digits, `_`, `.` and `-`"));
        }
        check_name(name)?;
        Ok(Reference { name, tag, digest })
    }

    /// Does the tag say nothing of a version, so that it is set to another image again and again?
    pub fn floats(&self) -> bool {
        const MOVING: [&str; 9] = ["latest", "master", "main", "edge", "nightly", "dev", "devel", "stable", "testing"];
        let words = |tag: &str| tag.split(['-', '_', '.']).map(str::to_owned).collect::<Vec<_>>();
        let is_version = |tag: &str| tag.chars().any(|c| c.is_ascii_digit());
        self.digest.is_none()
            && self
                .tag
                .is_none_or(|tag| !is_version(tag) || words(tag).iter().any(|word| MOVING.contains(&word.as_str())))
    }
}

/// Is it an algorithm with a digest of its length?
pub fn check_digest(digest: &str) -> Result<(), String> {
    let expected = "expected `sha256:` and 64 digits of lower-case hexadecimal";
    let Some((algorithm, hex)) = digest.split_once(':') else {
        return Err(format!("the digest `{digest}` has no algorithm, {expected}"));
    };
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return Err(format!("the digest's algorithm is `{algorithm}`, {expected}")),
    };
    let is_hex = hex.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    if hex.len() != length || !is_hex {
        return Err(format!(
            "the digest `{digest}` has {} characters after its colon, {expected}",
            hex.chars().count()
        ));
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), String> {
    if name.contains("://") {
        return Err("a reference has no scheme such as `https://`".to_owned());
    }
    let (host, path) = match name.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => (Some(host), path),
        _ => (None, name),
    };
    let is_host = |host: &str| host.chars().all(|c| c.is_ascii_alphanumeric() || ".:-[]".contains(c));
    let is_part = |part: &str| {
        !part.is_empty()
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c))
            && part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part.ends_with(|c: char| c.is_ascii_alphanumeric())
    };
    match path.split('/').find(|part| !is_part(part)) {
        _ if host.is_some_and(|host| !is_host(host)) => Err(format!("`{name}` begins with an invalid host")),
        Some("") => Err(format!("`{name}` has an empty part")),
        Some(part) => {
            Err(format!("`{part}` is not a valid part of a name: lower-case letters, digits, `.`, `_` and `-`"))
        }
        None => Ok(()),
    }
}

/// Digests by reference.
pub type Locks = BTreeMap<String, String>;

/// Reads the lines of a lock, `REFERENCE DIGEST` each; lines that are empty or begin with `#` are passed over. The number of a line
/// that is something else, from 1, and what is wrong with it.
pub fn read_locks(text: &str) -> Result<Locks, (usize, String)> {
    let mut locks = Locks::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut words = line.split_whitespace();
        let (Some(reference), Some(digest), None) = (words.next(), words.next(), words.next()) else {
            return Err((number, "expected a reference and its digest".to_owned()));
        };
        let parsed = Reference::parse(reference).map_err(|what| (number, what))?;
        check_digest(digest).map_err(|what| (number, what))?;
        if parsed.digest.is_some() {
            return Err((number, format!("`{reference}` has a digest already")));
        }
        if locks.insert(reference.to_owned(), digest.to_owned()).is_some_and(|known| known != digest) {
            return Err((number, format!("`{reference}` has another digest above")));
        }
    }
    Ok(locks)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    #[test]
    fn references_are_taken_apart_and_wrong_ones_refused() {
        let one = format!("localhost:5000/a/b:1.2@{DIGEST}");
        let expected = Reference { name: "localhost:5000/a/b", tag: Some("1.2"), digest: Some(DIGEST) };
        assert_eq!(Reference::parse(&one), Ok(expected));
        assert_eq!(Reference::parse("plain").map(|found| (found.name, found.tag)), Ok(("plain", None)));
        assert_eq!(Reference::parse("r:5000/a").map(|found| (found.name, found.tag)), Ok(("r:5000/a", None)));
        for wrong in [
            "",
            "a b",
            "https://quay.io/a:1",
            "quay.io/A:1",
            "quay.io//a:1",
            "quay.io/a:",
            "quay.io/a:-x",
            "quay.io/a@sha256:abc",
            "quay.io/a@abc",
            "quay.io/a@md5:9f86d081884c7d659a2feaa0c55ad015",
            &format!("quay.io/a@{}", DIGEST.to_uppercase()),
            &format!("quay.io/a@{DIGEST}@{DIGEST}"),
        ] {
            assert!(Reference::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn tags_without_a_version_float() {
        let locked = format!("a:latest@{DIGEST}");
        for (reference, expected) in [
            ("a", true),
            ("a:latest", true),
            ("a:latest-ubuntu_noble", true),
            ("a:ubuntu_noble", true),
            ("a:2026.1-latest", true),
            ("a:2026.1-ubuntu_noble", false),
            ("a:v3.6.5", false),
            ("a:4.3.5-management", false),
            (&locked, false),
        ] {
            assert_eq!(Reference::parse(reference).map(|found| found.floats()), Ok(expected), "{reference}");
        }
    }

    #[test]
    fn locks_are_lines_and_a_wrong_line_is_told_by_its_number() {
        let text = format!("# made today\n\nquay.io/a:1 {DIGEST}\n");
        let expected = Locks::from([("quay.io/a:1".to_owned(), DIGEST.to_owned())]);
        assert_eq!(read_locks(&text), Ok(expected));
        for wrong in
            ["quay.io/a:1", "quay.io/a:1 sha256:abc", &format!("quay.io/a:1 {DIGEST} x"), &format!("A {DIGEST}")]
        {
            assert_eq!(read_locks(&format!("\n{wrong}\n")).map_err(|(line, _)| line), Err(2), "{wrong}");
        }
    }
}
