//! `import`: a new site from the files of another tool.
//!
//! Invariant: nothing that is there is written over; values of secrets go to the store alone.
#![allow(clippy::disallowed_methods, reason = "the files are the user's, and the site's are not there yet")]

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use zeroize::Zeroizing;

use crate::cli::args::{Compare, DriftFormat, Import, ImportFormat};
use crate::cli::passwords;
use crate::cli::render::Format;
use crate::cli::{BROKEN, Project, broken, report, show};
use crate::compile::compile;
use crate::diag::{Diagnostic, Severity, Sink};
use crate::import::compare as compared;
use crate::import::key::Role;
use crate::import::mapping::Mapping;
use crate::import::meaning::Beside;
use crate::import::read::Input;
use crate::import::{Imported, Request, import, split};
use crate::review::live;
use crate::secret::value::SecretValue;
use crate::world::{MAX_FILE_SIZE, Sources};

/// Endings of files that hold options of services.
const OPTIONS: [&str; 7] = ["conf", "cnf", "ini", "yaml", "yml", "json", "keyring"];

/// Endings of files that hold values or hosts.
const VALUES: [&str; 5] = ["yaml", "yml", "json", "example", ""];

/// All of them.
const ALL: [&str; 9] = ["conf", "cnf", "ini", "yaml", "yml", "json", "keyring", "example", ""];

/// Runs `import`.
pub fn run(arguments: &Import) -> ExitCode {
    passwords::identity::harden();
    let project = match Project::open(Format::Human) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let folder = format!("sites/{}", arguments.name);
    if !arguments.dry_run && project.root.join(&folder).symlink_metadata().is_ok() {
        return broken(&format!("`{folder}` exists already; choose another name"));
    }
    let overrides = Mapping::load(&project.library, &arguments.tool, &mut Sink::default());
    let overrides = overrides.and_then(|mapping| mapping.overrides);
    let inputs = match inputs(arguments, overrides.as_deref()) {
        Ok(inputs) => inputs,
        Err(diagnostic) => {
            report(&[*diagnostic], &Sources::default(), Format::Human);
            return ExitCode::from(BROKEN);
        }
    };
    let vault = match arguments.vault_password.as_deref().map(password).transpose() {
        Ok(vault) => vault,
        Err(diagnostic) => {
            report(&[*diagnostic], &Sources::default(), Format::Human);
            return ExitCode::from(BROKEN);
        }
    };
    let (world, library) = (&project.world, &project.library);
    let request = Request {
        world,
        library,
        tool: &arguments.tool,
        site: &arguments.name,
        inputs,
        vault,
        overlay: arguments.overlay.as_deref(),
    };
    let imported = import(request);
    report(&imported.diagnostics, &imported.sources, Format::Human);
    let text = match arguments.format {
        ImportFormat::Human => imported.report.human(),
        ImportFormat::Markdown => imported.report.markdown(),
        ImportFormat::Json => imported.report.json(),
    };
    let _ = std::io::stdout().write_all(text.as_bytes());
    if imported.spec.is_empty() {
        return ExitCode::from(1);
    }
    let written = if arguments.dry_run { Ok(()) } else { write(&project, &folder, arguments, &imported) };
    if let Err(code) = written {
        return code;
    }
    match imported.diagnostics.iter().any(|found| found.severity == Severity::Error) {
        true => ExitCode::from(1),
        false => ExitCode::SUCCESS,
    }
}

/// Runs `compare`.
pub fn compare(arguments: &Compare) -> ExitCode {
    passwords::identity::harden();
    let project = match Project::open(Format::Human) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let refused = |diagnostic: Diagnostic| {
        report(&[diagnostic], &Sources::default(), Format::Human);
        ExitCode::from(BROKEN)
    };
    let files = match others(arguments) {
        Ok(files) => files,
        Err(diagnostic) => return refused(*diagnostic),
    };
    let site = match project.sites(&[arguments.site.clone()][..].into()) {
        Ok(sites) => sites.into_iter().next().unwrap_or_default(),
        Err(message) => return broken(&message),
    };
    let compiled = compile(&project.world, &project.library, &site);
    if compiled.artifacts.is_none() {
        report(&compiled.diagnostics, &compiled.sources, Format::Human);
        return ExitCode::from(1);
    }
    let mut sink = Sink::default();
    let mapping = arguments.tool.as_deref().and_then(|tool| Mapping::load(&project.library, tool, &mut sink));
    let diagnostics = sink.into_sorted();
    if !diagnostics.is_empty() {
        report(&diagnostics, &project.library.sources, Format::Human);
        return ExitCode::from(BROKEN);
    }
    let secrets = match arguments.identity.is_some().then(|| passwords::values(&site, arguments.identity.as_deref())) {
        Some(Err(code)) => return code,
        Some(Ok(secrets)) => Some(secrets),
        None => None,
    };
    let beside = Beside { mapping: mapping.as_ref(), secrets: secrets.as_ref() };
    let found = compared::compare(&project.library, &compiled, &beside, &files);
    let text = match arguments.format {
        DriftFormat::Human => compared::human(&found),
        DriftFormat::Json => serde_json::to_string_pretty(&found).unwrap_or_default() + "\n",
    };
    let _ = std::io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}

/// The files that a site is compared with.
fn others(arguments: &Compare) -> Result<Vec<(String, String)>, Box<Diagnostic>> {
    let mut found = Vec::new();
    let mut named = String::new();
    if let Some(folder) = &arguments.config {
        named = folder.display().to_string();
        for path in files(folder, &["conf", "ini"])? {
            let below = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
            found.push((below, input(&path, Role::Override, None)?.text));
        }
    }
    if let Some(dump) = &arguments.live {
        named = dump.display().to_string();
        let text = input(dump, Role::Values, None)?.text;
        let objects = live::objects(&text).map_err(|why| {
            Box::new(Diagnostic::global("TG0848", format!("`{named}` is not a dump of objects: {why}")))
        })?;
        found = compared::of_objects(&objects);
    }
    if found.is_empty() { Err(Box::new(compared::nothing(&named))) } else { Ok(found) }
}

/// Writes the spec, and the store where there is somebody to open it.
fn write(project: &Project, folder: &str, arguments: &Import, imported: &Imported) -> Result<(), ExitCode> {
    let path = project.root.join(folder);
    let failed = |error: std::io::Error| broken(&format!("cannot write `{folder}`: {error}"));
    std::fs::create_dir_all(&path).map_err(failed)?;
    let mut file =
        std::fs::OpenOptions::new().write(true).create_new(true).open(path.join("site.kdl")).map_err(failed)?;
    file.write_all(imported.spec.as_bytes()).map_err(failed)?;
    let _ = writeln!(anstream::stderr(), "wrote {folder}/site.kdl");
    for (file, text) in &imported.files {
        let whole = path.join(file);
        whole.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(failed)?;
        let mut new = std::fs::OpenOptions::new().write(true).create_new(true).open(&whole).map_err(failed)?;
        new.write_all(text.as_bytes()).map_err(failed)?;
        let _ = writeln!(anstream::stderr(), "wrote {folder}/{file}");
    }
    if let (Some(name), Some(text)) = (&arguments.overlay, &imported.overlay) {
        let path = split::path(name);
        let whole = project.root.join(&path);
        let failed = |error: std::io::Error| broken(&format!("cannot write `{path}`: {error}"));
        whole.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(failed)?;
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(&whole).map_err(failed)?;
        file.write_all(text.as_bytes()).map_err(failed)?;
        let _ = writeln!(anstream::stderr(), "wrote {path}");
    }
    let key = crate::cli::args::Key { site: folder.to_owned(), identity: arguments.identity.clone() };
    match passwords::identity::path(arguments.identity.as_deref()) {
        Some(_) => passwords::take_over(&key, &imported.secrets),
        None if imported.secrets.is_empty() => Ok(()),
        None => {
            let message = format!("{} secrets are not in a store: nobody could open it", imported.secrets.len());
            show_one(
                Diagnostic::global("TG0945", message).hint("`--identity FILE` names who opens it; the file is created"),
            );
            Err(ExitCode::from(1))
        }
    }
}

fn show_one(diagnostic: Diagnostic) {
    let text = crate::cli::render::render(
        &[diagnostic],
        &Sources::default(),
        Format::Human,
        crate::cli::render::Color::for_stderr(),
    );
    show(&text, Format::Human);
}

/// The files that are named, and those in folders that are.
/// `overrides` is the name of the folder in them whose files replace options.
fn inputs(arguments: &Import, overrides: Option<&str>) -> Result<Vec<Input>, Box<Diagnostic>> {
    let mut inputs = Vec::new();
    for named in &arguments.files {
        let (chart, path) = match named.split_once('=') {
            Some((chart, path)) if !chart.contains('/') => (Some(chart.to_owned()), Path::new(path)),
            _ => (None, Path::new(named)),
        };
        let is_folder = path.is_dir();
        for path in files(path, if is_folder { &ALL } else { &VALUES })? {
            let below = overrides.filter(|_| is_folder).and_then(|folder| below(&path, folder));
            let ending = path.extension().unwrap_or_default().to_string_lossy().into_owned();
            if let Some(below) = below.filter(|_| OPTIONS.contains(&ending.as_str())) {
                inputs.push(input(&path, Role::Override, Some(below))?);
            } else if !is_folder || VALUES.contains(&ending.as_str()) {
                let mut input = input(&path, Role::Values, chart.clone())?;
                input.role = guessed(&path, &input.text);
                inputs.push(input);
            }
        }
    }
    for path in &arguments.inventory {
        for path in files(path, &["yaml", "yml", "json", "ini", "example", ""])? {
            inputs.push(input(&path, Role::Inventory, None)?);
        }
    }
    if let Some(folder) = &arguments.config {
        for path in files(folder, &OPTIONS)? {
            let below = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
            inputs.push(input(&path, Role::Override, Some(below))?);
        }
    }
    for path in &arguments.passwords {
        inputs.push(input(path, Role::Secrets, None)?);
    }
    Ok(inputs)
}

/// The path of a file below a folder of that name, which is one of those above it.
fn below(path: &Path, folder: &str) -> Option<String> {
    let mut parts = path.iter().map(|part| part.to_string_lossy().into_owned());
    parts.find(|part| part == folder)?;
    let rest: Vec<String> = parts.collect();
    (!rest.is_empty()).then(|| rest.join("/"))
}

/// What a file is for, by its name and by how it begins.
fn guessed(path: &Path, text: &str) -> Role {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let is_yaml = ["yaml", "yml", "json"].iter().any(|end| name.ends_with(&format!(".{end}")));
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', ';']));
    let is_section = |line: &str| line.starts_with('[') && line.ends_with(']') && !line.contains(['"', ',', '{']);
    let is_named = path.extension().is_none() || name.ends_with(".ini") || name.contains("inventory");
    if name.contains("password") || name.contains("secret") {
        Role::Secrets
    } else if is_named || !is_yaml && lines.next().is_some_and(is_section) {
        Role::Inventory
    } else {
        Role::Values
    }
}

/// A file, or those below a folder whose ending is one of these, in the order of their names.
fn files(path: &Path, endings: &[&str]) -> Result<Vec<PathBuf>, Box<Diagnostic>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(path).sort_by_file_name() {
        let entry = entry.map_err(|error| {
            Box::new(Diagnostic::global("TG0943", format!("cannot read `{}`: {error}", path.display())))
        })?;
        let ending = entry.path().extension().unwrap_or_default().to_string_lossy().into_owned();
        if entry.file_type().is_file() && endings.contains(&ending.as_str()) {
            found.push(entry.into_path());
        }
    }
    Ok(found)
}

/// The password in a file, without the end of its line.
fn password(path: &Path) -> Result<SecretValue, Box<Diagnostic>> {
    let mut text = Zeroizing::new(input(path, Role::Secrets, None)?.text);
    let end = text.trim_end_matches(['\n', '\r']).len();
    text.truncate(end);
    Ok(SecretValue::new(std::mem::take(&mut text)))
}

/// Where a text is not UTF-8.
fn encoding(error: &std::string::FromUtf8Error) -> String {
    if error.as_bytes().starts_with(&[0xff, 0xfe]) || error.as_bytes().starts_with(&[0xfe, 0xff]) {
        return "it is UTF-16, expected UTF-8".to_owned();
    }
    let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
    let lines = before.iter().filter(|byte| **byte == b'\n').count();
    format!("line {} is not UTF-8", lines + 1)
}

fn input(path: &Path, role: Role, prefix: Option<String>) -> Result<Input, Box<Diagnostic>> {
    let shown = path.display().to_string();
    let refused = |what: String| Box::new(Diagnostic::global("TG0943", format!("cannot read `{shown}`: {what}")));
    let mut bytes = Vec::new();
    let reader: Box<dyn std::io::Read> = match shown.as_str() {
        "-" => Box::new(std::io::stdin()),
        _ => Box::new(std::fs::File::open(path).map_err(|error| refused(error.to_string()))?),
    };
    reader.take(MAX_FILE_SIZE + 1).read_to_end(&mut bytes).map_err(|error| refused(error.to_string()))?;
    if bytes.len() as u64 > MAX_FILE_SIZE {
        return Err(refused(format!("it is larger than {} MiB", MAX_FILE_SIZE / 1024 / 1024)));
    }
    let text = String::from_utf8(bytes).map_err(|error| refused(encoding(&error)))?;
    let path = if shown == "-" { "standard-input.yml".to_owned() } else { shown.clone() };
    Ok(Input { path, text, role, prefix })
}
