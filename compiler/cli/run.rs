//! The command line's one door: arguments to the command that they name.
//!
//! Invariant: nothing is done here but to choose, in the folder that the arguments name.

use std::process::ExitCode;

use clap::Parser as _;

use super::args::{Arguments, Command, Releases, ReleasesAction, When};
use super::{
    begin, broken, build, edit, explain, fmt, gone, images, import, lsp, mcp, passwords, publish, releases, review,
    schema, services, shell, upgrade, verify, watch,
};

/// Runs the program.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let choice = match arguments.color {
        When::Auto => anstream::ColorChoice::Auto,
        When::Always => anstream::ColorChoice::Always,
        When::Never => anstream::ColorChoice::Never,
    };
    choice.write_global();
    if let Some(folder) = &arguments.directory
        && let Err(error) = std::env::set_current_dir(folder)
    {
        return broken(&format!("cannot enter `{}`: {error}", folder.display()));
    }
    match arguments.command {
        Command::Add(add) => edit::add(&add),
        Command::Affected(affected) => review::affected(&affected),
        Command::Build(build) if build.watch => watch::run(&build),
        Command::Build(build) => gone::after(&build, build::run(&build, build::Intent::Write)),
        Command::Check(check) => build::run(&check.into_build(), build::Intent::Check),
        Command::Compare(arguments) => import::compare(&arguments),
        Command::Completions(completions) => shell::completions(&completions),
        Command::Convert(convert) => edit::convert(&convert),
        Command::Diff(diff) => review::diff(&diff),
        Command::Drift(drift) => review::drift(&drift),
        Command::Explain(explain) => explain::run(&explain),
        Command::Fmt(fmt) => fmt::run(&fmt),
        Command::Graph(graph) => review::graph(&graph),
        Command::Images(images) => images::run(&images),
        Command::Import(arguments) => import::run(&arguments),
        Command::Init(init) => begin::init(&init),
        Command::Lsp => lsp::run(),
        Command::Mcp => mcp::run(),
        Command::Man(man) => shell::man(&man),
        Command::New(new) => begin::new(&new),
        Command::Passwords(passwords) => passwords::run(&passwords.action),
        Command::Plan(plan) => review::plan(&plan),
        Command::Publish(publish) => publish::run(&publish),
        Command::Releases(Releases { action: Some(ReleasesAction::Diff(diff)), .. }) => releases::diff(&diff),
        Command::Releases(Releases { action: None, format }) => services::releases(format),
        Command::Report(report) => review::page(&report),
        Command::Schema(schema) => schema::run(&schema),
        Command::Set(set) => edit::set(&set),
        Command::Services(services) => services::run(&services),
        Command::Upgrade(arguments) => upgrade::run(&arguments),
        Command::Verify(verify) => verify::run(&verify),
    }
}
