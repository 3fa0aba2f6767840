//! Files with age identities: read with care, made with care.
//!
//! Invariant: a key that others than its owner can read is not used, but for the demonstration's, which is public.
#![allow(
    clippy::disallowed_methods,
    reason = "identities stand outside the project, and their file is named by the environment"
)]

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use rustix::process::{DumpableBehavior, Resource, Rlimit};
use zeroize::Zeroizing;

use crate::diag::Diagnostic;
use crate::secret::envelope::{Identities, NoIdentity};

/// The largest file that is read.
const LARGEST: u64 = 64 * 1024;

/// Keeps values out of core files and away from debuggers, as far as the system allows, and out of the words of a panic.
pub fn harden() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(anstream::stderr(), "the program, or a library of it, gave up at {place}");
    }));
    let _ = rustix::process::setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    let _ = rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

/// The file of the identity: the one that is named, else the user's own where it is there.
pub fn path(given: Option<&Path>) -> Option<PathBuf> {
    let named = || std::env::var_os("SOPS_AGE_KEY_FILE").filter(|path| !path.is_empty()).map(PathBuf::from);
    given.map(Path::to_owned).or_else(named).or_else(|| own().filter(|path| path.exists()))
}

/// The user's own identity file, where sops looks for it too (<https://getsops.io/docs/#encrypting-using-age>).
pub fn own() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let config = folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")));
    Some(config?.join("sops/age/keys.txt"))
}

/// Makes the folders of the user's own identity file, for nobody else to enter.
pub fn make_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Reads identities; none where there is no such file.
pub fn read(path: &Path) -> Result<Option<Identities>, Box<Diagnostic>> {
    let shown = path.display();
    let refused = |message: String| Box::new(Diagnostic::global("TG0911", message));
    let flags = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC).bits()).unwrap_or(0);
    let mut file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(_) if path.is_symlink() => return Err(refused(format!("`{shown}` is a link, expected the file itself"))),
        Err(error) => return Err(refused(format!("cannot read the identity `{shown}`: {error}"))),
    };
    let found = file.metadata().map_err(|error| refused(format!("cannot read the identity `{shown}`: {error}")))?;
    if !found.is_file() || found.len() > LARGEST {
        return Err(refused(format!("`{shown}` is not a valid identity file, expected a regular file of some lines")));
    }
    let mut text = Zeroizing::new(String::new());
    (&mut file)
        .take(LARGEST)
        .read_to_string(&mut text)
        .map_err(|error| refused(format!("cannot read the identity `{shown}`: {}", error.kind())))?;
    let identities = Identities::parse(&text).map_err(|why| refused(format!("`{shown}` {}", reason(why))))?;
    let mode = found.permissions().mode() & 0o777;
    if mode & 0o077 != 0 && !identities.is_demonstration() {
        let message = format!("others than its owner may read `{shown}` (mode {mode:04o}), expected 0600");
        return Err(Box::new(
            refused(message).hint("`chmod 600` it; if others can log in there, make a new identity and rekey"),
        ));
    }
    Ok(Some(identities))
}

fn reason(why: NoIdentity) -> String {
    match why {
        NoIdentity::Line(line) => format!("has no age identity on line {line}, expected `AGE-SECRET-KEY-1…`"),
        NoIdentity::Plugin(line) => {
            format!("has the identity of a plugin on line {line}; only native age identities are used")
        }
        NoIdentity::Foreign => "is an ssh or PEM key; only native age identities are used".to_owned(),
        NoIdentity::Empty => "has no identity in it, expected a line `AGE-SECRET-KEY-1…`".to_owned(),
    }
}
