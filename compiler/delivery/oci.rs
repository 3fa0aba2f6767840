//! Output as an OCI image layout: a folder that `oras cp --from-oci-layout` or `skopeo copy oci:FOLDER:SITE` copies to a registry, from
//! which Argo CD (`repoURL: oci://...`) and Flux (OCIRepository) read.
//!
//! OCI image specification 1.1, image-layout.md and manifest.md ("Guidelines for Artifact Usage"). A site is an artifact of one layer
//! under its name as the tag: the type of layer that Argo CD accepts, and the first layer, which Flux takes.
//!
//! Invariant: the same files give the same digests: no time, no owner, sorted names.

use std::collections::BTreeMap;
use std::io::Write as _;

use flate2::{Compression, GzBuilder};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tar::{Builder, EntryType, Header};

use super::publish::{Source, Tree};

const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const EMPTY: &str = "application/vnd.oci.empty.v1+json";
const OUTPUT: &str = "application/vnd.taco-gen.output.v1";

/// The files of a layout by path, `index.json` and the blobs that it leads to.
pub fn layout(trees: &[Tree], source: Option<&Source>) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let mut files = BTreeMap::new();
    let mut manifests = Vec::new();
    for tree in trees {
        let layer = layer(tree).map_err(|error| format!("the archive of `{}`: {error}", tree.site))?;
        let layer = blob(&mut files, LAYER, layer);
        let config = blob(&mut files, EMPTY, b"{}".to_vec());
        let mut manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "artifactType": OUTPUT,
            "config": config,
            "layers": [layer],
        });
        if let (Some(source), Some(fields)) = (source, manifest.as_object_mut()) {
            fields.insert("annotations".to_owned(), annotations(source));
        }
        let mut described = blob(&mut files, MANIFEST, manifest.to_string().into_bytes());
        if let Some(fields) = described.as_object_mut() {
            fields.insert("artifactType".to_owned(), json!(OUTPUT));
            fields.insert("annotations".to_owned(), json!({ "org.opencontainers.image.ref.name": tree.site }));
        }
        manifests.push(described);
    }
    let index = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": manifests,
    });
    files.insert("index.json".to_owned(), index.to_string().into_bytes());
    files.insert("oci-layout".to_owned(), json!({ "imageLayoutVersion": "1.0.0" }).to_string().into_bytes());
    Ok(files)
}

fn annotations(source: &Source) -> Value {
    let mut fields = serde_json::Map::new();
    // Flux shows both; the created time is that of the commit.
    let pairs = [
        ("org.opencontainers.image.created", source.date.clone()),
        ("org.opencontainers.image.source", source.url.clone()),
        ("org.opencontainers.image.revision", source.commit.clone()),
    ];
    for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
        fields.insert(name.to_owned(), json!(value));
    }
    Value::Object(fields)
}

/// Puts a blob into the layout; its descriptor.
fn blob(files: &mut BTreeMap<String, Vec<u8>>, kind: &str, bytes: Vec<u8>) -> Value {
    let hex: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let descriptor = json!({ "mediaType": kind, "digest": format!("sha256:{hex}"), "size": bytes.len() });
    files.insert(format!("blobs/sha256/{hex}"), bytes);
    descriptor
}

/// A site's files as a compressed archive.
fn layer(tree: &Tree) -> std::io::Result<Vec<u8>> {
    let mut paths: Vec<&(String, Vec<u8>)> = tree.files.iter().collect();
    paths.sort();
    let packed = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::best());
    let mut archive = Builder::new(packed);
    for (path, bytes) in paths {
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::Regular);
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        archive.append_data(&mut header, path, bytes.as_slice())?;
    }
    let mut packed = archive.into_inner()?;
    packed.flush()?;
    packed.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
        Tree { site: "lab".to_owned(), folder: "clusters/lab".to_owned(), files }
    }

    #[test]
    fn every_descriptor_leads_to_its_bytes_and_the_archive_holds_the_files() {
        let files = layout(&[tree(&[("b/c.yaml", "kind: A\n"), ("a", "1")])], None).unwrap();
        let index: Value = serde_json::from_slice(&files["index.json"]).unwrap();
        let manifest = index["manifests"][0]["digest"].as_str().unwrap().strip_prefix("sha256:").unwrap();
        let manifest: Value = serde_json::from_slice(&files[&format!("blobs/sha256/{manifest}")]).unwrap();
        assert_eq!(index["manifests"][0]["annotations"]["org.opencontainers.image.ref.name"], "lab");
        assert_eq!(manifest["layers"].as_array().unwrap().len(), 1);
        let layer = manifest["layers"][0]["digest"].as_str().unwrap().strip_prefix("sha256:").unwrap();
        let bytes = &files[&format!("blobs/sha256/{layer}")];
        assert_eq!(manifest["layers"][0]["size"], bytes.len());
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes.as_slice()));
        let names = archive.entries().unwrap().map(|entry| entry.unwrap().path().unwrap().display().to_string());
        assert_eq!(names.collect::<Vec<_>>(), ["a", "b/c.yaml"]);
    }

    #[test]
    fn the_order_of_files_and_the_moment_change_no_digest() {
        let one = layout(&[tree(&[("a", "1"), ("b", "2")])], None).unwrap();
        assert_eq!(one, layout(&[tree(&[("b", "2"), ("a", "1")])], None).unwrap());
        assert_ne!(one, layout(&[tree(&[("b", "2"), ("a", "3")])], None).unwrap());
    }

    #[test]
    fn paths_of_any_length_are_held() {
        let long = format!("{}/{}", "a".repeat(120), "b".repeat(180));
        let files = layout(&[tree(&[(&long, "1")])], None).unwrap();
        assert_eq!(files.len(), 5);
    }
}
