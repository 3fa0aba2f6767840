//! `explain`.
//!
//! Invariant: what cannot be explained is an error that names what can.

use std::io::Write as _;
use std::process::ExitCode;

use crate::cli::args::Explain;
use crate::cli::render::Format;
use crate::cli::{Project, broken, report};
use crate::compile::compile;
use crate::diag::registry;
use crate::explain;

/// Runs `explain`.
pub fn run(arguments: &Explain) -> ExitCode {
    let what = arguments.what.as_str();
    if what == "codes" {
        return say(&registry::page());
    }
    if let Some(entry) = registry::entry(&what.to_uppercase()) {
        return say(&format!("{}: {}\n\n{}\n", entry.code, entry.title, entry.explanation.trim()));
    }
    if let Some((path, number)) = what.rsplit_once(':')
        && let Ok(number) = number.parse()
    {
        return line(arguments, path, number);
    }
    if let Some((file, option)) = what.split_once(':') {
        return option_of(arguments, file, option);
    }
    named(arguments, what)
}

/// A service, a part of one, a field of the spec or of the service language: every meaning of the name.
fn named(arguments: &Explain, what: &str) -> ExitCode {
    let project = match Project::open(Format::Human) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let service = explain::catalog::named(&project.library, what);
    let field = explain::fields::field(what).filter(|_| service.is_none());
    let code = project.library.catalog.explanation(what);
    let code = code.map(|(title, explanation)| format!("{what}: {title}\n\n{}\n", explanation.trim()));
    let answers: Vec<String> = [code, service, field, explain::fields::language(what)].into_iter().flatten().collect();
    if answers.is_empty() {
        return broken(&format!(
            "nothing is named `{what}`; expected a diagnostic code (TG0201), a service (service.nova), a setting (nova.virt-type), \
             a field of the spec (network.mtu) or of the service language (service.needs), FILE:SECTION.OPTION or \
             {}/SITE/FILE:LINE",
            arguments.output.display()
        ));
    }
    say(&answers.join("\n"))
}

fn say(answer: &str) -> ExitCode {
    let _ = std::io::stdout().write_all(answer.as_bytes());
    ExitCode::SUCCESS
}

/// What the tables say of an option, and what a site says.
fn option_of(arguments: &Explain, file: &str, option: &str) -> ExitCode {
    let project = match Project::open(Format::Human) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let Some(mut answer) = explain::option(&project.library, file, option) else {
        return broken(&format!("no option table has `{option}` of a file `{file}`; expected FILE:SECTION.OPTION"));
    };
    if let Some(site) = &arguments.site {
        let sites = match project.sites(&std::slice::from_ref(site).into()) {
            Ok(sites) => sites,
            Err(message) => return broken(&message),
        };
        let path = sites.first().map_or(site.as_str(), String::as_str);
        let compiled = compile(&project.world, &project.library, path);
        if compiled.linked.is_none() {
            report(&compiled.diagnostics, &compiled.sources, Format::Human);
            return ExitCode::from(1);
        }
        answer.push_str(&explain::option_in(&compiled, file, option));
    }
    say(&answer)
}

fn line(arguments: &Explain, path: &str, number: usize) -> ExitCode {
    let inside = std::path::Path::new(path).strip_prefix(&arguments.output);
    let inside = inside.ok().and_then(std::path::Path::to_str).unwrap_or(path);
    let Some((site, file)) = inside.split_once('/') else {
        return broken(&format!("`{path}` is not in {}", arguments.output.display()));
    };
    let project = match Project::open(Format::Human) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let compiled = compile(&project.world, &project.library, &format!("sites/{site}"));
    if compiled.linked.is_none() {
        report(&compiled.diagnostics, &compiled.sources, Format::Human);
        return ExitCode::from(1);
    }
    match explain::line(&compiled, file, number) {
        Some(answer) => say(&answer),
        None => broken(&format!("site {site} has no line {number} of `{file}`")),
    }
}
