//! `build --watch`: what is saved is built, and what it does is told.
#![allow(clippy::disallowed_methods, reason = "the tests make projects of their own")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::review::{Project, spec};

/// How long a line is waited for, on a slow machine that does other things too.
const LONGEST: Duration = Duration::from_secs(120);

/// A program that ends with the test, however that ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The lines of a stream, as they come.
fn lines(stream: ChildStderr) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        let read = BufReader::new(stream).lines().map_while(Result::ok);
        let _ = read.map(|line| sender.send(line)).find(Result::is_err);
    });
    lines
}

/// The next line that begins so; none where it does not come in time, or the program ends.
fn until(lines: &Receiver<String>, begin: &str, longest: Duration) -> Option<String> {
    let end = Instant::now() + longest;
    loop {
        let line = lines.recv_timeout(end.saturating_duration_since(Instant::now())).ok()?;
        if line.starts_with(begin) {
            return Some(line);
        }
    }
}

#[test]
fn waiting_and_the_program_have_an_end() {
    let mut command = Command::new("sh");
    let child = command.args(["-c", "echo one >&2; exec sleep 600"]).stderr(Stdio::piped()).spawn();
    let mut running = Running(child.expect("it starts"));
    let lines = lines(running.0.stderr.take().expect("a stream"));
    assert_eq!(until(&lines, "one", LONGEST).as_deref(), Some("one"));
    assert_eq!(until(&lines, "two", Duration::from_millis(50)), None);
    drop(running);
    let started = Instant::now();
    assert_eq!(until(&lines, "two", LONGEST), None);
    assert!(started.elapsed() < LONGEST, "the stream ends with the program");
}

#[test]
fn what_is_saved_is_built_and_what_rolls_is_told() {
    let project = Project::new(&[("one", &spec("one", ""))]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_taco-gen"));
    command.args(["build", "--watch"]).current_dir(project.path()).env("NO_COLOR", "1").stderr(Stdio::piped());
    let mut running = Running(command.spawn().expect("it starts"));
    let lines = lines(running.0.stderr.take().expect("a stream"));
    let until = |begin: &str| until(&lines, begin, LONGEST).unwrap_or_else(|| panic!("no `{begin}`"));
    until("watching ");
    // A file that is put in place is never seen half-written, however busy the machine is.
    let save = |path: &str, text: &str| {
        project.write("beside", text);
        let target = project.path().join(path);
        std::fs::create_dir_all(target.parent().expect("a folder")).expect("a folder");
        std::fs::rename(project.path().join("beside"), target).expect("it is put in place");
    };
    save(
        "sites/one/site.kdl",
        &spec("one", "    service keystone { config \"keystone.conf\" { token { expiration 7200 } } }\n"),
    );
    assert_eq!(until("saved "), "saved sites/one/site.kdl");
    assert!(until("changed ").contains("one: "));
    assert!(until("rolls ").contains("one: keystone/api"));
    save("sites/one/site.kdl", &spec("one", "    regoin x\n"));
    until("saved ");
    assert!(until("error").contains("regoin"));
    until("the output is as it was");
    save("overlays/fast/overlay.kdl", "overlay fast { service keystone { workers 7 } }\n");
    assert_eq!(until("saved "), "saved overlays/fast/overlay.kdl");
    until("error");
    save("sites/one/site.kdl", &spec("one", "    overlays fast\n"));
    assert!(until("changed ").contains("one: config/keystone"));
    // The catalog is loaded again where an overlay changes, and only there.
    save("overlays/fast/overlay.kdl", "overlay fast { service keystone { workers 8 } }\n");
    assert!(until("changed ").contains("one: config/keystone"));
    assert!(until("rolls ").contains("one: keystone/api"));
}
