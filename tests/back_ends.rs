//! Several back ends of a service, single sign-on and zones: each has what it needs, and what is there anyway stays as it is.

use serde_yaml::Value;
use taco_gen::Compiled;

use crate::support::{at, digests, objects, sound, template, text};

fn site(said: &str) -> Compiled {
    sound(&format!(
        "site test {{ overlays ovn ceph-external; network management cidr=\"192.0.2.0/24\" {{ ntp \"198.51.100.1\" }}\n\
         network external physical=physnet1 vlan=100 cidr=\"203.0.113.0/24\"\n\
         node \"ctl[1-3]\" management=\"192.0.2.[11-13]\" zone=a {{ roles controller network compute storage; interface eno2 bridge=br-ex }}\n\
         node \"cmp[1-2]\" management=\"192.0.2.[21-22]\" {{ roles compute }}\n\
         service ceph {{ monitors \"192.0.2.201\"; fsid \"2f1c5a5e-54a1-4d43-9f9a-6f3d1f0f7f10\" }}\n{said}\n}}"
    ))
}

fn object(compiled: &Compiled, begin: &str) -> Value {
    let found = objects(compiled).into_iter().find(|(path, _)| path.starts_with(begin));
    found.unwrap_or_else(|| panic!("no object {begin}")).1
}

/// The lines of a section.
fn section<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
    let head = format!("[{name}]");
    text.lines().skip_while(|line| *line != head).skip(1).take_while(|line| !line.starts_with('[')).collect()
}

fn container(object: &Value, name: &str) -> Value {
    let pod = &template(object).expect("a template")["spec"];
    let all = pod["containers"].as_sequence().expect("containers");
    all.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("no container {name}")).clone()
}

const MANY: &str = r#"
    secret token kind=password
    service cinder {
        back-end fast kind=rbd { pool quick; config { rbd_max_clone_depth 7 } }
        back-end east kind=rbd { ceph-monitors "192.0.2.221"; ceph-fsid "2f1c5a5e-54a1-4d43-9f9a-6f3d1f0f7f22"; ceph-user east }
        back-end archive kind=nfs { nfs-share "192.0.2.9:/srv/volumes" }
        back-end local kind=lvm
        back-end array kind=driver { driver "cinder.volume.drivers.pure.PureISCSIDriver"; config { san_ip "192.0.2.50"; pure_api_token (secret)"token" } }
        component volume-array { memory-limit "2Gi" }
    }
    service glance { back-end cold kind=file { nfs-share "192.0.2.9:/srv/images" }; back-end east kind=rbd { pool pictures } }
"#;

#[test]
fn each_back_end_has_a_volume_service_with_its_options_and_secrets() {
    let many = site(MANY);
    for name in ["fast", "east", "archive", "local", "array"] {
        let file = text(&many, &format!("config/cinder/cinder-volume-{name}.conf"));
        assert!(section(file, "DEFAULT").contains(&format!("enabled_backends = {name}").as_str()), "{file}");
        assert!(section(file, name).contains(&format!("volume_backend_name = {name}").as_str()), "{file}");
        assert!(section(file, "rbd").is_empty(), "{name} has the section of the service's own back end");
    }
    let fast = text(&many, "config/cinder/cinder-volume-fast.conf");
    assert!(section(fast, "fast").contains(&"rbd_pool = quick"));
    assert!(section(fast, "fast").contains(&"rbd_max_clone_depth = 7"));
    assert!(text(&many, "config/cinder/ceph-east.conf").contains("mon_host = 192.0.2.221"));
    assert!(text(&many, "config/cinder/ceph-fast.conf").contains("mon_host = 192.0.2.201"));
    let array = object(&many, "kubernetes/cinder/statefulset-cinder-volume-array");
    assert_eq!(at(&container(&array, "volume-array"), &["resources", "limits", "memory"]), "2Gi");
    assert!(!text(&many, "config/cinder/cinder-volume-array.conf").contains("pure_api_token"));
    let keys: Vec<String> = ["fast", "east"].map(|name| format!("key-{name}")).to_vec();
    let libvirt = object(&many, "kubernetes/libvirt/daemonset-libvirt");
    for key in keys {
        let sidecar = container(&libvirt, &key);
        let uuid = sidecar["env"].as_sequence().expect("env").iter().find(|one| one["name"] == "TACO_RBD_UUID");
        let uuid = uuid.expect("a UUID")["value"].as_str().expect("text").to_owned();
        let name = key.trim_start_matches("key-");
        let file = text(&many, &format!("config/cinder/cinder-volume-{name}.conf"));
        assert!(section(file, name).contains(&format!("rbd_secret_uuid = {uuid}").as_str()), "{uuid} {file}");
    }
}

#[test]
fn stores_of_images_stand_beside_the_first_one() {
    let many = site(MANY);
    let file = text(&many, "config/glance/glance-api.conf");
    assert!(file.contains("enabled_backends = store:rbd,cold:file,east:rbd\n"), "{file}");
    assert!(section(file, "east").contains(&"rbd_store_pool = pictures"));
    let api = object(&many, "kubernetes/glance/deployment-glance-api");
    let mounts = container(&api, "api")["volumeMounts"].as_sequence().expect("mounts").clone();
    for path in ["/etc/ceph-east/keys", "/var/lib/glance/cold", "/etc/ceph-east/ceph.conf"] {
        assert!(mounts.iter().any(|mount| mount["mountPath"] == path), "no mount at {path}");
    }
}

#[test]
fn a_back_end_more_restarts_nothing_of_the_service_but_its_own() {
    let (one, two) = (
        site("service cinder { back-end fast kind=rbd }"),
        site("service cinder { back-end fast kind=rbd; back-end cold kind=nfs { nfs-share \"192.0.2.9:/a\" } }"),
    );
    let (one, two) = (digests(&one), digests(&two));
    let changed: Vec<_> = two.iter().filter(|(consumer, digest)| one.get(*consumer) != Some(digest)).collect();
    assert_eq!(changed.iter().map(|(consumer, _)| consumer.as_str()).collect::<Vec<_>>(), ["cinder/volume-cold"]);
}

#[test]
fn single_sign_on_stands_before_the_identity_api_alone() {
    let said = r##"service keystone { back-end staff kind=oidc { issuer "https://sso.example.com/realms/staff"; mapping #"[{"local":[],"remote":[]}]"# } }"##;
    let compiled = site(said);
    let apache = text(&compiled, "config/keystone/apache.conf");
    assert!(
        apache.contains(
            "OIDCProviderMetadataURL \"https://sso.example.com/realms/staff/.well-known/openid-configuration\""
        )
    );
    assert!(apache.contains("identity_providers/staff/protocols/openid/websso"));
    assert!(text(&compiled, "config/keystone/keystone-api-uwsgi.ini").contains("uwsgi-socket = 127.0.0.1:5001"));
    let keystone = text(&compiled, "config/keystone/keystone.conf");
    assert!(
        section(keystone, "auth").contains(&"methods = password,token,application_credential,openid"),
        "{keystone}"
    );
    let job = object(&compiled, "kubernetes/keystone/job-keystone-federation");
    let env = container(&job, "federation")["env"].as_sequence().expect("env").clone();
    let providers = env.iter().find(|one| one["name"] == "TACO_PROVIDERS").expect("providers")["value"].clone();
    let providers: Value = serde_yaml::from_str(providers.as_str().expect("text")).expect("JSON");
    assert_eq!(providers[0]["issuer"], "https://sso.example.com/realms/staff");
    assert_eq!(providers[0]["domain"], "staff");
    let dashboard = text(&compiled, "config/horizon/local_settings.py");
    assert!(dashboard.contains("\"staff_openid\": (\"staff\", \"openid\"),"), "{dashboard}");
    let plain = site("");
    assert!(!text(&plain, "config/horizon/local_settings.py").contains("WEBSSO"));
    assert!(text(&plain, "config/keystone/keystone-api-uwsgi.ini").contains("http-socket = :5000"));
    assert!(!objects(&plain).keys().any(|path| path.contains("federation")));
}

#[test]
fn several_providers_of_both_kinds_sign_people_in() {
    let said = r##"service keystone {
        back-end staff kind=oidc { issuer "https://sso.example.com/realms/staff"; label "Staff \"and\" friends"; mapping #"[]"# }
        back-end guests kind=oidc { issuer "https://guests.example.com"; client-id cloud; mapping #"[]"# }
        back-end corp kind=saml { issuer "https://idp.example.com/saml"; mapping #"[]"# }
    }"##;
    let compiled = site(said);
    let apache = text(&compiled, "config/keystone/apache.conf");
    for line in [
        "OIDCMetadataDir \"/tmp/providers\"",
        "redirect_uri?iss=https://guests.example.com\"",
        "MellonIdPMetadataFile \"/etc/sign-on/corp.xml\"",
        "LoadModule auth_mellon_module",
    ] {
        assert!(apache.contains(line), "{line}: {apache}");
    }
    assert!(!apache.contains("OIDCClientSecret") && !apache.contains("OIDCOAuth"), "{apache}");
    let keystone = text(&compiled, "config/keystone/keystone.conf");
    assert!(
        section(keystone, "auth").contains(&"methods = password,token,application_credential,openid,saml2"),
        "{keystone}"
    );
    assert!(section(keystone, "saml2").contains(&"remote_id_attribute = MELLON_IDP"), "{keystone}");
    let job = object(&compiled, "kubernetes/keystone/job-keystone-federation");
    let env = container(&job, "federation")["env"].as_sequence().expect("env").clone();
    let providers = env.iter().find(|one| one["name"] == "TACO_PROVIDERS").expect("providers")["value"].clone();
    let providers: Value = serde_yaml::from_str(providers.as_str().expect("text")).expect("JSON");
    assert_eq!(providers.as_sequence().map(Vec::len), Some(3));
    assert_eq!(providers[2]["protocol"], "saml2");
    let dashboard = text(&compiled, "config/horizon/local_settings.py");
    assert!(dashboard.contains(r#"("staff_openid", "Staff \"and\" friends"),"#), "{dashboard}");
    assert!(dashboard.contains(r#"("corp_saml2", "corp"),"#), "{dashboard}");
}

#[test]
fn a_zone_is_a_label_an_aggregate_and_a_zone_of_gateways() {
    let compiled = site("group far { nodes \"cmp[1-2]\"; zone b }");
    let inventory: Value = serde_yaml::from_str(text(&compiled, "hosts/inventory/hosts.yaml")).expect("YAML");
    let zone = |node: &str| inventory["all"]["hosts"][node]["node_labels"]["topology.kubernetes.io/zone"].clone();
    assert_eq!((zone("ctl1"), zone("cmp2")), (Value::from("a"), Value::from("b")));
    let job = object(&compiled, "kubernetes/nova-compute/job-nova-zones");
    let printed = serde_yaml::to_string(&job).expect("YAML");
    assert!(printed.contains(r#""host": "cmp1", "zone": "b""#), "{printed}");
    let table = objects(&compiled).into_iter().find(|(path, _)| path.contains("configmap-ovn-etc")).expect("a table").1;
    let text = serde_yaml::to_string(&table).expect("YAML");
    assert!(text.contains("availability_zones = @node:"), "{text}");
}
