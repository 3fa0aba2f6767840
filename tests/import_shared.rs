//! What an import shares by an overlay, and rendered files beside a site.
#![allow(clippy::disallowed_methods, reason = "the tests make projects of their own")]

use taco_gen::catalog::load::load;
use taco_gen::compile::compile;
use taco_gen::diag::Sink;
use taco_gen::import::compare::{Compared, compare};
use taco_gen::import::key::Role;
use taco_gen::import::mapping::Mapping;
use taco_gen::import::meaning::Beside;
use taco_gen::import::{Imported, Request, import};
use taco_gen::world::memory::MemoryWorld;

use crate::import::input;

const INVENTORY: &str = "[control]\nctl[1:3]\n[compute]\ncmp1 ansible_host=10.0.0.21\n";

fn globals(more: &str) -> String {
    format!(
        "kolla_internal_vip_address: 10.0.0.5\nnetwork_interface: eth0\nneutron_external_interface: eth1\nneutron_plugin_agent: ovn\n\
         neutron_physical_networks: rack7\nenable_designate: yes\n{more}"
    )
}

fn run(world: &MemoryWorld, globals: &str, nova: &str, overlay: Option<&str>) -> Imported {
    let library = load(world, &mut Sink::default());
    let inputs = vec![
        input("globals.yml", globals, Role::Values),
        input("hosts", INVENTORY, Role::Inventory),
        input("nova.conf", nova, Role::Override),
    ];
    import(Request { world, library: &library, tool: "kolla", site: "moved", inputs, vault: None, overlay })
}

const NOVA: &str =
    "[DEFAULT]\ndebug = True\n[libvirt]\nnum_pcie_ports = 12\n[vnc]\nnovncproxy_base_url = http://10.9.9.9/x\n";

#[test]
fn an_overlay_takes_what_is_of_no_site() {
    let world = MemoryWorld::default();
    let imported = run(&world, &globals(""), NOVA, Some("common"));
    let codes: Vec<&str> = imported.diagnostics.iter().map(|found| found.code).collect();
    assert_eq!(codes, [""; 0], "{:#?}\n{}", imported.diagnostics, imported.spec);
    let overlay = imported.overlay.expect("an overlay");
    for text in ["debug #true", "num_pcie_ports 12", "designate"] {
        assert!(overlay.contains(text) && !imported.spec.contains(text), "{text}\n{overlay}\n{}", imported.spec);
    }
    for text in ["10.0.0.5", "ctl1", "eth1", "rack7", "10.9.9.9", "passwords"] {
        assert!(!overlay.contains(text) && imported.spec.contains(text), "{text}\n{overlay}\n{}", imported.spec);
    }
    assert!(imported.spec.contains("overlays ovn common"), "{}", imported.spec);
    let row = imported.report.keys.iter().find(|row| row.key == "nova.conf.DEFAULT.debug").expect("it");
    assert!(row.to.iter().all(|place| place.starts_with("overlays/common: service nova")), "{row:?}");

    // The next one of the kind says its own alone, and hears what the overlay says beside.
    let world = MemoryWorld::from_iter([("overlays/common/overlay.kdl".to_owned(), overlay.into_bytes())]);
    let second = run(&world, &globals(""), &NOVA.replace("12", "13"), Some("common"));
    assert!(second.overlay.is_none() && second.diagnostics.is_empty(), "{:?}", second.diagnostics);
    assert!(second.spec.contains("num_pcie_ports 13") && !second.spec.contains("designate"), "{}", second.spec);
    let third = run(&world, &globals(""), "", Some("common"));
    let codes: Vec<&str> = third.diagnostics.iter().map(|found| found.code).collect();
    assert_eq!(codes, ["TG0872"], "{:?}", third.diagnostics);
    assert!(third.diagnostics[0].message.contains("config/nova/"), "{:?}", third.diagnostics);
}

#[test]
fn nothing_common_is_told() {
    let world = MemoryWorld::default();
    let globals = "kolla_internal_vip_address: 10.0.0.5\nneutron_plugin_agent: ovn\n";
    let imported = run(&world, globals, "", Some("common"));
    let codes: Vec<&str> = imported.diagnostics.iter().map(|found| found.code).collect();
    assert_eq!(codes, ["TG0873"], "{}", imported.spec);
    assert!(imported.overlay.is_none() && !imported.spec.contains("common"), "{}", imported.spec);
}

fn compared(files: &[(&str, &str)]) -> Vec<Compared> {
    let world = MemoryWorld::default();
    let imported = run(&world, &globals(""), "", None);
    let world = MemoryWorld::from_iter([("sites/moved/site.kdl".to_owned(), imported.spec.into_bytes())]);
    let library = load(&world, &mut Sink::default());
    let site = compile(&world, &library, "sites/moved");
    assert!(site.artifacts.is_some(), "{:?}", site.diagnostics);
    let mapping = Mapping::load(&library, "kolla", &mut Sink::default());
    let files: Vec<_> = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    compare(&library, &site, &Beside { mapping: mapping.as_ref(), secrets: None }, &files)
}

#[test]
fn rendered_files_are_beside_those_of_their_program() {
    let found = compared(&[
        (
            "ctl1/nova-scheduler/nova.conf",
            "[keystone_authtoken]\nauth_url = http://10.0.0.5:5000\n[DEFAULT]\nlog_dir = /x\n",
        ),
        (
            "cmp1/nova-compute/nova.conf",
            "[libvirt]\nvirt_type = qemu\n[database]\nconnection = mysql+pymysql://x:made-up@h/n\n",
        ),
        ("cmp1/nova-compute/auth.conf", "[credentials]\nauthname = nova\n"),
        ("ctl1/heat-api-cfn/heat-api-cfn-uwsgi.ini", "[uwsgi]\nmaster = true\n"),
    ]);
    let ours: Vec<Option<&str>> = found.iter().map(|file| file.ours.as_deref()).collect();
    let expected = [
        Some("config/nova/nova.conf"),
        Some("config/nova/nova-compute.conf"),
        None,
        Some("config/heat/heat-cfn-uwsgi.ini"),
    ];
    assert_eq!(ours, expected);
    assert!(found[2].reason.is_some(), "the table says why");
    let kind = |file: usize, section: &str, option: &str| {
        let mut differences = found[file].differences.iter();
        differences.find(|found| found.section == section && found.option == option).map(|found| found.kind)
    };
    assert_eq!(kind(0, "keystone_authtoken", "auth_url"), Some("place"), "{:#?}", found[0]);
    assert_eq!(kind(0, "DEFAULT", "log_dir"), Some("known"));
    assert_eq!(kind(1, "libvirt", "virt_type"), Some("value"), "no reason covers another kind of machine");
    assert!(!format!("{found:?}").contains("made-up"));
}
