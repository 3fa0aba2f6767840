//! Lowering: a model to Kubernetes objects, config files and host files, as trees with origins.
//!
//! Invariant: passes are about capabilities; none knows a service. No text is printed and no digest is made here.

pub mod assembly;
pub mod base;
mod certificate;
pub mod config;
mod config_map;
pub mod container;
pub mod draft;
pub mod expose;
pub mod host;
pub mod lowering;
pub mod machine;
pub mod mark;
mod mount;
mod network;
pub mod object;
mod outside;
pub mod place;
pub mod pod;
mod rollout;
mod same;
pub mod site_object;
mod variant;
mod workload;

use crate::catalog::target::TargetKind;
use crate::diag::Sink;
use crate::lower::assembly::Assembly;
use crate::lower::config_map::ConfigMaps;
use crate::lower::lowering::Lowering;
use crate::lower::machine::Run;
use crate::lower::variant::View;
use crate::lower::workload::draft;
use crate::model::facts::of_workload;
use crate::model::{Model, Workload};
use crate::origin::OriginTable;

/// Lowers a model; `groups` are the site as the nodes of its host groups see it.
pub fn lower(model: &Model<'_>, groups: &[Model<'_>], origins: &mut OriginTable, sink: &mut Sink) -> Assembly {
    let mut lowering = Lowering { model, origins: std::mem::take(origins), sink: std::mem::take(sink) };
    let mut assembly = Assembly { files: config::files(&mut lowering), ..Assembly::default() };
    if model.target() == TargetKind::Hosts {
        assembly.machines = machine::machines(&mut lowering, &mut assembly.files);
        let runs: Vec<&Run> = assembly.machines.iter().flat_map(|machine| &machine.runs).collect();
        // Without nodes to put them on, the files are those of the site.
        assembly.files.retain(|file| runs.is_empty() || runs.iter().any(|run| run.reads(file)));
        assembly.facts = model.workloads.iter().map(|workload| of_workload(model, workload)).collect();
        assembly.hosts = host::lower(&mut lowering, groups);
        (*origins, *sink) = (lowering.origins, lowering.sink);
        return assembly;
    }
    let mut views: Vec<View<'_>> =
        groups.iter().filter_map(|group| View::new(&mut lowering, group, &assembly.files)).collect();
    let mut config_maps = ConfigMaps::default();
    let mut workloads: Vec<&Workload<'_>> = model.workloads.iter().collect();
    workloads.sort_by_key(|workload| workload.wave);
    for workload in workloads {
        let variants = variant::variants(&mut lowering, workload, &assembly.files, &mut views);
        let excluded_groups = variants.iter().filter_map(|(workload, _)| workload.group.clone()).collect();
        let workload = Workload { excluded_groups, ..workload.clone() };
        let drafted = draft(&mut lowering, &workload, &assembly.files);
        workload::companions(&mut lowering, &workload, &drafted.pod, &mut assembly.objects);
        outside::objects(&mut lowering, &workload, &mut assembly.objects);
        network::services(&mut lowering, &workload, &mut assembly.objects);
        network::policy(&mut lowering, &workload, &mut assembly.objects);
        for (workload, drafted) in variants.into_iter().chain([(workload, drafted)]) {
            config_maps.note(&mut lowering, &workload, &drafted.pod);
            assembly.facts.push(of_workload(model, &workload));
            assembly.workloads.push(drafted.into_lowered(&workload));
        }
    }
    base::base(&mut lowering, &mut assembly.objects);
    expose::expose(&mut lowering, &mut assembly.objects);
    certificate::certificates(&mut lowering, &mut assembly.objects);
    let (own, secrets) = site_object::objects(&mut lowering);
    assembly.objects.extend(own);
    assembly.secrets = secrets;
    assembly.config_maps = config_maps.lower(&mut lowering, &assembly.files, &views);
    variant::unused(&mut lowering, &views);
    assembly.hosts = host::lower(&mut lowering, groups);
    assembly.files.extend(views.into_iter().flat_map(View::into_used_files));
    (*origins, *sink) = (lowering.origins, lowering.sink);
    assembly
}
