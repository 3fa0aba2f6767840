//! Marks of objects to the annotations of Argo CD and Flux: the one place that knows how these controllers are told.
//!
//! What must not be lost is said to both, whatever delivers the site: a folder may be delivered by a controller that the
//! spec does not name, or move from one to the other. The order within a unit is said to Argo CD alone, which applies by it
//! (<https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/>); Flux has none, and the start-up gates hold anyway.
//!
//! Invariant: an annotation that an object has already, from a patch, stays as it is.

use crate::kube::item::Item;
use crate::lower::draft::ItemBuilder;
use crate::lower::object::Object;
use crate::spec::site::Controller;

/// The annotation of Argo CD's order.
pub const WAVE: &str = "argocd.argoproj.io/sync-wave";

/// <https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/> and
/// <https://fluxcd.io/flux/components/kustomize/kustomizations/#controlling-the-apply-behavior-of-resources>.
const KEEP: [(&str, &str); 2] = [
    ("argocd.argoproj.io/sync-options", "Prune=false,Delete=false"),
    ("kustomize.toolkit.fluxcd.io/prune", "disabled"),
];

/// <https://argo-cd.readthedocs.io/en/stable/user-guide/compare-options/>; Flux applies such an object once.
const FILLED_AT_RUN_TIME: [(&str, &str); 2] =
    [("argocd.argoproj.io/compare-options", "IgnoreExtraneous"), ("kustomize.toolkit.fluxcd.io/ssa", "IfNotPresent")];

/// The objects with the annotations that their marks call for; `controller` is that of the site's `deliver`, where it has one.
pub fn annotate(mut objects: Vec<Object>, controller: Option<Controller>) -> Vec<Object> {
    let ordered = controller == Some(Controller::ArgoCd);
    for object in &mut objects {
        let marks = object.marks.clone();
        let kept = marks.keep.into_iter().flat_map(|origin| KEEP.map(|pair| (pair, origin)));
        let filled = marks.filled_at_run_time.into_iter();
        let filled = filled.flat_map(|origin| FILLED_AT_RUN_TIME.map(|pair| (pair, origin)));
        for ((name, value), origin) in kept.chain(filled) {
            set(&mut object.item, ItemBuilder(origin), (name, value.to_owned()));
        }
        if let Some((wave, origin)) = marks.wave.filter(|_| ordered) {
            set(&mut object.item, ItemBuilder(origin), (WAVE, wave.to_string()));
        }
    }
    objects
}

fn set(item: &mut Item, draft: ItemBuilder, annotation: (&'static str, String)) {
    let (name, value) = annotation;
    let Some(metadata) = item.get_mut("metadata") else { return };
    match metadata.get_mut("annotations") {
        Some(annotations) if annotations.get(name).is_some() => {}
        Some(annotations) => annotations.set(name, draft.text(value)),
        None => metadata.set("annotations", draft.map([(name, draft.text(value))])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::mark::Marks;
    use crate::origin::OriginId;
    use crate::print::yaml;

    const AT: OriginId = OriginId::BUILTIN;

    fn check(marks: Marks, controller: Option<Controller>, own: &[(&'static str, &'static str)], expected: &str) {
        let draft = ItemBuilder(AT);
        let mut metadata = draft.map([("name", draft.text("x"))]);
        if !own.is_empty() {
            metadata
                .set("annotations", draft.named(own.iter().map(|(name, value)| ((*name).into(), draft.text(*value)))));
        }
        let item = draft.map([("metadata", metadata)]);
        let objects = annotate(vec![Object { unit: "u".to_owned(), item, marks }], controller);
        let [object] = objects.as_slice() else { panic!("one object") };
        let text = yaml::print(&object.item).text;
        let annotations = text.split_once("annotations:\n").map_or("", |(_, rest)| rest).replace("    ", "");
        assert_eq!(annotations, expected);
    }

    #[test]
    fn what_must_not_be_lost_is_said_to_both_controllers_and_without_one() {
        let marks = Marks { keep: Some(AT), filled_at_run_time: Some(AT), ..Marks::default() };
        let expected = "argocd.argoproj.io/sync-options: \"Prune=false,Delete=false\"\n\
                        kustomize.toolkit.fluxcd.io/prune: \"disabled\"\n\
                        argocd.argoproj.io/compare-options: \"IgnoreExtraneous\"\n\
                        kustomize.toolkit.fluxcd.io/ssa: \"IfNotPresent\"\n";
        for controller in [Some(Controller::ArgoCd), Some(Controller::Flux), None] {
            check(marks.clone(), controller, &[], expected);
        }
    }

    #[test]
    fn waves_are_for_argo_alone() {
        let marks = Marks { wave: Some((3, AT)), ..Marks::default() };
        check(marks.clone(), Some(Controller::ArgoCd), &[], "argocd.argoproj.io/sync-wave: \"3\"\n");
        check(marks.clone(), Some(Controller::Flux), &[], "");
        check(marks, None, &[], "");
    }

    #[test]
    fn an_annotation_of_a_patch_stays() {
        let marks = Marks { wave: Some((3, AT)), ..Marks::default() };
        check(marks, Some(Controller::ArgoCd), &[(WAVE, "-1")], "argocd.argoproj.io/sync-wave: \"-1\"\n");
    }
}
