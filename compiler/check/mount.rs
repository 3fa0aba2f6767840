//! Mounts that a site adds to a pod, held against those that are there.
//!
//! Invariant: nothing of a service is hidden by a mount of a site, and no two mounts stand at one path.

use std::borrow::Cow;

use crate::catalog::overlay::PodAdditions;
use crate::catalog::service::Bounds;
use crate::diag::{Diagnostic, Sink};
use crate::model::{Model, Workload};
use crate::span::Span;

/// Folders that a pod's own scripts, node options and certificates stand in.
const OWN: [&str; 2] = ["/opt/taco", "/run/taco"];

/// A mount.
struct Place<'p> {
    at: Cow<'p, str>,
    span: Span,
    /// What it is, for messages.
    what: String,
    /// Is it a folder that nothing can be mounted in, since it is read-only?
    is_closed: bool,
    /// The file of a service whose options a spec sets by `config`.
    file: Option<&'p str>,
}

/// Finds mounts of a site that stand over or in what a pod has.
pub fn added(model: &Model<'_>, sink: &mut Sink) {
    for workload in &model.workloads {
        for spec in model.specs(&workload.owner.name) {
            let component = spec.components.get(workload.short()).filter(|_| workload.component().is_some());
            let job = spec.jobs.get(workload.short()).filter(|_| workload.component().is_none());
            let said = component.map(|said| &said.additions).or(job.map(|said| &said.additions));
            said.into_iter().for_each(|additions| check(model, workload, additions, sink));
        }
    }
}

fn check(model: &Model<'_>, workload: &Workload<'_>, additions: &PodAdditions, sink: &mut Sink) {
    let added = added_places(additions);
    let mut taken = places(model, workload);
    taken.retain(|known| !added.iter().any(|added| added.span == known.span));
    for added in added {
        absolute(&added, sink);
        let meets = |known: &&Place<'_>| {
            let over = is_in(&known.at, &added.at) || known.at == added.at;
            over || (known.is_closed && is_in(&added.at, &known.at))
        };
        let name = workload.short();
        if let Some(known) = taken.iter().find(meets) {
            sink.push(refusal(&added, known, name));
        } else if OWN.iter().any(|own| *own == added.at || is_in(&added.at, own) || is_in(own, &added.at)) {
            let message = format!("{} stands in a folder that every pod has, in the pod of `{name}`", added.what);
            sink.push(Diagnostic::error("TG0452", added.span, message).hint("choose another path"));
        }
        taken.push(added);
    }
}

/// Does the path lie below that folder?
fn is_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/') && rest.len() > 1)
}

fn refusal(added: &Place<'_>, known: &Place<'_>, name: &str) -> Diagnostic {
    let relation = match (known.at == added.at, is_in(&known.at, &added.at)) {
        (true, _) => "stands where",
        (false, true) => "would hide",
        (false, false) => "stands in",
    };
    let end = if known.at == added.at { " is mounted" } else { "" };
    let message = format!("{} {relation} {}{end} in the pod of `{name}`", added.what, known.what);
    let diagnostic = Diagnostic::error("TG0452", added.span, message).also(known.span, "the one that is there");
    match known.file {
        Some(file) => diagnostic.hint(format!("its options are set by `config \"{file}\"`")),
        None => diagnostic.hint("choose another path"),
    }
}

/// A mount has a whole path.
fn absolute(added: &Place<'_>, sink: &mut Sink) {
    let is_odd = |step: &str| matches!(step, "." | "..");
    let is_sound = added.at.starts_with('/') && added.at.len() > 1 && !added.at.split('/').any(is_odd);
    if !is_sound || added.at.contains(':') {
        let message = format!("expected an absolute path such as `/etc/site/motd`, found `{}`", added.at);
        sink.push(Diagnostic::error("TG0453", added.span, message));
    }
}

/// What the main container of a workload mounts on this site.
fn places<'m>(model: &'m Model<'_>, workload: &'m Workload<'_>) -> Vec<Place<'m>> {
    let container = &workload.pod.main;
    let held = |bounds: &Bounds| model.holds(&workload.owner.name, bounds);
    let files = container.mounts.iter().filter(|(_, mount)| held(&mount.bounds)).map(|(name, mount)| Place {
        at: Cow::Borrowed(&mount.at),
        span: mount.span,
        what: format!("`{name}`"),
        is_closed: false,
        file: Some(name),
    });
    // Whatever lies in such a folder is read as options, which no table would check.
    let drop_ins = container.mounts.iter().filter(|(_, mount)| held(&mount.bounds)).map(|(name, mount)| {
        let at = Cow::Owned(mount.drop_in_folder());
        let what = format!("the folder of the options of `{name}`");
        Place { at, span: mount.span, what, is_closed: true, file: Some(name) }
    });
    let secrets = container.secrets.iter().filter(|(_, mount)| held(&mount.bounds)).map(|(name, mount)| Place {
        at: Cow::Borrowed(&mount.at),
        span: mount.span,
        what: format!("the secret `{name}`"),
        is_closed: true,
        file: None,
    });
    let volumes = container.volumes.iter().filter(|(_, volume)| held(&volume.bounds)).map(|(name, volume)| Place {
        at: Cow::Borrowed(&volume.at),
        span: volume.span,
        what: format!("the volume `{name}`"),
        is_closed: volume.read_only,
        file: None,
    });
    files.chain(drop_ins).chain(secrets).chain(volumes).collect()
}

/// The mounts of the main container that a site adds.
fn added_places(additions: &PodAdditions) -> Vec<Place<'_>> {
    let files = additions.files.iter().map(|(name, file)| Place {
        at: Cow::Borrowed(&file.at.value),
        span: file.at.span,
        what: format!("the file `{name}`"),
        is_closed: false,
        file: None,
    });
    let secrets = additions.secrets.iter().map(|(name, mount)| Place {
        at: Cow::Borrowed(&mount.at),
        span: mount.span,
        what: format!("the secret `{name}`"),
        is_closed: true,
        file: None,
    });
    let volumes = additions.volumes.iter().map(|(name, volume)| Place {
        at: Cow::Borrowed(&volume.volume.at),
        span: volume.volume.span,
        what: format!("the volume `{name}`"),
        is_closed: volume.volume.read_only,
        file: None,
    });
    files.chain(secrets).chain(volumes).collect()
}
