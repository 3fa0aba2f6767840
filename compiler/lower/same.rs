//! Are two lowered pods, and the files that they mount, the same to their programs?
//!
//! Invariant: origins are not compared, nor is how a value was put together.

use crate::config::file::{Content, Line, Part, Section};
use crate::lower::config::ConfigFile;
use crate::lower::object::template;
use crate::lower::workload::Drafted;

/// Are the pod templates the same, and all that they mount?
pub fn same_pods(a: (&Drafted, &[ConfigFile]), b: (&Drafted, &[ConfigFile])) -> bool {
    let ((a, a_files), (b, b_files)) = (a, b);
    let mounted = |drafted: &Drafted| {
        let mut files: Vec<_> =
            drafted.pod.files.iter().map(|file| (file.at.clone(), file.service.clone(), file.name.clone())).collect();
        files.sort();
        files
    };
    let (mounts, others) = (mounted(a), mounted(b));
    template(&a.object.item) == template(&b.object.item)
        && mounts == others
        && a.pod.scripts == b.pod.scripts
        && a.pod.node_files == b.pod.node_files
        && a.pod.own_files == b.pod.own_files
        && mounts.iter().all(|(_, service, name)| {
            let of = |files| crate::lower::config::find(files, service, name);
            match (of(a_files), of(b_files)) {
                (Some(a), Some(b)) => same_files(a, b),
                (a, b) => a.is_none() && b.is_none(),
            }
        })
}

fn same_files(a: &ConfigFile, b: &ConfigFile) -> bool {
    a.mode == b.mode && same_content(&a.public, &b.public) && same_sections(&a.secret, &b.secret)
}

fn same_content(a: &Content, b: &Content) -> bool {
    match (a, b) {
        (Content::Sections(syntax, a), Content::Sections(other, b)) => syntax == other && same_sections(a, b),
        (Content::Yaml(a), Content::Yaml(b)) | (Content::Json(a), Content::Json(b)) => a == b,
        (Content::Text(a, _, sections), Content::Text(b, _, others)) => a == b && same_sections(sections, others),
        _ => false,
    }
}

/// Do two lists of sections say the same, in the same order?
pub fn same_sections(a: &[Section], b: &[Section]) -> bool {
    a.len() == b.len()
        && a.iter().zip(b).all(|(a, b)| {
            a.name == b.name
                && a.options.len() == b.options.len()
                && a.options.iter().zip(&b.options).all(|(a, b)| {
                    a.name == b.name
                        && a.values.len() == b.values.len()
                        && a.values.iter().zip(&b.values).all(|((a, _), (b, _))| joined(a) == joined(b))
                })
        })
}

/// The parts of a value, public ones that follow each other as one.
fn joined(line: &Line) -> Vec<Part> {
    let mut whole: Vec<Part> = Vec::new();
    for part in &line.parts {
        match (whole.last_mut(), part) {
            (_, Part::Public(text)) if text.is_empty() => {}
            (Some(Part::Public(text)), Part::Public(more)) => text.push_str(more),
            _ => whole.push(part.clone()),
        }
    }
    whole
}
