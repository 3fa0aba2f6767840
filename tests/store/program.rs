//! `taco-gen passwords` as a person runs it.
#![allow(clippy::disallowed_methods, reason = "the tests lay out a project of their own")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::support::stock;

/// A project with the minimal site and an identity's path.
pub struct Project(tempfile::TempDir);

impl Project {
    fn new() -> Project {
        Project::of(&stock("minimal"))
    }

    /// A project with that site.
    pub fn of(spec: &str) -> Project {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(folder.path().join("sites/test")).expect("a folder");
        std::fs::write(folder.path().join("sites/test/site.kdl"), spec).expect("a spec");
        Project(folder)
    }

    pub fn path(&self, below: &str) -> std::path::PathBuf {
        self.0.path().join(below)
    }

    fn run(&self, arguments: &[&str], input: &str) -> Output {
        self.program("key.txt").arg("passwords").args(arguments).input(input)
    }

    /// The program with an identity in its environment; none where it is empty.
    pub fn program(&self, identity: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_taco-gen"));
        command.current_dir(self.0.path()).env("SOPS_AGE_KEY_FILE", identity).env("NO_COLOR", "1");
        // No identity of the one who runs the tests.
        command.env("XDG_CONFIG_HOME", self.path("config"));
        command
    }

    /// Runs what must succeed; the standard output.
    pub fn sound(&self, arguments: &[&str], input: &str) -> String {
        let output = self.run(arguments, input);
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(output.status.success(), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// Runs what must be refused with a code; what was said.
    pub fn refused(&self, arguments: &[&str], input: &str, code: &str) -> String {
        let output = self.run(arguments, input);
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(!output.status.success() && said.contains(code), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        said
    }

    /// What is said of what succeeds.
    fn said(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments, "");
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(output.status.success(), "{arguments:?}: {said}");
        said
    }

    fn store(&self) -> String {
        std::fs::read_to_string(self.path("sites/test/passwords.sops.yaml")).expect("a store")
    }

    fn build(&self) {
        let built = self.program("key.txt").args(["build", "test"]).output().expect("the program");
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    }

    fn filled() -> Project {
        Project::filled_of(&stock("minimal"))
    }

    /// A project with that site, whose store has all that it needs.
    pub fn filled_of(spec: &str) -> Project {
        let project = Project::of(spec);
        project.sound(&["init", "test"], "");
        project.sound(&["generate", "test"], "");
        project
    }
}

/// A command that is given an input.
pub trait Input {
    /// Runs it.
    fn input(&mut self, input: &str) -> Output;
}

impl Input for Command {
    fn input(&mut self, input: &str) -> Output {
        let piped = self.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().expect("the program");
        let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
        child.wait_with_output().expect("an end")
    }
}

/// Consumers and their digests, as a build wrote them.
fn digests(path: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(path).expect("digests");
    let lines = text.lines().filter_map(|line| line.split_once(' '));
    lines.map(|(consumer, digest)| (consumer.to_owned(), digest.to_owned())).collect()
}

fn mode(path: &Path) -> u32 {
    path.metadata().expect("a file").permissions().mode() & 0o777
}

#[test]
fn a_store_lives_from_init_to_rekey() {
    let project = Project::new();
    project.refused(&["generate", "test"], "", "TG0915");
    project.sound(&["init", "test"], "");
    assert_eq!((mode(&project.path("key.txt")), mode(&project.path("sites/test/passwords.sops.yaml"))), (0o600, 0o600));
    project.refused(&["init", "test"], "", "TG0915");
    project.refused(&["verify", "test"], "", "TG0905");
    project.sound(&["generate", "test"], "");
    project.sound(&["verify", "test"], "");
    let first = project.store();
    project.sound(&["generate", "test"], "");
    assert_eq!(project.store(), first, "nothing was missing");
    let list = project.sound(&["list", "test"], "");
    assert!(list.contains("keystone-admin/password") && list.contains("mariadb/server"), "{list}");
    let shown = project.sound(&["show", "test", "keystone-admin/password", "--pipe"], "");
    assert!(shown.len() == 40 && !list.contains(&shown) && !first.contains(&shown));
    project.sound(&["set", "test", "keystone-admin/password"], "correct horse battery staple\n");
    assert_eq!(
        project.sound(&["show", "test", "keystone-admin/password", "--pipe"], ""),
        "correct horse battery staple"
    );
    project.sound(&["rotate", "test", "keystone-admin/password", "mariadb-root/password"], "");
    assert_eq!(project.sound(&["show", "test", "keystone-admin/password", "--pipe"], "").len(), 40);
    let second = taco_gen::secret::envelope::Identities::make().expect("random bytes");
    project.sound(&["rekey", "test", "--add", &second.recipients()[0]], "");
    std::fs::write(project.path("second.txt"), second.to_file().as_bytes()).expect("a file");
    std::fs::set_permissions(project.path("second.txt"), std::fs::Permissions::from_mode(0o600)).expect("a mode");
    project.sound(&["verify", "test", "-i", "second.txt"], "");
    project.sound(&["rekey", "test", "--remove", &second.recipients()[0]], "");
    project.refused(&["show", "test", "mariadb-root/password", "--pipe", "-i", "second.txt"], "", "TG0903");
    project.sound(&["verify", "test"], "");
}

#[test]
fn bad_values_names_and_targets_are_refused() {
    let project = Project::filled();
    let before = project.store();
    for (value, code) in
        [("", "TG0907"), ("hunter2", "TG0907"), ("Password1234!", "TG0907"), ("two lines\nof password", "TG0908")]
    {
        let said = project.refused(&["set", "test", "keystone-admin/password"], value, code);
        assert!(value.is_empty() || !said.contains(value), "{said}");
    }
    let said = project.refused(&["rotate", "test", "keystone-admim/password"], "", "TG0914");
    assert!(said.contains("did you mean `keystone-admin/password`"), "{said}");
    project.refused(&["show", "test", "keystone-admin/password"], "", "TG0916");
    project.refused(&["rekey", "test", "--add", "ssh-ed25519 AAAA"], "", "TG0910");
    let only = taco_gen::secret::envelope::Identities::parse(
        &std::fs::read_to_string(project.path("key.txt")).expect("a key"),
    );
    project.refused(&["rekey", "test", "--remove", &only.expect("a key").recipients()[0]], "", "TG0910");
    project.refused(&["rekey", "test", "--add", taco_gen::secret::envelope::DEMONSTRATION], "", "TG0912");
    assert_eq!(project.store(), before);
}

#[test]
fn identities_of_others_and_links_are_refused() {
    let project = Project::filled();
    std::fs::set_permissions(project.path("key.txt"), std::fs::Permissions::from_mode(0o640)).expect("a mode");
    project.refused(&["rotate", "test", "keystone-admin/password"], "", "TG0911");
    std::fs::set_permissions(project.path("key.txt"), std::fs::Permissions::from_mode(0o600)).expect("a mode");
    std::os::unix::fs::symlink("key.txt", project.path("link.txt")).expect("a link");
    project.refused(&["generate", "test", "-i", "link.txt"], "", "TG0911");
    project.refused(&["generate", "test", "-i", "none.txt"], "", "TG0911");
    for (text, told) in [
        ("-----BEGIN OPENSSH PRIVATE KEY-----\n", "ssh"),
        ("AGE-PLUGIN-X-1\n", "plugin"),
        ("", "no identity"),
        ("secret\n", "line 1"),
    ] {
        std::fs::write(project.path("other.txt"), text).expect("a file");
        std::fs::set_permissions(project.path("other.txt"), std::fs::Permissions::from_mode(0o600)).expect("a mode");
        let said = project.refused(&["generate", "test", "-i", "other.txt"], "", "TG0911");
        assert!(said.contains(told) && !said.contains("secret\n"), "{said}");
    }
    let store = project.path("sites/test/passwords.sops.yaml");
    std::fs::rename(&store, project.path("moved.yaml")).expect("a file");
    std::os::unix::fs::symlink(project.path("moved.yaml"), &store).expect("a link");
    project.refused(&["generate", "test"], "", "TG0002");
}

/// What the staged rotation of glance's three accounts says and changes: the consumers whose digest differs after the next build.
fn staged(project: &Project) -> (String, BTreeSet<String>) {
    let names = ["glance-database/password", "glance-queue/password", "glance-identity/glance"];
    let before = digests(&project.path("output/minimal/digests"));
    let said = project.run(&[&["rotate", "test", "--staged"], &names[..]].concat(), "");
    let said = String::from_utf8(said.stderr).expect("UTF-8");
    project.build();
    let after = digests(&project.path("output/minimal/digests"));
    let changed = after.iter().filter(|(consumer, digest)| before.get(*consumer) != Some(digest));
    (said, changed.map(|(consumer, _)| consumer.clone()).collect())
}

#[test]
fn a_staged_rotation_is_three_states_that_each_roll_what_they_name() {
    let project = Project::filled();
    project.build();
    let jobs = ["glance/db-init", "glance/ks-user", "glance/rabbit-init"].map(str::to_owned);
    let consumers = ["glance/api", "glance/db-sync", "glance/metadefs-load"].map(str::to_owned);
    for (old, new) in [("password", "password-b"), ("password-b", "password")] {
        let value = |key: &str| project.sound(&["show", "test", &format!("glance-database/{key}"), "--pipe"], "");
        let first = value(old);

        let (said, changed) = staged(&project);
        assert_eq!(changed, BTreeSet::from(jobs.clone()), "the state that adds: {said}");
        assert!(said.contains("state 1 of 3") && said.contains(&format!("runs {}", jobs.join(", "))), "{said}");
        assert!(said.contains("restarts nothing"), "{said}");
        assert_eq!((value(old), value(new) == first), (first.clone(), false));
        project.refused(&["rotate", "test", &format!("glance-database/{old}")], "", "TG0917");

        let (said, changed) = staged(&project);
        assert_eq!(changed, BTreeSet::from(consumers.clone()), "the state that switches: {said}");
        assert!(said.contains("state 2 of 3") && said.contains("restarts glance/api\n"), "{said}");
        project.sound(&["verify", "test"], "");

        let (said, changed) = staged(&project);
        assert_eq!(changed, BTreeSet::from(jobs.clone()), "the state that drops: {said}");
        assert!(said.contains("state 3 of 3") && said.contains("restarts nothing"), "{said}");
        assert!(!project.store().contains(&format!("glance-database/{old}:\n        made")));
        project.sound(&["verify", "test"], "");
    }
    project.sound(&["rotate", "test", "glance-database/password"], "");
}

#[test]
fn what_has_no_second_account_is_not_rotated_in_stages() {
    let project = Project::filled();
    let before = project.store();
    for name in
        ["mariadb-root/password", "keystone-admin/password", "heat-identity/heat", "memcached-cache-key/password"]
    {
        project.refused(&["rotate", "test", "--staged", name], "", "TG0917");
    }
    project.refused(&["rotate", "test", "--staged", "glance-databse/password"], "", "TG0914");
    project.refused(&["rotate", "test", "--staged", "glance-database/password", "mariadb-root/password"], "", "TG0917");
    assert_eq!(project.store(), before, "all of the names or none");
}

#[test]
fn a_store_that_others_may_write_is_told_and_not_changed() {
    let project = Project::filled();
    let store = project.path("sites/test/passwords.sops.yaml");
    let set = |mode: u32| std::fs::set_permissions(&store, std::fs::Permissions::from_mode(mode)).expect("a mode");
    let rotate = ["rotate", "test", "keystone-admin/password"];
    for open in [0o644, 0o640] {
        set(open);
        assert!(
            !project.said(&["verify", "test"]).contains("TG0923"),
            "Git checks it out so: all in it is sealed or public"
        );
    }
    for open in [0o664, 0o660] {
        set(open);
        assert!(project.said(&["verify", "test"]).contains("warning[TG0923]"));
        project.sound(&rotate, "");
    }
    for open in [0o666, 0o602] {
        set(open);
        project.refused(&["verify", "test"], "", "TG0923");
        let before = project.store();
        project.refused(&rotate, "", "TG0923");
        assert_eq!(project.store(), before);
    }
}

#[test]
fn a_store_of_other_bytes_or_an_older_size_is_refused() {
    let project = Project::filled();
    let (store, text) = (project.path("sites/test/passwords.sops.yaml"), project.store());
    let value = project.sound(&["show", "test", "keystone-admin/password", "--pipe"], "");
    let mut high = text.clone().into_bytes();
    high[40] ^= 0x80;
    let in_clear = text.replacen("value: ENC", &format!("value: \"{value}\" # ENC"), 1).into_bytes();
    let truncated = [0, 1, text.len() / 3, text.len() - 2].map(|end| text.as_bytes()[..end].to_vec());
    for bytes in [high, in_clear].into_iter().chain(truncated) {
        std::fs::write(&store, &bytes).expect("a file");
        for action in [&["verify", "test"][..], &["generate", "test"], &["rotate", "test", "keystone-admin/password"]] {
            let said = project.refused(action, "", "error[TG");
            assert!(!said.contains(&value), "{said}");
        }
        assert_eq!(std::fs::read(&store).expect("a file"), bytes, "left as it is");
    }
}
