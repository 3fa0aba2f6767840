//! The `git` program, in an environment of its own.
//!
//! Invariant: user text is passed as data: after `--end-of-options`, or on standard input.
#![allow(clippy::disallowed_methods, reason = "the program needs the caller's home and agent for its keys")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A bare repository to work in.
pub struct Git {
    program: PathBuf,
    repository: PathBuf,
}

/// What git answered.
pub struct Answer {
    /// Did it succeed?
    pub ok: bool,
    /// What it wrote to its standard output, without the line's end.
    pub out: String,
    /// What it wrote to its standard error.
    pub err: String,
}

impl Git {
    /// Makes a repository in an empty folder.
    pub fn init(repository: &Path) -> Result<Git, String> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let found = std::env::split_paths(&path).map(|folder| folder.join("git")).find(|program| program.is_file());
        let git =
            Git { program: found.ok_or("the program `git` is not on the PATH")?, repository: repository.to_owned() };
        git.must(&["init", "--quiet", "--bare", "."], b"")?;
        Ok(git)
    }

    /// Runs git.
    pub fn run(&self, arguments: &[&str], input: &[u8]) -> Result<Answer, String> {
        let mut command = Command::new(&self.program);
        command.env_clear().current_dir(&self.repository);
        for name in ["PATH", "HOME", "SSH_AUTH_SOCK"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("LC_ALL", "C").env("GIT_TERMINAL_PROMPT", "0").env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("GIT_ALLOW_PROTOCOL", "https:ssh:file").env("GIT_DIR", ".");
        let settings =
            ["core.hooksPath=/dev/null", "core.fsmonitor=false", "protocol.ext.allow=never", "submodule.recurse=false"];
        settings.iter().for_each(|setting| {
            command.args(["-c", setting]);
        });
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("git: {error}"))?;
        let stdin = child.stdin.take();
        let input = input.to_owned();
        // Written beside the reading, since git may answer before it has read everything.
        let writer = std::thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&input)));
        let output = child.wait_with_output().map_err(|error| format!("git: {error}"))?;
        drop(writer.join());
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).trim_end().to_owned();
        Ok(Answer { ok: output.status.success(), out: text(output.stdout), err: text(output.stderr) })
    }

    /// Runs git; what it says where it fails is the error.
    pub fn must(&self, arguments: &[&str], input: &[u8]) -> Result<String, String> {
        let answer = self.run(arguments, input)?;
        if answer.ok {
            Ok(answer.out)
        } else {
            Err(format!("git {}: {}", arguments.first().unwrap_or(&""), answer.err))
        }
    }
}
