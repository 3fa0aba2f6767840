//! What nodes run to their files: configs at their paths, units, scripts, digests, and the table of their secrets.
//!
//! Invariant: no secret has a text here; a file with secrets is a row of the table, filled in on the host.
//! Invariant: a digest covers what its unit or script is started with, and nothing that stands beside it.

mod binds;
mod script;
mod unit;

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::target::Distribution;
use crate::diag::{Diagnostic, Sink};
use crate::kube::secret::{SecretObject, SecretPath, SecretRead};
use crate::link::digest::Digest;
use crate::link::file::{LinkedFile, Tags, find};
pub use crate::link::machine::binds::OWN;
use crate::link::machine::binds::{binds, held, relocated};
use crate::lower::config::DROP_IN;
use crate::lower::machine::{Machine, Run, RunKind};
use crate::model::Model;
use crate::origin::OriginId;
use crate::print::Printed;

/// A file of a node.
#[derive(Debug, Clone)]
pub struct PlacedFile {
    /// The absolute path.
    pub path: String,
    /// The group that reads it.
    pub group: String,
    /// The mode.
    pub mode: u32,
    /// The text.
    pub printed: Printed,
}

/// A secret of a node: a folder with a file for each key, or the file of one key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlacedSecret {
    /// The sealed file that holds it.
    pub object: String,
    /// The one key that is wanted.
    pub key: Option<String>,
    /// The absolute path.
    pub path: String,
    /// The user and group that read it.
    pub user: String,
    /// The mode of the files.
    pub mode: u32,
}

/// What is done on a node, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// The component or the job.
    pub id: String,
    /// Its distance from the start.
    pub wave: usize,
    /// The unit that runs, or the path of the script.
    pub kind: ActionKind,
    /// Hosts that have it take turns.
    pub in_turn: bool,
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActionKind {
    /// A systemd unit runs.
    Unit {
        /// Its name, without `.service`.
        unit: String,
        /// The path of the file with the digest of what it is started for.
        digest: String,
    },
    /// A script is run.
    Step(String),
}

/// A finished node.
#[derive(Debug)]
pub struct LinkedMachine {
    /// Its name.
    pub node: String,
    /// The address by which others reach it.
    pub address: String,
    /// Its packages.
    pub packages: Vec<(String, OriginId)>,
    /// Those of them that bring the sources of the others.
    pub repositories: BTreeSet<String>,
    /// Its files by path.
    pub files: Vec<PlacedFile>,
    /// Where the variables of what runs on it are from.
    pub variables: BTreeSet<OriginId>,
    /// Its secrets.
    pub secrets: Vec<PlacedSecret>,
    /// What is done on it.
    pub actions: Vec<Action>,
}

/// Finished nodes, their digests by consumer, and what each consumer reads of secrets.
#[derive(Debug, Default)]
pub struct Machines {
    /// The nodes.
    pub nodes: Vec<LinkedMachine>,
    /// Digests.
    pub digests: BTreeMap<String, String>,
    /// Secrets that are read.
    pub reads: BTreeMap<SecretRead, BTreeSet<String>>,
}

/// Links what nodes run.
pub fn link(model: &Model<'_>, machines: Vec<Machine>, files: &[LinkedFile], tags: &Tags, sink: &mut Sink) -> Machines {
    let mut found = Machines::default();
    for machine in machines {
        let node = Node::default();
        let mut linker = Linker { model, files, tags, node, out: &mut found, sink: &mut *sink };
        machine.runs.iter().for_each(|run| linker.run(run));
        let Node { files, secrets, variables, actions } = linker.node;
        let files = files.into_values().map(|(file, _)| file).collect();
        let Machine { node, address, packages, repositories, .. } = machine;
        let secrets = secrets.into_iter().collect();
        found.nodes.push(LinkedMachine { node, address, packages, repositories, files, variables, secrets, actions });
    }
    found
}

#[derive(Default)]
struct Node {
    /// Files by path, each with the consumer that brings it.
    files: BTreeMap<String, (PlacedFile, String)>,
    secrets: BTreeSet<PlacedSecret>,
    variables: BTreeSet<OriginId>,
    actions: Vec<Action>,
}

struct Linker<'l, 'm> {
    model: &'l Model<'m>,
    files: &'l [LinkedFile],
    tags: &'l Tags,
    node: Node,
    out: &'l mut Machines,
    sink: &'l mut Sink,
}

impl Linker<'_, '_> {
    fn run(&mut self, run: &Run) {
        self.configs(run);
        self.node.variables.extend(&run.env_origins);
        for (service, name, text) in &run.scripts {
            self.place(run, format!("{OWN}/bin/{service}/{name}"), 0o755, text);
        }
        if let Some(path) = &run.env_file {
            let printed = Printed { text: unit::environment(run), lines: run.env_origins.clone() };
            let group = "root".to_owned();
            self.put(run, PlacedFile { path: path.clone(), group, mode: 0o644, printed });
        }
        for (name, text) in &run.node_files {
            self.place(run, format!("{}/{name}", binds::node_folder(run)), 0o644, text);
        }
        for (object, _, mode) in &run.secrets {
            let path = held(run, object);
            self.secret(&run.user, (object, None), path, *mode);
            self.read(SecretRead::Object(object.clone()), run);
        }
        for (object, path, mode) in &run.placed {
            self.secret(&run.user, (object, None), path.clone(), *mode);
            self.read(SecretRead::Object(object.clone()), run);
        }
        let is_unit = matches!(run.kind, RunKind::Unit(_) | RunKind::Packaged(_));
        if is_unit && (run.propagates || !unit::has_binds(self.model)) {
            self.unseen(run);
            self.begin(&relocated(run), &[]);
        } else {
            self.begin(run, &binds(run));
        }
    }

    /// Secrets at paths of a pod, which a unit without a mount namespace does not see.
    fn unseen(&mut self, run: &Run) {
        // A connection by TLS has a diagnostic of its own.
        let Some((object, at, _)) = run.secrets.iter().find(|(object, ..)| *object != SecretObject::Trust) else {
            return;
        };
        let message = format!("the secret `{}` of `{}` cannot be at `{at}` of a host", object.name(), run.id);
        let span = self.model.workload(&run.id).map_or(self.model.site.name.span, |found| found.pod.main.span);
        let hint = "leave it out on hosts, `when=\"!target:hosts\"`, or give it a `place` there: the unit has no mount namespace";
        self.sink.push(Diagnostic::error("TG0870", span, message).hint(hint));
    }

    fn begin(&mut self, run: &Run, binds: &[(String, String)]) {
        let digest = self.digest(run, binds);
        self.started(run, binds, &digest);
        self.out.digests.insert(run.consumer.clone(), digest);
    }

    /// Config files at their paths, and rows for their drop-ins.
    fn configs(&mut self, run: &Run) {
        for (path, drop_in, key) in &run.files {
            let Some(linked) = find(self.files, key) else { continue };
            for used in linked.file.secrets() {
                self.read(SecretRead::Value(used.id.clone()), run);
            }
            let object = linked.file.secret_object.clone();
            if linked.file.is_whole {
                self.secret(&run.group, (&object, Some(DROP_IN)), path.clone(), 0o440);
                continue;
            }
            if linked.drop_in.is_some() {
                self.secret(&run.group, (&object, Some(DROP_IN)), drop_in.clone(), 0o440);
            }
            let file = PlacedFile {
                path: path.clone(),
                group: run.group.clone(),
                mode: linked.file.mode | 0o200,
                printed: linked.printed.clone(),
            };
            self.put(run, file);
        }
    }

    fn place(&mut self, run: &Run, path: String, mode: u32, text: &str) {
        let lines = vec![run.origin; text.lines().count()];
        let printed = Printed { text: text.to_owned(), lines };
        self.put(run, PlacedFile { path, group: "root".to_owned(), mode, printed });
    }

    fn put(&mut self, run: &Run, file: PlacedFile) {
        match self.node.files.get(&file.path) {
            Some((known, other)) if known.printed.text != file.printed.text => {
                let message = format!("`{other}` and `{}` have different files at `{}`", run.consumer, file.path);
                let hint = "give one of them to other nodes: on a host a path has one file";
                let span = self.model.site.target.as_ref().map_or(self.model.site.name.span, |target| target.span);
                self.sink.push(Diagnostic::error("TG0564", span, message).hint(hint));
            }
            Some(_) => {}
            None => drop(self.node.files.insert(file.path.clone(), (file, run.consumer.clone()))),
        }
    }

    fn secret(&mut self, user: &str, (object, key): (&SecretObject, Option<&str>), path: String, mode: u32) {
        let (object, key, user) = (object.name(), key.map(str::to_owned), user.to_owned());
        let is_there = self.node.secrets.iter().any(|known| known.path == path);
        if !is_there {
            self.node.secrets.insert(PlacedSecret { object, key, path, user, mode });
        }
    }

    fn read(&mut self, read: SecretRead, run: &Run) {
        self.out.reads.entry(read).or_default().insert(run.consumer.clone());
    }

    /// The unit, the script or the entry of cron, by which it is started.
    fn started(&mut self, run: &Run, binds: &[(String, String)], digest: &str) {
        let name = run.id.replace('/', "-");
        let act = |kind| Action { id: run.id.clone(), wave: run.wave, kind, in_turn: run.in_turn };
        match &run.kind {
            RunKind::Unit(unit) => {
                let text = unit::whole(self.model, run, binds);
                self.place(run, format!("/etc/systemd/system/{unit}.service"), 0o644, &text);
                self.unit(run, unit, digest);
            }
            RunKind::Packaged(unit) => {
                if let Some(text) = unit::drop_in(run, binds) {
                    let name = if run.shared { format!("taco-gen-{name}") } else { "taco-gen".to_owned() };
                    self.place(run, format!("/etc/systemd/system/{unit}.service.d/{name}.conf"), 0o644, &text);
                }
                self.unit(run, unit, digest);
            }
            RunKind::Step => {
                let path = format!("{OWN}/steps/{:02}-{name}", run.wave + 1);
                self.place(run, path.clone(), 0o755, &script::step(run, binds, self.distribution(), digest));
                self.node.actions.push(act(ActionKind::Step(path)));
            }
            RunKind::Timed(schedule) => {
                let path = format!("{OWN}/timed/{name}");
                self.place(run, path.clone(), 0o755, &script::timed(run, binds, self.distribution()));
                let line = format!("# {}\n{schedule} root {path}\n", run.id);
                self.place(run, format!("/etc/cron.d/taco-gen-{name}"), 0o644, &line);
            }
        }
    }

    fn distribution(&self) -> Distribution {
        self.model.distribution().unwrap_or(Distribution::Debian13)
    }

    fn unit(&mut self, run: &Run, unit: &str, digest: &str) {
        let name = if run.shared { format!("{unit}.{}", run.id.replace('/', "-")) } else { unit.to_owned() };
        let path = format!("{OWN}/digests/{name}");
        self.place(run, path.clone(), 0o644, &format!("{digest}\n"));
        let kind = ActionKind::Unit { unit: unit.to_owned(), digest: path };
        self.node.actions.push(Action { id: run.id.clone(), wave: run.wave, kind, in_turn: run.in_turn });
    }

    fn digest(&self, run: &Run, binds: &[(String, String)]) -> String {
        let mut digest = Digest::new();
        let started = match &run.kind {
            RunKind::Unit(_) => unit::whole(self.model, run, binds),
            RunKind::Packaged(_) => unit::drop_in(run, binds).unwrap_or_default(),
            RunKind::Step | RunKind::Timed(_) => script::timed(run, binds, self.distribution()),
        };
        digest.file(&run.id, 0o644, &started);
        let is_once = run.kind == RunKind::Step;
        let mut shown: BTreeSet<SecretPath> = BTreeSet::new();
        for (path, drop_in, key) in &run.files {
            let Some(linked) = find(self.files, key) else { continue };
            if !linked.file.reload {
                let text = if is_once { linked.of_jobs() } else { linked.whole() };
                digest.file(path, linked.file.mode, &text);
            }
            if let Some(text) = &linked.drop_in {
                digest.file(drop_in, 0o440, &text.text);
            }
            shown.extend(linked.file.secrets().filter(|_| !is_once).map(|used| used.id.path()));
        }
        run.env_file.iter().for_each(|path| digest.file(path, 0o644, &unit::environment(run)));
        run.scripts.iter().for_each(|(_, name, text)| digest.file(name, 0o755, text));
        run.node_files.iter().for_each(|(name, text)| digest.file(name, 0o644, text));
        // A job that has ended runs again for the secrets of its own service, not for those of an administrator.
        let own = |object: &SecretObject| !is_once || object.service() == Some(run.service.as_str());
        let mounted: BTreeSet<String> = run
            .secrets
            .iter()
            .chain(&run.placed)
            .map(|(object, _, _)| object)
            .filter(|object| own(object))
            .map(SecretObject::name)
            .collect();
        for (path, tag) in self.tags.iter().filter(|(path, _)| mounted.contains(&path.object) || shown.contains(path)) {
            digest.secret(&path.object, &path.key, tag);
        }
        digest.finish()
    }
}
