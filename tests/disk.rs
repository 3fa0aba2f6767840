//! Projects on disk: what is read, what is refused, and that nothing hangs.
#![allow(clippy::disallowed_methods, reason = "the tests make the files")]

use std::path::Path;

use taco_gen::world::disk::DiskWorld;
use taco_gen::{Compiled, compile};

use crate::support::{LIBRARY, stock};

fn compile_in(root: &Path) -> Compiled {
    compile(&DiskWorld::new(root.to_owned()), &LIBRARY, "sites/test")
}

fn codes(compiled: &Compiled) -> Vec<&str> {
    compiled.diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

fn project(file: &str, bytes: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir_all(folder.path().join("sites/test")).expect("a folder");
    std::fs::write(folder.path().join("sites/test").join(file), bytes).expect("a file");
    folder
}

#[test]
fn line_ends_and_a_byte_order_mark_make_no_difference() {
    let spec = stock("minimal");
    let plain = compile_in(project("site.kdl", spec.as_bytes()).path());
    let texts = |compiled: &Compiled| {
        let files = compiled.artifacts.as_ref().expect("sound").iter();
        files.map(|file| file.printed.text.clone()).collect::<Vec<_>>()
    };
    for variant in [spec.replace('\n', "\r\n"), format!("\u{feff}{spec}")] {
        assert_eq!(texts(&compile_in(project("site.kdl", variant.as_bytes()).path())), texts(&plain));
    }
}

#[test]
fn what_is_no_text_of_the_project_is_refused() {
    let mut broken = stock("minimal").into_bytes();
    broken.extend([0xff, 0xfe]);
    assert_eq!(codes(&compile_in(project("site.kdl", &broken).path())), ["TG0004"]);

    let large = project("site.kdl", b"");
    let file =
        std::fs::OpenOptions::new().write(true).open(large.path().join("sites/test/site.kdl")).expect("the file");
    file.set_len(100 * 1024 * 1024).expect("a hole");
    assert_eq!(codes(&compile_in(large.path())), ["TG0003"]);

    let link = project("other", b"");
    std::os::unix::fs::symlink("/etc/hostname", link.path().join("sites/test/site.kdl")).expect("a link");
    assert_eq!(codes(&compile_in(link.path())), ["TG0002"]);

    let missing = project("other", b"");
    assert_eq!(codes(&compile_in(missing.path())), ["TG0005"]);

    let outside = compile(&DiskWorld::new(missing.path().to_owned()), &LIBRARY, "../sites/test");
    assert_eq!(codes(&outside), ["TG0002"]);
}

#[test]
fn yaml_bombs_are_refused() {
    let aliases = "a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n";
    assert!(codes(&compile_in(project("site.yaml", aliases.as_bytes()).path())).contains(&"TG0107"));
    for deep in ["a: ".to_owned() + &"[".repeat(10_000), "- ".repeat(10_000)] {
        assert!(codes(&compile_in(project("site.yaml", deep.as_bytes()).path())).contains(&"TG0103"));
    }
}
