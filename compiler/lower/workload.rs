//! Workload objects: Deployment, StatefulSet, DaemonSet, Job, CronJob, and what belongs to each: identity, budget, claims.
//!
//! Invariant: selectors, Job templates and claim templates hold neither a version nor a digest.

use crate::catalog::service::{Access, Component, ComponentKind, Job, Volume};
use crate::kube::item::{Item, Text};
use crate::lower::assembly::{LoweredWorkload, Mounts};
use crate::lower::config::{ConfigFile, FileKey, find};
use crate::lower::container::Place;
use crate::lower::draft::ItemBuilder;
use crate::lower::lowering::Lowering;
use crate::lower::mark::Marks;
use crate::lower::object::{Object, labels, object, selector};
use crate::lower::pod::{self, LoweredPod, own};
use crate::lower::rollout;
use crate::model::{Workload, WorkloadKind};
use crate::span::Span;
use crate::spec::site::GROUP_LABEL;

/// A workload's pod and object.
pub struct Drafted {
    /// The pod.
    pub pod: LoweredPod,
    /// The object.
    pub object: Object,
}

impl Drafted {
    /// What lowering hands on of it.
    pub fn into_lowered(self, workload: &Workload<'_>) -> LoweredWorkload {
        let LoweredPod { files, scripts, secrets, node_files, jobs, .. } = self.pod;
        let key = |service, name| FileKey { service, name, group: workload.group.clone() };
        let mut files: Vec<(String, FileKey)> =
            files.into_iter().map(|used| (used.at, key(used.service, used.name))).collect();
        files.sort_by(|(a, _), (b, _)| a.cmp(b));
        LoweredWorkload {
            id: workload.id.clone(),
            consumer: workload.consumer(),
            digested: workload.digested(),
            service: workload.service.name.to_string(),
            name: workload.name.clone(),
            is_one_shot: workload.is_one_shot(),
            object: self.object,
            jobs,
            mounts: Mounts { files, scripts, secrets, node_files },
        }
    }
}

/// Lowers a workload; `files` are those that its pod finds.
pub fn draft(lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>, files: &[ConfigFile]) -> Drafted {
    let file = |service: &str, name: &str| find(files, service, name);
    let pod = pod::pod(lowering, workload, &file);
    let object = workload_object(lowering, workload, &pod);
    Drafted { pod, object }
}

/// The object of a workload; its pod template has no digest yet.
fn workload_object(lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>, pod: &LoweredPod) -> Object {
    let draft = lowering.draft(workload.pod.main.span);
    let mut metadata = draft.map([("labels", workload_labels(draft, workload))]);
    for said in &workload.pod.own.settings {
        own::names(lowering, &said.labels, (&mut metadata, "labels"));
        own::names(lowering, &said.annotations, (&mut metadata, "annotations"));
    }
    let template = draft.map([("metadata", metadata), ("spec", pod.spec.clone())]);
    let (kind, spec) = match workload.kind {
        WorkloadKind::Component(component) => component_spec(lowering, workload, component, (template, &pod.claims)),
        WorkloadKind::Job(job) => job_spec(lowering, workload, job, template),
    };
    let names = workload_labels(draft, workload);
    let mut item = object(draft, lowering.model, kind, &workload.object_name(), names);
    item.set("spec", spec);
    let spans: Vec<Span> = workload.gates.iter().map(|(_, span)| *span).collect();
    let wave = Some((workload.wave + 1, lowering.derived("order", &spans)));
    Object { marks: Marks { wave, ..Marks::default() }, ..Object::new(&workload.unit, item) }
}

/// The labels of a workload and its pods; a variant's say its group.
fn workload_labels(draft: ItemBuilder, workload: &Workload<'_>) -> Item {
    let mut item = labels(draft, &workload.service.name, Some(workload.label()));
    group_label(draft, workload, &mut item);
    item
}

fn group_label(draft: ItemBuilder, workload: &Workload<'_>, labels: &mut Item) {
    if let Some(group) = &workload.group {
        labels.set(GROUP_LABEL, draft.text(group.clone()));
    }
}

type Kind = (&'static str, &'static str);

fn component_spec(
    lowering: &mut Lowering<'_, '_>,
    workload: &Workload<'_>,
    component: &Component,
    parts: (Item, &[(String, Volume)]),
) -> (Kind, Item) {
    let (template, claims) = parts;
    let draft = lowering.draft(workload.pod.main.span);
    let replicas = lowering.draft(workload.replicas.1).integer(workload.replicas.0);
    let mut labels = selector(draft, workload);
    group_label(draft, workload, &mut labels);
    let selector = draft.map([("matchLabels", labels)]);
    let history = rollout::history(lowering, workload);
    let strategy = rollout::strategy(lowering, workload, component);
    let ready = rollout::min_ready(lowering, workload);
    match component.kind {
        ComponentKind::StatefulSet => {
            let (parallel, place) =
                component.parallel.as_ref().map_or((false, draft), |flag| (flag.value, lowering.draft(flag.span)));
            let management = place.text(if parallel { "Parallel" } else { "OrderedReady" });
            let domain = component.headless.clone();
            let claims: Vec<Item> = claims.iter().map(|claim| claim_template(lowering, workload, claim)).collect();
            let spec = draft.some([
                ("replicas", Some(replicas)),
                ("serviceName", domain.map(|domain| draft.text(domain.value))),
                ("podManagementPolicy", Some(management)),
                ("revisionHistoryLimit", Some(history)),
                ("minReadySeconds", ready),
                ("updateStrategy", Some(strategy)),
                ("selector", Some(selector)),
                ("template", Some(template)),
                ("volumeClaimTemplates", draft.list_or_none(claims)),
            ]);
            (("apps/v1", "StatefulSet"), spec)
        }
        ComponentKind::DaemonSet => {
            let spec = draft.some([
                ("revisionHistoryLimit", Some(history)),
                ("minReadySeconds", ready),
                ("updateStrategy", Some(strategy)),
                ("selector", Some(selector)),
                ("template", Some(template)),
            ]);
            (("apps/v1", "DaemonSet"), spec)
        }
        ComponentKind::Deployment => {
            let spec = draft.some([
                ("replicas", workload.autoscale().is_none().then_some(replicas)),
                ("revisionHistoryLimit", Some(history)),
                ("minReadySeconds", ready),
                ("strategy", Some(strategy)),
                ("selector", Some(selector)),
                ("template", Some(template)),
            ]);
            (("apps/v1", "Deployment"), spec)
        }
    }
}

fn job_spec(lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>, job: &Job, template: Item) -> (Kind, Item) {
    let draft = lowering.draft(workload.pod.main.span);
    let suspended = lowering.model.suspended(workload).map(|span| lowering.draft(span).flag(true));
    let (suspend, suspend_clock) = if job.schedule.is_some() { (None, suspended) } else { (suspended, None) };
    let spec = draft.some([
        ("suspend", suspend),
        ("backoffLimit", Some(draft.integer(job.retries.0))),
        ("activeDeadlineSeconds", job.deadline.map(|seconds| draft.integer(seconds.0))),
        ("template", Some(template)),
    ]);
    let Some(schedule) = &job.schedule else { return (("batch/v1", "Job"), spec) };
    let place = Place { workload, name: String::new(), ports: Vec::new() };
    let schedule = crate::lower::container::text(lowering, &place, schedule);
    let cron = draft.some([
        ("schedule", Some(schedule)),
        ("suspend", suspend_clock),
        ("concurrencyPolicy", Some(draft.text("Forbid"))),
        ("startingDeadlineSeconds", Some(draft.integer(600))),
        ("successfulJobsHistoryLimit", Some(draft.integer(3))),
        ("failedJobsHistoryLimit", Some(draft.integer(1))),
        ("jobTemplate", Some(draft.map([("spec", spec)]))),
    ]);
    (("batch/v1", "CronJob"), cron)
}

fn claim_spec(lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>, claim: &Volume) -> Item {
    let draft = lowering.draft(claim.span);
    let place = Place { workload, name: String::new(), ports: Vec::new() };
    let size = match &claim.size {
        Some(size) => crate::lower::container::text(lowering, &place, size),
        None => draft.text("10Gi"),
    };
    let said = lowering.model.specs(&workload.service.name).rev().find_map(|spec| spec.storage_class.as_ref());
    let class = match (said.or(lowering.model.site.storage_class.as_ref()), &claim.class) {
        (_, Some(node)) if said.is_none() => Some(crate::lower::container::text(lowering, &place, node)),
        (class, _) => class.map(|class| lowering.draft(class.span).text(class.value.clone())),
    };
    let class = class.filter(|class| class.text().is_some_and(|text| !text.is_empty()));
    draft.some([
        ("accessModes", Some(draft.texts([claim.access.word()]))),
        ("resources", Some(draft.map([("requests", draft.map([("storage", size)]))]))),
        ("storageClassName", class),
        ("volumeMode", Some(draft.text("Filesystem"))),
    ])
}

fn claim_template(lowering: &mut Lowering<'_, '_>, workload: &Workload<'_>, claim: &(String, Volume)) -> Item {
    let (name, claim) = claim;
    let draft = lowering.draft(claim.span);
    let spec = claim_spec(lowering, workload, claim);
    draft.map([
        ("apiVersion", draft.text("v1")),
        ("kind", draft.text("PersistentVolumeClaim")),
        ("metadata", draft.map([("name", draft.text(name.clone()))])),
        ("spec", spec),
    ])
}

/// What belongs to a workload besides its own object.
pub fn companions(
    lowering: &mut Lowering<'_, '_>,
    workload: &Workload<'_>,
    pod: &LoweredPod,
    objects: &mut Vec<Object>,
) {
    let draft = lowering.draft(workload.pod.main.span);
    let names = || labels(draft, &workload.service.name, Some(workload.label()));
    let mut push = |item: Item| objects.push(Object::new(&workload.unit, item));
    let mut account = object(draft, lowering.model, ("v1", "ServiceAccount"), &workload.name, names());
    account.set("automountServiceAccountToken", draft.flag(false));
    if let Some(metadata) = account.get_mut("metadata") {
        for said in &workload.pod.own.settings {
            own::names(lowering, &said.account_annotations, (metadata, "annotations"));
        }
    }
    push(account);
    if !workload.pod.access.is_empty() {
        let rules = workload.pod.access.iter().map(|access| rule(lowering, access)).collect();
        let mut role = object(draft, lowering.model, ("rbac.authorization.k8s.io/v1", "Role"), &workload.name, names());
        role.set("rules", draft.list(rules));
        push(role);
        push(binding(lowering, draft, workload));
    }
    let guarded = workload.component().is_some_and(|component| component.kind != ComponentKind::DaemonSet)
        && workload.replicas.0 > 1;
    if guarded {
        let mut budget = object(draft, lowering.model, ("policy/v1", "PodDisruptionBudget"), &workload.name, names());
        let matching = draft.map([("matchLabels", selector(draft, workload))]);
        let most = rollout::budget(lowering, workload);
        budget.set("spec", draft.map([("maxUnavailable", most), ("selector", matching)]));
        push(budget);
    }
    for (name, claim) in &pod.shared_claims {
        let name = format!("{}-{name}", workload.service.name);
        let mut item = object(
            draft,
            lowering.model,
            ("v1", "PersistentVolumeClaim"),
            &name,
            labels(draft, &workload.service.name, None),
        );
        item.set("spec", claim_spec(lowering, workload, claim));
        // A volume is bound when the first pod that uses it is there, so the claim comes with that pod, not before it.
        let scheduled = matches!(workload.kind, WorkloadKind::Job(job) if job.schedule.is_some());
        let ready_in_its_own_time = scheduled.then_some(draft.0);
        let wave = Some((workload.wave + 1, draft.0));
        let marks = Marks { keep: Some(draft.0), wave, ready_in_its_own_time, ..Marks::default() };
        objects.push(Object { marks, ..Object::new(&workload.unit, item) });
    }
}

fn rule(lowering: &mut Lowering<'_, '_>, access: &Access) -> Item {
    let draft = lowering.draft(access.span);
    draft.some([
        ("apiGroups", Some(draft.texts([access.group.as_deref().unwrap_or_default().to_owned()]))),
        ("resources", Some(draft.texts([access.resource.to_string()]))),
        ("verbs", Some(draft.texts(access.verbs.0.iter().map(|verb| verb.word())))),
        ("resourceNames", draft.list_or_none(access.names.iter().map(|name| draft.text(name.to_string())).collect())),
    ])
}

/// Gives a workload's account the rights of its Role.
fn binding(lowering: &Lowering<'_, '_>, draft: ItemBuilder, workload: &Workload<'_>) -> Item {
    let name = &workload.name;
    let names = labels(draft, &workload.service.name, Some(workload.label()));
    let mut item = object(draft, lowering.model, ("rbac.authorization.k8s.io/v1", "RoleBinding"), name, names);
    let reference = draft.map([
        ("apiGroup", draft.text("rbac.authorization.k8s.io")),
        ("kind", draft.text("Role")),
        ("name", draft.text(name.clone())),
    ]);
    item.set("roleRef", reference);
    let subject = draft.map([
        ("kind", draft.text("ServiceAccount")),
        ("name", draft.text(name.clone())),
        ("namespace", draft.text(lowering.model.site.namespace.value.clone())),
    ]);
    item.set("subjects", draft.list(vec![subject]));
    item
}

/// A ConfigMap of texts.
pub fn config_map(
    draft: ItemBuilder,
    model: &crate::model::Model<'_>,
    names: (&str, &str),
    data: Vec<(Text, Item)>,
) -> Item {
    let (name, service) = names;
    let mut item = object(draft, model, ("v1", "ConfigMap"), name, labels(draft, service, None));
    item.set("data", draft.named(data));
    item
}
