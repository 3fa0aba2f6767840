//! `images list` and `images lock`.
//!
//! Invariant: no registry is asked; digests come from what the user gives.
#![allow(clippy::disallowed_methods, reason = "the files of digests are the user's")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cli::args::Images;
use crate::cli::render::Format;
use crate::cli::{Project, broken, report};
use crate::compile::{Compiled, IMAGE_LOCKS, compile};
use crate::kube::image::{Locks, Reference, check_digest};
use crate::kube::item::Item;
use crate::lower::object::{kind, name, template};
use crate::write;

/// The longest answer that is read.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Runs `images`.
pub fn run(arguments: &Images) -> ExitCode {
    let (Images::List { site } | Images::Lock { site, .. }) = arguments;
    let (project, site, compiled) = match open(site) {
        Ok(opened) => opened,
        Err(code) => return code,
    };
    let images = images(&compiled);
    match arguments {
        Images::List { .. } => {
            let _ = std::io::stdout().write_all(list(&images).as_bytes());
            ExitCode::SUCCESS
        }
        Images::Lock { files, .. } => match lock((&project, &site), &images, files) {
            Ok((locked, open)) => {
                let open =
                    if open.is_empty() { String::new() } else { format!(", none given for {}", open.join(", ")) };
                let _ = writeln!(anstream::stderr(), "wrote {site}/{IMAGE_LOCKS}: {locked} digests{open}");
                ExitCode::SUCCESS
            }
            Err(message) => broken(&message),
        },
    }
}

fn open(site: &str) -> Result<(Project, String, Compiled), ExitCode> {
    let project = Project::open(Format::Human)?;
    let sites = project.sites(&[site.to_owned()][..].into()).map_err(|message| broken(&message))?;
    let Some(site) = sites.into_iter().next() else { return Err(broken("name one site")) };
    let compiled = compile(&project.world, &project.library, &site);
    if compiled.linked.is_none() {
        report(&compiled.diagnostics, &compiled.sources, Format::Human);
        return Err(ExitCode::from(1));
    }
    Ok((project, site, compiled))
}

/// The images of a site's containers: reference without a lock's digest -> digest and containers.
fn images(compiled: &Compiled) -> BTreeMap<String, (Option<String>, BTreeSet<String>)> {
    let mut images: BTreeMap<String, (Option<String>, BTreeSet<String>)> = BTreeMap::new();
    for object in compiled.linked.iter().flat_map(|linked| &linked.objects) {
        let pod = template(&object.item).and_then(|template| template.get("spec"));
        for list in pod.iter().flat_map(|pod| ["initContainers", "containers"].map(|list| pod.get(list))) {
            for container in list.map_or(&[][..], Item::list) {
                let text = |field: &str| container.get(field).and_then(Item::text).unwrap_or("");
                let (reference, digest) = match text("image").split_once('@') {
                    Some((reference, digest)) => (reference, Some(digest.to_owned())),
                    None => (text("image"), None),
                };
                let known = images.entry(reference.to_owned()).or_default();
                known.0 = known.0.take().or(digest);
                known.1.insert(format!("{}/{}:{}", kind(&object.item), name(&object.item), text("name")));
            }
        }
    }
    images
}

fn list(images: &BTreeMap<String, (Option<String>, BTreeSet<String>)>) -> String {
    let line = |(reference, (digest, containers)): (&String, &(Option<String>, BTreeSet<String>))| {
        format!("{reference} {} {}\n", digest.as_deref().unwrap_or("-"), containers.len())
    };
    images.iter().map(line).collect()
}

type Known = BTreeMap<String, (Option<String>, BTreeSet<String>)>;

/// Writes the digests that the files give, and those that were known; gives their number and the references without one.
fn lock((project, site): (&Project, &str), images: &Known, files: &[PathBuf]) -> Result<(usize, Vec<String>), String> {
    let mut locks: Locks =
        images.iter().filter_map(|(reference, (digest, _))| Some((reference.clone(), digest.clone()?))).collect();
    for file in files {
        let shown = if file == Path::new("-") { "standard input".to_owned() } else { file.display().to_string() };
        let given = given(&text(file).map_err(|error| format!("{shown}: {error}"))?);
        let given = given.map_err(|what| format!("{shown}: {what}"))?;
        for (reference, digest) in given {
            let of_site = find(images, &reference).map_err(|what| format!("{shown}: {what}"))?;
            check_digest(&digest).map_err(|what| format!("{shown}: `{reference}`: {what}"))?;
            locks.insert(of_site, digest);
        }
    }
    let text: String = locks.iter().map(|(reference, digest)| format!("{reference} {digest}\n")).collect();
    write::rewrite(&project.root, &format!("{site}/{IMAGE_LOCKS}"), text.as_bytes())
        .map_err(|error| error.to_string())?;
    let open = images.keys().filter(|reference| !locks.contains_key(*reference)).cloned().collect();
    Ok((locks.len(), open))
}

fn text(file: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    if file == Path::new("-") {
        std::io::stdin().take(LARGEST).read_to_string(&mut text)?;
    } else {
        std::fs::File::open(file)?.take(LARGEST).read_to_string(&mut text)?;
    }
    Ok(text)
}

/// Pairs of a reference and a digest: documents as `skopeo inspect` prints them, one after the other, or lines.
fn given(text: &str) -> Result<Vec<(String, String)>, String> {
    if !text.trim_start().starts_with('{') {
        let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
        let pair = |(number, line): (usize, &str)| {
            let mut words = line.split_whitespace();
            match (words.next(), words.next(), words.next()) {
                (Some(reference), Some(digest), None) => Ok((reference.to_owned(), digest.to_owned())),
                _ => Err(format!("line {number}: expected a reference and its digest")),
            }
        };
        return lines.map(pair).collect();
    }
    let documents = serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>();
    let pair = |document: Result<serde_json::Value, serde_json::Error>| {
        let document = document.map_err(|error| error.to_string())?;
        let field = |field: &str| document.get(field).and_then(serde_json::Value::as_str).map(str::to_owned);
        let pair = field("Name").zip(field("Digest"));
        pair.ok_or_else(|| "expected `Name` and `Digest`, as `skopeo inspect` prints them".to_owned())
    };
    documents.map(pair).collect()
}

/// The site's reference that is meant. `skopeo inspect` tells a name without its tag, which is enough where the site has one tag of it.
fn find(images: &Known, given: &str) -> Result<String, String> {
    let given = given.trim_start_matches("docker://");
    if images.contains_key(given) {
        return Ok(given.to_owned());
    }
    let name = |reference: &str| Reference::parse(reference).map(|parsed| parsed.name.to_owned()).unwrap_or_default();
    let is_bare = Reference::parse(given).is_ok_and(|parsed| parsed.tag.is_none());
    let same: Vec<&String> = images.keys().filter(|known| is_bare && name(known) == given).collect();
    match same.as_slice() {
        [only] => Ok((*only).clone()),
        [] => {
            let near = crate::diag::nearest(given, images.keys().map(String::as_str));
            let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            Err(format!("no container of the site has the image `{given}`{hint}"))
        }
        several => {
            let several: Vec<String> = several.iter().map(|known| format!("`{known}`")).collect();
            Err(format!(
                "`{given}` has no tag, and the site has {}: give lines of a reference and its digest",
                several.join(" and ")
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    #[test]
    fn answers_of_skopeo_and_lines_are_read() {
        let expected = vec![("quay.io/a".to_owned(), DIGEST.to_owned()), ("quay.io/b".to_owned(), DIGEST.to_owned())];
        let document = |name: &str| format!("{{\"Name\": \"{name}\", \"Digest\": \"{DIGEST}\", \"RepoTags\": []}}\n");
        assert_eq!(given(&(document("quay.io/a") + &document("quay.io/b"))), Ok(expected.clone()));
        assert_eq!(given(&format!("# made today\nquay.io/a {DIGEST}\n\nquay.io/b {DIGEST}\n")), Ok(expected));
        for wrong in ["{\"Name\": \"a\"}", "{", "quay.io/a", &format!("a {DIGEST} b")] {
            assert!(given(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_name_without_a_tag_is_enough_where_there_is_one() {
        let images: Known = ["quay.io/a:1", "quay.io/b:1", "quay.io/b:2"]
            .into_iter()
            .map(|reference| (reference.to_owned(), Default::default()))
            .collect();
        assert_eq!(find(&images, "quay.io/a"), Ok("quay.io/a:1".to_owned()));
        assert_eq!(find(&images, "docker://quay.io/b:2"), Ok("quay.io/b:2".to_owned()));
        for wrong in ["quay.io/b", "quay.io/c", "quay.io/a:2"] {
            assert!(find(&images, wrong).is_err(), "{wrong}");
        }
    }
}
