//! A site for hosts: what each node runs, from the same components, jobs, files and secrets that pods are made of.
//!
//! A component is a systemd unit on every node that has its label, a job a script on the first of them. What a pod mounts at a
//! path that the host has for other things is bound there for the unit or the script alone.
//!
//! Invariant: nothing here knows a service or a program; what differs from a pod is the data of [`HostRun`].

mod environment;
mod mounts;
mod own;
mod places;
mod scripts;
mod shared;

use std::collections::BTreeSet;

use crate::catalog::expr::Expr;
use crate::catalog::host_run::{HostPackage, HostRun, NODE_FILES};
use crate::catalog::service::{ComponentKind, Container, Job};
use crate::catalog::target::Distribution;
use crate::kube::secret::SecretObject;
use crate::lower::config::{ConfigFile, FileKey};
use crate::lower::lowering::{Lowering, seen_by};
use crate::lower::machine::environment::{environment, node_files};
use crate::lower::machine::mounts::{files, folders, parts, placed, propagates, secrets};
use crate::lower::machine::places::Places;
use crate::lower::machine::scripts::scripts;
use crate::lower::place::SCRIPTS;
use crate::model::{Model, Workload, WorkloadKind};
use crate::origin::OriginId;
use crate::resolve::reference::{Context, public_text};
use crate::tree::record::Table;

/// A node and what it runs.
#[derive(Debug)]
pub struct Machine {
    /// Its name.
    pub node: String,
    /// The address by which others reach it.
    pub address: String,
    /// Its packages, sorted.
    pub packages: Vec<(String, OriginId)>,
    /// Those of them that bring the sources of the others.
    pub repositories: BTreeSet<String>,
    /// What it runs, in the order of the site.
    pub runs: Vec<Run>,
}

/// How something runs on a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunKind {
    /// A systemd unit with the command of the data.
    Unit(String),
    /// The package's own unit.
    Packaged(String),
    /// A script that is run once for each digest.
    Step,
    /// A script that is run by a cron expression.
    Timed(String),
}

/// A component or a job on a node.
#[derive(Debug, Clone)]
pub struct Run {
    /// Its id in the model.
    pub id: String,
    /// Its name among consumers.
    pub consumer: String,
    /// The service that it belongs to.
    pub service: String,
    /// How it runs.
    pub kind: RunKind,
    /// Its distance from the start.
    pub wave: usize,
    /// The user that it runs as.
    pub user: String,
    /// The group that reads its files: its own, and for root that of the service, whose other programs read them too.
    pub group: String,
    /// The command and its arguments.
    pub command: Vec<String>,
    /// The commands before it starts.
    pub before_start: Vec<Vec<String>>,
    /// The command after a package's own unit has started.
    pub after_start: Vec<String>,
    /// The command that ends it in good order.
    pub stop: Vec<String>,
    /// Environment variables.
    pub env: Vec<(String, String)>,
    /// Where each of them is from.
    pub env_origins: Vec<OriginId>,
    /// The file that they stand in, in place of the unit.
    pub env_file: Option<String>,
    /// Config files with their paths, and the paths of their drop-ins.
    pub files: Vec<(String, String, FileKey)>,
    /// Secrets: which, the folder that the command looks in, the mode.
    pub secrets: Vec<(SecretObject, String, u32)>,
    /// Secrets at their real folders.
    pub placed: Vec<(SecretObject, String, u32)>,
    /// Scripts: service, name and text.
    pub scripts: Vec<(String, String, String)>,
    /// Files with values of the node: name and text.
    pub node_files: Vec<(String, String)>,
    /// The real folder of these, where its program reads one.
    pub node_folder: Option<String>,
    /// Folders of its own.
    pub folders: Vec<String>,
    /// Others of the node see what it mounts.
    pub propagates: bool,
    /// Its unit runs others too.
    pub shared: bool,
    /// Hosts that run it take turns: one that starts again is not the last that serves.
    pub in_turn: bool,
    /// Seconds between TERM and KILL.
    pub grace: i64,
    /// Where it comes from.
    pub origin: OriginId,
}

impl Run {
    /// Does it read that config file?
    pub fn reads(&self, file: &ConfigFile) -> bool {
        let is_it = |key: &FileKey| key.service == file.service && key.name == file.name && key.group == file.group;
        self.files.iter().any(|(_, _, key)| is_it(key))
    }
}

/// Lowers a site for hosts; files that differ from node to node come to `config`.
pub fn machines(lowering: &mut Lowering<'_, '_>, config: &mut Vec<ConfigFile>) -> Vec<Machine> {
    let common = lowering.model;
    let Some(distribution) = common.distribution() else { return Vec::new() };
    let mut workloads: Vec<&Workload<'_>> = common.workloads.iter().collect();
    workloads.sort_by(|one, other| (one.wave, &one.id).cmp(&(other.wave, &other.id)));
    let mut model = common.clone();
    let mut found = Vec::new();
    for (index, node) in common.site.nodes.iter().enumerate() {
        model.node = Some(index);
        let (name, address) = (node.name.value.clone(), common.address(node));
        let mut machine =
            Machine { node: name, address, packages: Vec::new(), repositories: BTreeSet::new(), runs: Vec::new() };
        for workload in workloads.iter().filter(|workload| is_on(common, workload, index)) {
            let run = seen_by(lowering, &model, |inner| run(inner, workload, index));
            machine.runs.extend(run);
            packages(lowering, workload, distribution, &mut machine);
        }
        let files = machine.runs.iter_mut().map(|run| (run.id.as_str(), &mut run.files)).collect();
        shared::share(common, node, files, &mut lowering.sink);
        of_files(lowering, &model, distribution, &mut machine);
        machine.packages.sort();
        machine.packages.dedup_by(|(one, _), (other, _)| one == other);
        found.push(machine);
    }
    let mut readers: Vec<own::Reader<'_>> = Vec::new();
    for machine in &mut found {
        let read = machine.runs.iter_mut().flat_map(|run| &mut run.files).map(|(_, _, key)| key);
        readers.push((machine.node.clone(), read.collect()));
    }
    own::files(lowering, &mut model, &mut readers, config);
    found
}

/// Is a workload on the node of that place? A job is on the first that has its label, or on each.
fn is_on(model: &Model<'_>, workload: &Workload<'_>, node: usize) -> bool {
    match workload.kind {
        WorkloadKind::Component(component) => model.nodes_of(component).iter().any(|(index, _)| *index == node),
        WorkloadKind::Job(_) => {
            let nodes = model.nodes_with(&workload.pod.node_selector);
            let everywhere = model.host_run(&workload.owner.name, workload.pod).is_some_and(|host| host.everywhere);
            nodes.iter().take(if everywhere { nodes.len() } else { 1 }).any(|(index, _)| *index == node)
        }
    }
}

/// Packages of services whose files lie on the node.
fn of_files(lowering: &mut Lowering<'_, '_>, model: &Model<'_>, distribution: Distribution, found: &mut Machine) {
    for service in &model.services {
        let lies = service.files.values().any(|file| file.host.is_some() && model.holds(&service.name, &file.bounds));
        let is_alone = service.components.is_empty() && service.jobs.is_empty();
        if let Some(host) = service.host.as_ref().filter(|_| lies || is_alone) {
            named(lowering, (&service.name, &host.packages), distribution, found);
        }
    }
}

fn packages(lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>, distribution: Distribution, found: &mut Machine) {
    let owner = workload.owner;
    let shared = owner.host.as_ref().map(|host| &host.packages);
    let own = lowering.model.host_run(&owner.name, workload.pod).map(|host| &host.packages);
    for table in shared.into_iter().chain(own) {
        named(lowering, (&owner.name, table), distribution, found);
    }
}

fn named(
    lowering: &mut Lowering<'_, '_>,
    (service, table): (&str, &Table<HostPackage>),
    distribution: Distribution,
    found: &mut Machine,
) {
    for (name, package) in table.iter().filter(|(_, package)| package.is_of(distribution)) {
        if lowering.model.holds(service, &package.bounds) {
            found.packages.push((name.to_string(), lowering.draft(name.span).0));
            found.repositories.extend(package.repository.then(|| name.to_string()));
        }
    }
}

fn run(lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>, node: usize) -> Option<Run> {
    let host = lowering.model.host_run(&workload.owner.name, workload.pod);
    let kind = match workload.kind {
        WorkloadKind::Component(_) => of_component(host?)?,
        WorkloadKind::Job(job) => of_job(lowering, workload, job),
    };
    let name = lowering.model.site.nodes.get(node)?.name.value.clone();
    let shared = workload.owner.host.as_ref().map(|host| &host.user)?;
    let user = host.and_then(|host| host.user.as_ref()).unwrap_or(shared);
    let group = if *user == "root" { shared } else { user };
    let is_packaged = matches!(kind, RunKind::Packaged(_));
    let places = Places::of(lowering.model, workload);
    let traced = environment(lowering, workload, node);
    let env_origins = traced.iter().map(|(_, _, origin)| *origin).collect();
    let own: Vec<(String, String)> = traced.into_iter().map(|(name, value, _)| (name, places.moved(&value))).collect();
    let (command, stop) = if is_packaged { (Vec::new(), Vec::new()) } else { commands(lowering, workload, host, &own) };
    let (command, stop) = (places.words(command), places.words(stop));
    let after_start = host.map_or_else(Vec::new, |host| words(lowering, workload, &host.after_start, &own));
    let before_start = before_start(lowering, workload, node).into_iter();
    let before_start: Vec<Vec<String>> = before_start.map(|words| places.words(words)).collect();
    let words = before_start.iter().flatten().chain(&command).chain(&after_start).chain(&stop);
    let variables = own.iter().map(|(name, value)| format!("{name}={value}"));
    let named: Vec<String> = words.cloned().chain(variables).collect();
    Some(Run {
        id: workload.id.clone(),
        consumer: format!("{}@{name}", workload.id),
        service: workload.service.name.to_string(),
        wave: workload.wave,
        user: user.to_string(),
        group: group.to_string(),
        command,
        before_start,
        after_start,
        stop,
        kind,
        node_files: read_on_node(lowering, workload, node, &own),
        env: own,
        env_origins,
        env_file: host.and_then(|host| host.environment_file.clone()),
        files: files(lowering, workload, &places),
        // A package's program knows nothing of what the pod's own start script reads.
        secrets: if is_packaged { Vec::new() } else { secrets(lowering, workload, &places) },
        placed: placed(lowering, workload, &places),
        scripts: scripts(workload.owner, &named),
        node_folder: places.at(NODE_FILES).map(str::to_owned),
        folders: folders(lowering, workload, user),
        propagates: propagates(lowering, workload),
        shared: host.is_some_and(|host| host.shared),
        in_turn: workload.component().is_some_and(|component| component.kind != ComponentKind::DaemonSet),
        grace: workload.grace().0,
        origin: lowering.draft(workload.pod.main.span).0,
    })
}

/// The files with values of the node that its command or a script of its service names; in a pod a sidecar may read more.
fn read_on_node(
    lowering: &mut Lowering<'_, '_>,
    workload: &Workload<'_>,
    node: usize,
    env: &[(String, String)],
) -> Vec<(String, String)> {
    let words = started(lowering, workload, &workload.pod.main, env);
    let texts = workload.owner.texts.values().map(|(text, _)| &**text);
    let read: Vec<&str> = words.iter().map(String::as_str).chain(texts).collect();
    let is_read = |name: &str| read.iter().any(|text| text.contains(&format!("{NODE_FILES}/{name}")));
    node_files(lowering, workload, node).into_iter().filter(|(name, _)| is_read(name)).collect()
}

fn of_component(host: &HostRun) -> Option<RunKind> {
    let unit = host.unit.as_ref()?.to_string();
    Some(if host.packaged { RunKind::Packaged(unit) } else { RunKind::Unit(unit) })
}

fn of_job(lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>, job: &Job) -> RunKind {
    let Some(schedule) = &job.schedule else { return RunKind::Step };
    let context = Context::of(workload.owner);
    RunKind::Timed(public_text(lowering.model, context, schedule, &mut lowering.sink).0)
}

/// The command and the one that ends it, with variables of the environment in them expanded as a pod's are.
fn commands(
    lowering: &mut Lowering<'_, '_>,
    workload: &Workload<'_>,
    host: Option<&HostRun>,
    env: &[(String, String)],
) -> (Vec<String>, Vec<String>) {
    let main = &workload.pod.main;
    let Some(own) = host.map(|host| &host.run).filter(|run| !run.is_empty()) else {
        return (started(lowering, workload, main, env), words(lowering, workload, &main.stop, env));
    };
    (words(lowering, workload, own, env), Vec::new())
}

/// The command of a container.
fn started(
    lowering: &mut Lowering<'_, '_>,
    workload: &Workload<'_>,
    container: &Container,
    env: &[(String, String)],
) -> Vec<String> {
    let mut command = Vec::new();
    if let Some(script) = &container.script {
        let interpreter = if script.ends_with(".py") { "python3" } else { "sh" };
        command.extend([interpreter.to_owned(), format!("{SCRIPTS}/{script}")]);
    }
    command.extend(words(lowering, workload, &container.run, env));
    command
}

/// The commands of the containers that come before the main one, each with its variables.
fn before_start(lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>, node: usize) -> Vec<Vec<String>> {
    let model = lowering.model;
    let Some(node) = model.site.nodes.get(node) else { return Vec::new() };
    let parts = parts(model, workload);
    let commands = parts.into_iter().skip(1).map(|part| {
        let env = environment::variables(lowering, workload, node, &part.env);
        let assigned = env.iter().map(|(name, value)| format!("{name}={value}"));
        let mut words: Vec<String> = std::iter::once("env".to_owned()).chain(assigned).collect();
        words.extend(started(lowering, workload, part, &env));
        words
    });
    commands.collect()
}

fn words(
    lowering: &mut Lowering<'_, '_>,
    workload: &Workload<'_>,
    values: &[Expr],
    env: &[(String, String)],
) -> Vec<String> {
    let client = workload.capability.map(|_| workload.service);
    let context = Context { client, ..Context::of(workload.owner) };
    let mut words = Vec::new();
    for value in values {
        let (text, _) = public_text(lowering.model, context, value, &mut lowering.sink);
        if !(value.is_conditional() && text.is_empty()) {
            words.push(environment::expanded(&text, env));
        }
    }
    words
}
