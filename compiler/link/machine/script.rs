//! Jobs as shell scripts: run in a mount namespace of their own, as their user, with nothing but their own environment.
//!
//! Invariant: a step that ended well runs again only when its digest changed; a second run changes nothing.
//! Invariant: every word is quoted for the shell, and no secret is among them.

use std::fmt::Write as _;

use crate::catalog::target::Distribution;
use crate::lower::machine::Run;

/// Where programs of packages are.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A job that runs once for each digest. The last line that it prints is `done`, or `unchanged`.
pub fn step(run: &Run, binds: &[(String, String)], on: Distribution, digest: &str) -> String {
    let name = run.id.replace('/', "-");
    let mut text = format!("#!/bin/sh\n# {}: runs once for each digest.\nset -eu\n", run.id);
    let _ = write!(
        text,
        "stamp=/var/lib/taco-gen/done/{name}\ndigest={digest}\n\
         if [ \"${{1:-}}\" != inside ]; then\n    \
         if [ -f \"$stamp\" ] && [ \"$(cat \"$stamp\")\" = \"$digest\" ]; then\n        \
         echo unchanged\n        exit 0\n    fi\n    \
         unshare --mount \"$0\" inside\n    \
         mkdir -p /var/lib/taco-gen/done\n    \
         printf '%s\\n' \"$digest\" >\"$stamp\"\n    \
         echo 'done'\n    exit 0\nfi\n"
    );
    text.push_str(&inside(run, binds, on));
    text
}

/// A job that cron starts.
pub fn timed(run: &Run, binds: &[(String, String)], on: Distribution) -> String {
    let mut text = format!("#!/bin/sh\n# {}\nset -eu\n", run.id);
    text.push_str("if [ \"${1:-}\" != inside ]; then\n    exec unshare --mount \"$0\" inside\nfi\n");
    text.push_str(&inside(run, binds, on));
    text
}

fn inside(run: &Run, binds: &[(String, String)], on: Distribution) -> String {
    let mut text = String::new();
    if !on.has_private_unshare() {
        text.push_str("mount --make-rprivate /\n");
    }
    if binds.iter().any(|(_, to)| to.starts_with("/run/")) {
        // What is mounted below is seen by this script alone.
        text.push_str("mkdir -p /run/secrets /run/taco\n");
        text.push_str("mount -t tmpfs -o mode=0755 tmpfs /run/secrets\nmount -t tmpfs -o mode=0755 tmpfs /run/taco\n");
    }
    for (from, to) in binds {
        let _ = writeln!(text, "mkdir -p {0}\nmount --bind {1} {0}", quoted(to), quoted(from));
    }
    let mut words: Vec<String> = ["runuser", "-u", &run.user, "--", "env", "-i"].map(str::to_owned).to_vec();
    if !run.env.iter().any(|(name, _)| name == "PATH") {
        words.push(format!("PATH={PATH}"));
    }
    words.push(format!("LANG={}", on.locale()));
    words.extend(run.env.iter().map(|(name, value)| quoted(&format!("{name}={value}"))));
    words.extend(run.command.iter().map(|word| quoted(word)));
    let _ = writeln!(text, "exec {}", words.join(" \\\n    "));
    text
}

/// A word as the shell reads it back.
fn quoted(word: &str) -> String {
    let is_simple = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:=,@+%".contains(c));
    if is_simple { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_are_what_the_shell_reads_back() {
        for (word, expected) in
            [("--ini", "--ini"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("$x", "'$x'"), ("", "''")]
        {
            assert_eq!(quoted(word), expected);
        }
    }
}
