//! What every action begins with: the site, its store, and who opens it.
//!
//! Invariant: diagnostics about the store itself do not hide what the site needs; any other diagnostic ends the run.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use super::identity;
use crate::cli::args::Key;
use crate::cli::render::Format;
use crate::cli::{BROKEN, Project, broken, report};
use crate::compile::{Compiled, compile};
use crate::diag::{Diagnostic, Severity, Sink, nearest};
use crate::kube::secret::SecretPath;
use crate::secret::check;
use crate::secret::envelope::Identities;
use crate::secret::need::Need;
use crate::secret::random::Unavailable;
use crate::secret::store::SiteStore;
use crate::secret::unlocked::{UnlockedStore, open};
use crate::write::private::{self, Locked, Place};

/// An action's outcome; an error is the code of a run that was told already.
pub type Done = Result<ExitCode, ExitCode>;

/// A site and its store.
pub struct Session {
    /// The compiled site.
    pub compiled: Compiled,
    /// The site's store.
    pub store: SiteStore,
    /// Diagnostics about the store.
    pub diagnostics: Vec<Diagnostic>,
    project: Project,
    lock: Option<Locked>,
}

/// What a session is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Looking.
    Read,
    /// Changing; no other run may.
    Write,
}

impl Session {
    /// Compiles the site and reads the clear part of its store.
    pub fn start(site: &str, purpose: Purpose) -> Result<Session, ExitCode> {
        let project = Project::open(Format::Human)?;
        let sites = project.sites(&[site.to_owned()][..].into()).map_err(|message| broken(&message))?;
        let Some(site) = sites.into_iter().next() else { return Err(broken("name one site")) };
        let folder = project.root.join(&site);
        let lock = match purpose {
            Purpose::Write if folder.is_dir() => {
                Some(private::lock(&folder).map_err(|error| broken(&error.to_string()))?)
            }
            _ => None,
        };
        let mut compiled = compile(&project.world, &project.library, &site);
        let (diagnostics, others): (Vec<_>, Vec<_>) = std::mem::take(&mut compiled.diagnostics)
            .into_iter()
            .partition(|diagnostic| diagnostic.code.starts_with("TG09"));
        let sound = !others.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
        match compiled.store.take().filter(|_| sound) {
            Some(store) => Session { compiled, store, diagnostics, project, lock }.private(purpose),
            None => {
                report(&others, &compiled.sources, Format::Human);
                Err(ExitCode::from(1))
            }
        }
    }

    /// Looks who else may write the store. Who may read it does not matter: all in it is sealed or public, and Git checks it
    /// out with mode 0644.
    fn private(mut self, purpose: Purpose) -> Result<Session, ExitCode> {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = self.file().symlink_metadata().map_or(0, |found| found.permissions().mode());
        if mode & 0o022 == 0 || self.store.locked.is_none() {
            return Ok(self);
        }
        let message = format!("others than its owner may write `{}` (mode {:04o})", self.store.path, mode & 0o777);
        let hint = format!("`chmod go-w {}`", self.store.path);
        let diagnostic = if mode & 0o002 == 0 {
            Diagnostic::warning("TG0923", self.store.span, message).hint(hint)
        } else {
            Diagnostic::error("TG0923", self.store.span, message).hint(hint)
        };
        if diagnostic.severity == Severity::Error && purpose == Purpose::Write {
            return Err(self.refuse(diagnostic));
        }
        self.diagnostics.push(diagnostic);
        Ok(self)
    }

    /// Tells diagnostics; the code of a run that ends with them.
    pub fn tell(&self, diagnostics: &[Diagnostic]) -> ExitCode {
        report(diagnostics, &self.compiled.sources, Format::Human);
        ExitCode::from(1)
    }

    /// Tells one diagnostic.
    pub fn refuse(&self, diagnostic: Diagnostic) -> ExitCode {
        self.tell(&[diagnostic])
    }

    /// The identities that open the store; a file that is named must be there.
    pub fn identities(&self, key: &Key) -> Result<Identities, ExitCode> {
        let Some(path) = identity::path(key.identity.as_deref()) else {
            let message = "no identity is named, expected `--identity FILE` or SOPS_AGE_KEY_FILE";
            return Err(self.refuse(Diagnostic::global("TG0911", message)));
        };
        match identity::read(&path) {
            Ok(Some(identities)) => Ok(identities),
            Ok(None) => Err(self.refuse(Diagnostic::global("TG0911", format!("there is no `{}`", path.display())))),
            Err(diagnostic) => Err(self.refuse(*diagnostic)),
        }
    }

    /// Opens the store, which must be there.
    pub fn open(&self, key: &Key) -> Result<UnlockedStore, ExitCode> {
        let Some(locked) = &self.store.locked else { return Err(self.no_store()) };
        let identities = self.identities(key)?;
        let mut sink = Sink::default();
        open(locked, &identities, &mut sink).ok_or_else(|| self.tell(&sink.into_sorted()))
    }

    /// Opens the store to add or change values: not while somebody else's recipient is among its own.
    pub fn open_to_change(&self, key: &Key) -> Result<UnlockedStore, ExitCode> {
        let unlocked = self.open(key)?;
        let mut sink = Sink::default();
        if check::locked(&self.store, &mut sink) {
            return Ok(unlocked);
        }
        let diagnostics =
            sink.into_sorted().into_iter().filter(|diagnostic| ["TG0912", "TG0913"].contains(&diagnostic.code));
        Err(self.tell(&diagnostics.collect::<Vec<_>>()))
    }

    /// Says that there is no store, or why it could not be read.
    pub fn no_store(&self) -> ExitCode {
        let faults: Vec<_> =
            self.diagnostics.iter().filter(|diagnostic| diagnostic.code != "TG0905").cloned().collect();
        if !faults.is_empty() {
            return self.tell(&faults);
        }
        let message = format!("there is no `{}`", self.store.path);
        let hint = format!("`taco-gen passwords init {}` makes it", self.compiled.name);
        self.refuse(Diagnostic::error("TG0915", self.store.span, message).hint(hint))
    }

    /// A name that the site needs.
    pub fn need(&self, text: &str) -> Result<(SecretPath, &Need), ExitCode> {
        let found = SecretPath::parse(text).and_then(|name| self.store.needs.get(&name).map(|need| (name, need)));
        found.ok_or_else(|| {
            let names: Vec<String> = self.store.needs.keys().map(SecretPath::to_string).collect();
            let mut diagnostic = Diagnostic::global("TG0914", format!("the site needs no secret `{text}`"));
            if let Some(near) = nearest(text, names.iter().map(String::as_str)) {
                diagnostic = diagnostic.hint(format!("did you mean `{near}`?"));
            }
            self.refuse(diagnostic)
        })
    }

    /// Where the store is on disk.
    pub fn file(&self) -> PathBuf {
        self.project.root.join(&self.store.path)
    }

    /// Writes the store.
    pub fn save(&self, unlocked: &UnlockedStore, place: Place) -> Result<(), ExitCode> {
        let text = unlocked.to_text(&now()).map_err(unavailable)?;
        let file = self.file();
        // A store in a folder below the site's is written under that folder's lock as well.
        let folder = file.parent().unwrap_or(&file).to_owned();
        let own = self.lock.as_ref().filter(|_| self.store.path.matches('/').count() == 2);
        let written = match own {
            Some(lock) => private::write(lock, &file, text.as_bytes(), place),
            None => private::lock(&folder).and_then(|lock| private::write(&lock, &file, text.as_bytes(), place)),
        };
        written.map_err(|error| self.failed(&error.to_string()))
    }

    /// Says that nothing was written.
    pub fn failed(&self, message: &str) -> ExitCode {
        self.tell(&[Diagnostic::global("TG0802", message)]);
        ExitCode::from(BROKEN)
    }
}

/// The system gave no random bytes.
pub fn unavailable(_: Unavailable) -> ExitCode {
    broken("the system gave no random bytes, or refused a key")
}

/// A line about what was done.
pub fn say(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}

/// The time of now, RFC 3339 in UTC, to the second.
pub fn now() -> String {
    humantime::format_rfc3339_seconds(std::time::SystemTime::now()).to_string()
}
