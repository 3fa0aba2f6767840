//! An Ansible playbook that brings the files of nodes there, and does what is to be done in the order of the site's graph.
//!
//! It uses modules of ansible-core alone, and no templates: every value is in the files beside it.
//!
//! Invariant: a unit restarts where its digest changed, and a script runs again where its own did; a second run changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::emit::machine::{Placed, placed};
use crate::emit::rendered::Rendered;
use crate::kube::item::{Item, Text};
use crate::link::Linked;
use crate::link::machine::{Action, ActionKind, LinkedMachine, OWN};
use crate::lower::draft::ItemBuilder;
use crate::origin::OriginId;
use crate::print::yaml;

const DRAFT: ItemBuilder = ItemBuilder(OriginId::BUILTIN);

/// Playbook, inventory and variables; none of a site for Kubernetes.
pub fn files(linked: &Linked) -> Vec<Rendered> {
    if linked.machines.is_empty() {
        return Vec::new();
    }
    let rendered = |path: &str, item: &Item| Rendered { path: format!("ansible/{path}"), printed: yaml::print(item) };
    let mut files =
        vec![rendered("site.yaml", &playbook(linked)), rendered("inventory.yaml", &inventory(&linked.machines))];
    for machine in &linked.machines {
        let placed = placed(linked, machine);
        files.push(rendered(&format!("host_vars/{}.yaml", machine.node), &variables(machine, &placed)));
    }
    files
}

/// Actions of the site in order: their names, and the nodes that have each.
fn actions(machines: &[LinkedMachine]) -> Vec<(&Action, Vec<&str>)> {
    let mut found: BTreeMap<(usize, &str), (&Action, Vec<&str>)> = BTreeMap::new();
    for machine in machines {
        for action in &machine.actions {
            let entry = found.entry((action.wave, &action.id)).or_insert_with(|| (action, Vec::new()));
            entry.1.push(&machine.node);
        }
    }
    found.into_values().collect()
}

/// A component or a job as the name of an Ansible group.
fn group(id: &str) -> String {
    id.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_")
}

fn inventory(machines: &[LinkedMachine]) -> Item {
    let members = |nodes: &[&str]| {
        let nodes = nodes.iter().map(|node| (Text::Owned((*node).to_owned()), DRAFT.named([])));
        DRAFT.map([("hosts", DRAFT.named(nodes.collect::<Vec<_>>()))])
    };
    let hosts = machines.iter().map(|machine| {
        let address = DRAFT.map([("ansible_host", DRAFT.text(machine.address.clone()))]);
        (Text::Owned(machine.node.clone()), address)
    });
    let groups: Vec<(Text, Item)> =
        actions(machines).iter().map(|(action, nodes)| (Text::Owned(group(&action.id)), members(nodes))).collect();
    let all = [("hosts", DRAFT.named(hosts.collect::<Vec<_>>())), ("children", DRAFT.named(groups))];
    DRAFT.map([("all", DRAFT.map(all))])
}

/// What a node has: packages, folders, files, sealed files.
fn variables(machine: &LinkedMachine, placed: &[Placed<'_>]) -> Item {
    let loose: Vec<&Placed<'_>> = placed.iter().filter(|file| !is_digest(&file.path)).collect();
    let folders: BTreeSet<&str> =
        loose.iter().filter_map(|file| file.path.rsplit_once('/')).map(|(folder, _)| folder).collect();
    let own = [format!("{OWN}/digests"), format!("{OWN}/sealed")];
    let folders: BTreeSet<&str> = folders.into_iter().chain(own.iter().map(String::as_str)).collect();
    let files = loose.iter().map(|file| {
        DRAFT.map([
            ("path", DRAFT.text(file.path.clone())),
            ("group", DRAFT.text(file.group.to_owned())),
            ("mode", DRAFT.text(format!("{:04o}", file.mode))),
        ])
    });
    let sealed: BTreeSet<&str> = machine.secrets.iter().map(|secret| secret.object.as_str()).collect();
    let sources = &machine.repositories;
    DRAFT.some([
        ("host_repositories", (!sources.is_empty()).then(|| DRAFT.texts(sources.iter().cloned()))),
        ("host_packages", Some(DRAFT.texts(machine.packages.iter().map(|(name, _)| name.clone())))),
        ("host_folders", Some(DRAFT.texts(folders.into_iter().map(str::to_owned)))),
        ("host_files", Some(DRAFT.list(files.collect()))),
        ("host_sealed", Some(DRAFT.texts(sealed.into_iter().map(str::to_owned)))),
    ])
}

fn is_digest(path: &str) -> bool {
    path.starts_with(&format!("{OWN}/digests/"))
}

fn playbook(linked: &Linked) -> Item {
    let has_sources = linked.machines.iter().any(|machine| !machine.repositories.is_empty());
    let sources = has_sources.then_some("host_repositories");
    let mut plays = vec![packages(sources), files_play(linked)];
    if linked.machines.iter().any(|machine| !machine.secrets.is_empty()) {
        plays.push(secrets());
    }
    plays.extend(actions(&linked.machines).into_iter().map(|(action, nodes)| play_of(action, nodes.len())));
    DRAFT.list(plays)
}

/// A play: its name, the hosts, its tasks.
fn play(name: &str, hosts: &str, rest: Vec<(&'static str, Item)>) -> Item {
    let head = [
        ("name", DRAFT.text(name.to_owned())),
        ("hosts", DRAFT.text(hosts.to_owned())),
        ("become", DRAFT.flag(true)),
        ("gather_facts", DRAFT.flag(false)),
        ("any_errors_fatal", DRAFT.flag(true)),
    ];
    DRAFT.named(head.into_iter().chain(rest).map(|(key, item)| (Text::Borrowed(key), item)))
}

/// A task: its name, the module with its arguments, what else it says.
fn task<const N: usize>(name: &str, module: &str, arguments: Item, rest: [(&'static str, Item); N]) -> Item {
    let head = [
        (Text::Borrowed("name"), DRAFT.text(name.to_owned())),
        (Text::Owned(format!("ansible.builtin.{module}")), arguments),
    ];
    DRAFT.named(head.into_iter().chain(rest.into_iter().map(|(key, item)| (Text::Borrowed(key), item))))
}

fn word(text: &str) -> Item {
    DRAFT.text(text.to_owned())
}

fn packages(sources: Option<&str>) -> Item {
    let installed = |name: &str, list: &str| {
        let named = DRAFT.map([("name", word(&format!("{{{{ {list} }}}}"))), ("state", word("present"))]);
        task(name, "package", named, [])
    };
    // What is installed is started by it on Debian, before its files are there; it restarts with them.
    let sources = sources.map(|list| installed("sources of packages", list));
    let tasks = sources.into_iter().chain([installed("packages", "host_packages")]).collect();
    play("packages", "all", vec![("tasks", DRAFT.list(tasks))])
}

fn files_play(linked: &Linked) -> Item {
    let mut commands: BTreeMap<String, String> = BTreeMap::new();
    for machine in &linked.machines {
        for file in placed(linked, machine) {
            commands.extend(file.on_change.map(|command| (file.path.clone(), command.to_owned())));
        }
    }
    let watched = DRAFT.texts(commands.keys().cloned());
    let folder = DRAFT.map([("path", word("{{ item }}")), ("state", word("directory"))]);
    let copy = || {
        DRAFT.map([
            ("src", word("{{ playbook_dir }}/../hosts/{{ inventory_hostname }}{{ item.path }}")),
            ("dest", word("{{ item.path }}")),
            ("owner", word("root")),
            ("group", word("{{ item.group }}")),
            ("mode", word("{{ item.mode }}")),
        ])
    };
    let label = || DRAFT.map([("label", word("{{ item.path }}"))]);
    let rest = word("{{ host_files | rejectattr('path', 'in', watched) }}");
    let mut tasks = vec![
        task("folders", "file", folder, [("loop", word("{{ host_folders }}"))]),
        task("files", "copy", copy(), [("loop", rest), ("loop_control", label())]),
    ];
    let mut handlers = Vec::new();
    for (path, command) in &commands {
        let only = format!("{{{{ host_files | selectattr('path', 'equalto', '{path}') }}}}");
        let rest = [("loop", word(&only)), ("loop_control", label()), ("notify", word(command))];
        tasks.push(task(path, "copy", copy(), rest));
        let changes = [("changed_when", DRAFT.flag(true))];
        let handler = task(command, "command", DRAFT.map([("cmd", word(command))]), changes);
        if !handlers.contains(&handler) {
            handlers.push(handler);
        }
    }
    let reload = DRAFT.map([("daemon_reload", DRAFT.flag(true))]);
    let after = vec![task("units", "systemd_service", reload, [])];
    play(
        "files",
        "all",
        vec![
            ("vars", DRAFT.map([("watched", watched)])),
            ("tasks", DRAFT.list(tasks)),
            ("handlers", DRAFT.list(handlers)),
            ("post_tasks", DRAFT.list(after)),
        ],
    )
}

fn secrets() -> Item {
    let copy = DRAFT.map([
        ("src", word("{{ playbook_dir }}/../sealed/secret-{{ item }}.yaml")),
        ("dest", word(&format!("{OWN}/sealed/{{{{ item }}}}.yaml"))),
        ("mode", word("0600")),
    ]);
    let run = DRAFT.map([("cmd", word(&format!("{OWN}/unseal")))]);
    let [register, changed] = reported();
    let tasks = vec![
        task("sealed files", "copy", copy, [("loop", word("{{ host_sealed }}"))]),
        // A node without secrets has no program for them.
        task("secrets", "command", run, [register, changed, ("when", word("host_sealed | length > 0"))]),
    ];
    play("secrets", "all", vec![("tasks", DRAFT.list(tasks))])
}

/// A command says in its last line whether it changed anything.
fn reported() -> [(&'static str, Item); 2] {
    [("register", word("outcome")), ("changed_when", word("'unchanged' not in outcome.stdout_lines"))]
}

fn play_of(action: &Action, nodes: usize) -> Item {
    let (id, hosts) = (action.id.as_str(), group(&action.id));
    match &action.kind {
        ActionKind::Step(path) => {
            let run = DRAFT.map([("cmd", word(path))]);
            play(id, &hosts, vec![("tasks", DRAFT.list(vec![task(id, "command", run, reported())]))])
        }
        ActionKind::Unit { unit, digest } => {
            let copy = DRAFT.map([
                ("src", word(&format!("{{{{ playbook_dir }}}}/../hosts/{{{{ inventory_hostname }}}}{digest}"))),
                ("dest", word(digest)),
                ("mode", word("0644")),
            ]);
            let restart = format!("restart {unit}");
            let state = |state: &str| {
                DRAFT.map([
                    ("name", word(&format!("{unit}.service"))),
                    ("state", word(state)),
                    ("enabled", DRAFT.flag(true)),
                ])
            };
            let tasks = vec![task("digest", "copy", copy, [("notify", word(&restart))])];
            // All at once, they would take what they serve away for as long as they start.
            let turns = (action.in_turn && nodes > 1).then(|| ("serial", DRAFT.integer(1)));
            let rest = [
                ("tasks", DRAFT.list(tasks)),
                ("handlers", DRAFT.list(vec![task(&restart, "systemd_service", state("restarted"), [])])),
                ("post_tasks", DRAFT.list(vec![task("started", "systemd_service", state("started"), [])])),
            ];
            play(id, &hosts, turns.into_iter().chain(rest).collect())
        }
    }
}
