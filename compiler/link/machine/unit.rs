//! Systemd units, and drop-ins of the units that packages bring (systemd.unit(5), systemd.exec(5), systemd.service(5)).
//!
//! Invariant: every word is quoted as systemd reads it back.

use std::fmt::Write as _;

use crate::catalog::target::Distribution;
use crate::config::file::Syntax;
use crate::config::quote::quote;
use crate::lower::machine::Run;
use crate::model::Model;

/// The first version that starts a unit when its program runs (`Type=exec`).
const EXEC: u16 = 240;

/// The first version that binds paths for a unit (`BindReadOnlyPaths=`).
const BINDS: u16 = 233;

/// The version of the hosts' systemd.
fn systemd(model: &Model<'_>) -> u16 {
    model.distribution().map_or(u16::MAX, Distribution::systemd)
}

/// Can a unit see folders of the host at other paths?
pub fn has_binds(model: &Model<'_>) -> bool {
    systemd(model) >= BINDS
}

/// A whole unit.
pub fn whole(model: &Model<'_>, run: &Run, binds: &[(String, String)]) -> String {
    let summary = model.service(&run.service).map_or("", |service| service.summary.as_str());
    let mut text = format!("[Unit]\nDescription={}: {}\n", run.id, plain(summary));
    text.push_str("Wants=network-online.target\nAfter=network-online.target\n\n[Service]\n");
    let kind = if systemd(model) < EXEC { "simple" } else { "exec" };
    let _ = writeln!(text, "Type={kind}");
    let _ = writeln!(text, "User={0}\nGroup={0}", run.user);
    text.push_str(&shared(run, binds));
    for words in &run.before_start {
        command("ExecStartPre", words, &mut text);
    }
    if !run.before_start.is_empty() {
        // They count into the time to start (systemd.service(5)), and may wait for others as containers before a pod's do.
        text.push_str("TimeoutStartSec=infinity\n");
    }
    command("ExecStart", &run.command, &mut text);
    command("ExecStartPost", &run.after_start, &mut text);
    command("ExecStop", &run.stop, &mut text);
    let _ = writeln!(text, "Restart=on-failure\nRestartSec=5\nTimeoutStopSec={}", run.grace);
    // A folder of its own is a mount namespace, from which no mount reaches the node (systemd.exec(5), MountFlags).
    let private = if run.propagates { "" } else { "PrivateTmp=true\n" };
    let _ = write!(text, "LimitNOFILE=65536\n{private}\n[Install]\nWantedBy=multi-user.target\n");
    text
}

/// A drop-in of a package's unit; none where there is nothing to add.
pub fn drop_in(run: &Run, binds: &[(String, String)]) -> Option<String> {
    let mut text = String::new();
    variables(run, &mut text);
    bound(binds, &mut text);
    command("ExecStartPost", &run.after_start, &mut text);
    (!text.is_empty()).then(|| format!("[Service]\n{text}"))
}

fn shared(run: &Run, binds: &[(String, String)]) -> String {
    let mut text = String::new();
    for (folder, word) in [("/run/", "RuntimeDirectory"), ("/var/lib/", "StateDirectory")] {
        let names = run.folders.iter().filter_map(|at| at.strip_prefix(folder));
        let mut names: Vec<&str> = names.filter_map(|rest| rest.split('/').next()).collect();
        names.sort_unstable();
        names.dedup();
        if !names.is_empty() {
            let _ = writeln!(text, "{word}={}", names.join(" "));
        }
    }
    if text.contains("RuntimeDirectory=") {
        // Other units of the node may have their sockets there.
        text.push_str("RuntimeDirectoryPreserve=yes\n");
    }
    variables(run, &mut text);
    bound(binds, &mut text);
    text
}

fn command(name: &str, words: &[String], text: &mut String) {
    if !words.is_empty() {
        let words: Vec<String> = words.iter().map(|word| quoted(&word.replace('$', "$$"))).collect();
        let _ = writeln!(text, "{name}={}", words.join(" "));
    }
}

fn variables(run: &Run, text: &mut String) {
    if run.env_file.is_some() {
        return;
    }
    for (name, value) in &run.env {
        let _ = writeln!(text, "Environment={}", quoted(&format!("{name}={value}")));
    }
}

/// The variables as a file of their own (systemd.exec(5), EnvironmentFile).
pub fn environment(run: &Run) -> String {
    let line = |(name, value): &(String, String)| format!("{name}={}\n", quote(Syntax::Environment, value));
    run.env.iter().map(line).collect()
}

fn bound(binds: &[(String, String)], text: &mut String) {
    for (from, to) in binds {
        let _ = writeln!(text, "BindReadOnlyPaths={}", plain(&format!("{from}:{to}")));
    }
}

/// A text in which nothing stands for anything else.
fn plain(text: &str) -> String {
    text.replace('%', "%%").replace('\n', " ")
}

/// A word of a command line, or an assignment.
fn quoted(word: &str) -> String {
    let text = plain(word).replace('\\', "\\\\");
    let is_simple = !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || "\"';".contains(c));
    if is_simple { text } else { format!("\"{}\"", text.replace('"', "\\\"")) }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_are_what_systemd_reads_back() {
        for (word, expected) in
            [("--ini", "--ini"), ("a b", "\"a b\""), ("50%", "50%%"), ("say \"x\"", "\"say \\\"x\\\"\""), ("", "\"\"")]
        {
            assert_eq!(quoted(word), expected);
        }
    }
}
