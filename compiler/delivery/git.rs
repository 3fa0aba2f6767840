//! The `git` program, in an environment of its own.
//!
//! Invariant: user text is passed as data: after `--end-of-options`, or on standard input.
#![allow(clippy::disallowed_methods, reason = "the program needs the caller's home and agent for its keys")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A repository.
pub struct Git {
    program: PathBuf,
    folder: PathBuf,
    /// The repository of that folder, where it is not looked for above it.
    directory: Option<&'static str>,
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
        let git = Git { directory: Some("."), ..Git::of(repository)? };
        git.must(&["init", "--quiet", "--bare", "--template=", "."], b"")?;
        Ok(git)
    }

    /// The repository that holds a folder, to read.
    pub fn of(folder: &Path) -> Result<Git, String> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let found = std::env::split_paths(&path).map(|folder| folder.join("git")).find(|program| program.is_file());
        let program = found.ok_or("the program `git` is not on the PATH")?;
        Ok(Git { program, folder: folder.to_owned(), directory: None })
    }

    /// Runs git.
    pub fn run(&self, arguments: &[&str], input: &[u8]) -> Result<Answer, String> {
        let output = self.output(arguments, input)?;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).trim_end().to_owned();
        Ok(Answer { ok: output.status.success(), out: text(output.stdout), err: text(output.stderr) })
    }

    /// Runs git; the bytes that it wrote, or what it says where it fails.
    pub fn bytes(&self, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, String> {
        let output = self.output(arguments, input)?;
        match output.status.success() {
            true => Ok(output.stdout),
            false => Err(failure(arguments, &String::from_utf8_lossy(&output.stderr))),
        }
    }

    fn output(&self, arguments: &[&str], input: &[u8]) -> Result<Output, String> {
        let mut command = Command::new(&self.program);
        command.env_clear().current_dir(&self.folder);
        for name in ["PATH", "HOME", "SSH_AUTH_SOCK"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("LC_ALL", "C").env("GIT_TERMINAL_PROMPT", "0").env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("GIT_ALLOW_PROTOCOL", "https:ssh:file");
        match self.directory {
            Some(directory) => command.env("GIT_DIR", directory),
            // What is only read is not fetched either.
            None => command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_OPTIONAL_LOCKS", "0"),
        };
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
        Ok(output)
    }

    /// Runs git; what it says where it fails is the error.
    pub fn must(&self, arguments: &[&str], input: &[u8]) -> Result<String, String> {
        let answer = self.run(arguments, input)?;
        if answer.ok { Ok(answer.out) } else { Err(failure(arguments, &answer.err)) }
    }
}

fn failure(arguments: &[&str], said: &str) -> String {
    format!("git {}: {}", arguments.first().unwrap_or(&""), said.trim_end())
}
