//! `explain`.
//!
//! Invariant: what cannot be explained is an error that names what can.

use std::io::Write as _;
use std::process::ExitCode;

use crate::cli::args::Explain;
use crate::cli::render::Format;
use crate::cli::{Project, broken, is_site, report};
use crate::compile::compile;
use crate::diag::registry;
use crate::explain;

/// Runs `explain`.
pub fn run(arguments: &Explain) -> ExitCode {
    let what = arguments.what.as_str();
    if what == "codes" {
        return say(&registry::page());
    }
    let is_number = !what.is_empty() && what.bytes().all(|byte| byte.is_ascii_digit());
    let code = if is_number { format!("TG{what:0>4}") } else { what.to_uppercase() };
    if let Some(entry) = registry::entry(&code) {
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
    let language = explain::fields::language(what);
    let overlay = explain::find::overlay(&project.library, what);
    let mut answers: Vec<String> = [code, service, field, language, overlay].into_iter().flatten().collect();
    if what == "overlays" {
        answers.push(explain::find::overlays(&project.library));
    }
    if answers.is_empty() {
        let found = explain::find::named(&project.library, what);
        return match found.as_slice() {
            [] => unknown(arguments, &project, what),
            [(only, _)] if only != what => match only.split_once(':') {
                Some((file, option)) => option_of(arguments, file, option),
                None => named(arguments, only),
            },
            several => {
                let lines = several.iter().map(|(name, is)| format!("    {name}    {is}\n"));
                say(&format!("`{what}` is the name of:\n{}", lines.collect::<String>()))
            }
        };
    }
    say(&answers.join("\n"))
}

fn unknown(arguments: &Explain, project: &Project, what: &str) -> ExitCode {
    if let Some(near) = explain::find::near(&project.library, what) {
        return broken(&format!("nothing is named `{what}`; did you mean `{near}`?"));
    }
    broken(&format!(
        "nothing is named `{what}`; expected a diagnostic code (TG0201), a service (service.nova), a setting (nova.virt-type), \
         a field of the spec (network.mtu) or of the service language (service.needs), an overlay (ovs), an option \
         (FILE:SECTION.OPTION, or its name alone) or {}/SITE/FILE:LINE",
        arguments.output.display()
    ))
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
    let project = match Project::open(Format::Human) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let is_of_site = |(site, _): &(&str, &str)| is_site(&project.world, &format!("sites/{site}"));
    let Some((site, file)) = inside.split_once('/').filter(is_of_site) else {
        let output = arguments.output.display();
        return broken(&format!("`{path}` is not a file of a site's output, expected {output}/SITE/FILE:LINE"));
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
