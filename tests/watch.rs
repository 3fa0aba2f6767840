//! `build --watch`: what is saved is built, and what it does is told.
#![allow(clippy::disallowed_methods, reason = "the tests make projects of their own")]

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use crate::review::{Project, spec};

#[test]
fn what_is_saved_is_built_and_what_rolls_is_told() {
    let project = Project::new(&[("one", &spec("one", ""))]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_taco-gen"));
    command.args(["build", "--watch"]).current_dir(project.path()).env("NO_COLOR", "1").stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut lines = BufReader::new(child.stderr.take().expect("a stream")).lines().map(|line| line.expect("UTF-8"));
    let mut until =
        |begin: &str| lines.by_ref().find(|line| line.starts_with(begin)).unwrap_or_else(|| panic!("no `{begin}`"));
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
    child.kill().expect("it runs");
    child.wait().expect("it ended");
}
