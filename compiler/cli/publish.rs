//! `publish`.
//!
//! Invariant: what is published is what `build` wrote; nothing is compiled here but the spec's `deliver`.

use std::io::Write as _;
use std::process::ExitCode;

use crate::cli::args::Publish;
use crate::cli::render::Format;
use crate::cli::{Project, broken, report, sealed};
use crate::compile::compile;
use crate::delivery::publish::{Published, Target, publish};

/// Runs `publish`.
pub fn run(arguments: &Publish) -> ExitCode {
    let project = match Project::open(Format::Human) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let Ok(Some(site)) = project.sites(std::slice::from_ref(&arguments.site)).map(|sites| sites.into_iter().next())
    else {
        return broken("name one site");
    };
    let compiled = compile(&project.world, &project.library, &site);
    if compiled.artifacts.is_none() {
        report(&compiled.diagnostics, &compiled.sources, Format::Human);
        return ExitCode::from(1);
    }
    let deliver = compiled.deliver.as_ref();
    let Some(url) = arguments.repo.clone().or_else(|| deliver.map(|deliver| deliver.repo.value.clone())) else {
        return broken(&format!("{site} says no `deliver`; name a repository with --repo"));
    };
    let branch = arguments.branch.clone().or_else(|| deliver.map(|deliver| deliver.branch.value.clone()));
    let path = arguments.path.clone().or_else(|| deliver.map(|deliver| deliver.path().value.clone()));
    let target = Target { url, branch: branch.unwrap_or_else(|| "main".to_owned()), path: path.unwrap_or_default() };
    let output = project.root.join(&arguments.output).join(&compiled.name);
    if let Some(first) = sealed::stale(&compiled, &output).first() {
        return broken(&format!(
            "the Secret `{first}` is not sealed as the site would have it; build where the key is"
        ));
    }
    let message = arguments.message.clone().unwrap_or_else(|| format!("{}: compiled output", compiled.name));
    match publish(&output, &target, &message) {
        Ok(Published::Unchanged) => say(&format!("published {site}: nothing changed")),
        Ok(Published::Pushed { commit, files }) => {
            say(&format!("published {site}: {files} files changed, commit {commit}"))
        }
        Err(error) => broken(&error.to_string()),
    }
}

fn say(line: &str) -> ExitCode {
    let _ = writeln!(anstream::stderr(), "{line}");
    ExitCode::SUCCESS
}
