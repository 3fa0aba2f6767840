//! Folders of the host that a unit or a script sees at the paths that its command knows.
//!
//! Invariant: a bound folder is readable by the user of its unit alone, or holds nothing secret.

use crate::catalog::host_run::NODE_FILES;
use crate::kube::secret::SecretObject;
use crate::lower::machine::Run;
use crate::lower::place::SCRIPTS;

/// The folder of the program's own files on a host.
pub const OWN: &str = "/usr/local/lib/taco-gen";

/// The folder with the files of a secret, for one user.
pub fn held(run: &Run, object: &SecretObject) -> String {
    format!("/var/lib/taco-gen/secrets/{}/{}", run.user, object.name())
}

/// The folder with files that have values of the node.
pub fn node_folder(run: &Run) -> String {
    run.node_folder.clone().unwrap_or_else(|| format!("{OWN}/node/{}", run.id.replace('/', "-")))
}

/// What is bound: the folder of the host, and where it is seen.
pub fn binds(run: &Run) -> Vec<(String, String)> {
    let secrets = run.secrets.iter().map(|(object, at, _)| (held(run, object), at.clone()));
    let mut found: Vec<(String, String)> = secrets.collect();
    found.extend(own_folders(run));
    found
}

/// The program's own folders for a command: where they are, and where it looks.
fn own_folders(run: &Run) -> Vec<(String, String)> {
    let scripts = run.scripts.first().map(|(service, _, _)| (format!("{OWN}/bin/{service}"), SCRIPTS.to_owned()));
    let has_values = !run.node_files.is_empty() && run.node_folder.is_none();
    let values = has_values.then(|| (node_folder(run), NODE_FILES.to_owned()));
    scripts.into_iter().chain(values).collect()
}

/// A command with the real paths of those folders, for a unit without a mount namespace of its own.
pub fn relocated(run: &Run) -> Run {
    let folders = own_folders(run);
    let real = |text: &String| folders.iter().fold(text.clone(), |text, (from, to)| text.replace(to.as_str(), from));
    let words = |words: &[String]| words.iter().map(real).collect();
    Run {
        command: words(&run.command),
        before_start: run.before_start.iter().map(|command| words(command)).collect(),
        after_start: words(&run.after_start),
        stop: words(&run.stop),
        env: run.env.iter().map(|(name, value)| (name.clone(), real(value))).collect(),
        ..run.clone()
    }
}
