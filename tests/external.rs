//! What others run: nothing is deployed for it, its clients reach it, and what the site cannot know is asked for.

use std::collections::BTreeSet;

use taco_gen::Compiled;
use taco_gen::world::memory::MemoryWorld;

use crate::support::{LIBRARY, at, objects, text};

/// An authority's certificate: public, and of nobody.
pub const AUTHORITY: &str = include_str!("field/authority.pem");

const SITE: &str = r#"
    network management cidr="192.0.2.0/24" { ntp "192.0.2.1" }
    node one management="192.0.2.11" { roles controller network compute }
"#;

/// A site of one machine that says more, with an authority's file beside its spec.
fn site(said: &str) -> Compiled {
    let spec = format!("site test {{{SITE}{said}\n}}\n");
    let files = [("sites/test/site.kdl", spec.as_str()), ("sites/test/ca.pem", AUTHORITY)];
    let world = MemoryWorld::from_iter(files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())));
    let compiled = taco_gen::compile(&world, &LIBRARY, "sites/test");
    assert!(compiled.artifacts.is_some(), "{:#?}", compiled.diagnostics);
    compiled
}

fn paths(compiled: &Compiled) -> BTreeSet<&str> {
    compiled.artifacts.iter().flatten().map(|file| file.path.as_str()).collect()
}

/// The first object whose path begins so.
fn object(compiled: &Compiled, begin: &str) -> serde_yaml::Value {
    let found = objects(compiled).into_iter().find(|(path, _)| path.starts_with(begin));
    found.unwrap_or_else(|| panic!("no object {begin}")).1
}

fn has_line(compiled: &Compiled, path: &str, line: &str) {
    let whole = text(compiled, path);
    assert!(whole.lines().any(|found| found == line), "{path} has no line\n{line}\n{whole}");
}

fn env(object: &serde_yaml::Value, name: &str) -> String {
    let containers = at(object, &["spec", "template", "spec", "containers"]).as_sequence().expect("containers");
    let found = containers.iter().flat_map(|container| container["env"].as_sequence().expect("env"));
    let found = found.filter(|variable| variable["name"] == name).filter_map(|variable| variable["value"].as_str());
    found.collect()
}

const ELSEWHERE: &str = r#"
    provider database external {
        host "db.example.org"
        port 3307
        cidr "198.51.100.0/28"
        tls #true
        account nova "nova_prod"
        database nova_cell0 "prod_cell0"
    }
    provider queue external {
        host "198.51.100.21" "198.51.100.22"
        accounts made
        admin operator
        endpoint broker-management internal-url="http://198.51.100.21:15672"
        vhost nova "prod-nova"
    }
    provider cache external { host "198.51.100.31" "2001:db8::31" }
    provider identity external {
        endpoint identity internal-url="https://identity.example.org:5000/v3" public-url="https://cloud.example.org/identity/v3"
    }
    trust "ca.pem"
"#;

#[test]
fn nothing_is_deployed_for_what_others_run() {
    let compiled = site(ELSEWHERE);
    let found = paths(&compiled);
    for unit in ["mariadb", "memcached", "keystone"] {
        assert!(!found.iter().any(|path| path.starts_with(&format!("kubernetes/{unit}/"))), "{unit}: {found:?}");
    }
    // The scripts of the jobs that make accounts, and secrets, stay; what every unit waits for brings them.
    assert!(!found.iter().any(|path| path.starts_with("kubernetes/rabbitmq/")), "{found:?}");
    assert!(found.contains("kubernetes/base/configmap-rabbitmq-bin.yaml"));
    let templates = &compiled.store.as_ref().expect("a spec").templates;
    let admin = templates.iter().find(|template| template.object == "rabbitmq-admin").expect("a template");
    assert_eq!(admin.folder, "kubernetes/base");
    let jobs = |word: &str| found.iter().filter(|path| path.contains(word)).count();
    assert_eq!((jobs("db-init"), jobs("ks-user"), jobs("ks-endpoints")), (0, 0, 0));
    assert!(jobs("job-nova-rabbit-init") == 1);
    // Without an administrator there is nobody to log in as.
    assert_eq!(jobs("service-cleaner"), 0);
    assert!(!found.iter().any(|path| path.starts_with("config/mariadb") || path.starts_with("config/keystone")));
}

#[test]
fn clients_have_the_addresses_and_names_that_the_site_says() {
    let compiled = site(ELSEWHERE);
    let secret = "config/nova/nova.conf.d/secret.conf";
    let trust = "ssl_ca=/run/taco/trust/ca.crt";
    for line in [
        format!("connection = mysql+pymysql://nova_prod:<nova-database/password>@db.example.org:3307/nova_api?charset=utf8&{trust}"),
        "transport_url = rabbit://nova:<nova-queue/password>@198.51.100.21:5672,nova:<nova-queue/password>@198.51.100.22:5672/prod-nova".to_owned(),
    ] {
        has_line(&compiled, secret, &line);
    }
    for line in [
        "auth_url = https://identity.example.org:5000",
        "www_authenticate_uri = https://cloud.example.org/identity",
        "cafile = /run/taco/trust/ca.crt",
        "memcached_servers = 198.51.100.31:11211,[2001:db8::31]:11211",
    ] {
        has_line(&compiled, "config/nova/nova.conf", line);
    }
    let job = object(&compiled, "kubernetes/nova/job-nova-rabbit-init");
    assert_eq!(env(&job, "TACO_URL"), "http://198.51.100.21:15672");
    assert_eq!((env(&job, "TACO_ADMIN"), env(&job, "TACO_VHOST")), ("operator".to_owned(), "prod-nova".to_owned()));
    assert_eq!(env(&object(&compiled, "kubernetes/nova/job-nova-db-sync"), "TACO_CELL0"), "prod_cell0");
    // No gate waits for what is there before the site is.
    let everything: String =
        objects(&compiled).values().map(|object| serde_yaml::to_string(object).expect("YAML")).collect();
    for name in ["openstack:mariadb", "openstack:rabbitmq", "openstack:keystone-api", "keystone-bootstrap"] {
        assert!(!everything.contains(name), "{name}");
    }
}

#[test]
fn what_others_run_may_be_in_the_namespace_of_the_site() {
    let said = "provider database external { host \"primary.openstack.svc.cluster.local\" }\n\
                endpoint placement { internal-url \"http://front.openstack.svc.cluster.local:8778\" }";
    let found = site(said).diagnostics;
    assert!(found.is_empty(), "{found:#?}");
    // What the spec names nowhere is a slip.
    let other = "service placement { config \"placement.conf\" { keystone_authtoken { auth_url \"http://primary2.openstack.svc.cluster.local:5000\" } } }";
    let spec = format!("site test {{{SITE}{said}\n{other}\n}}\n");
    let world = MemoryWorld::from_iter([("sites/test/site.kdl".to_owned(), spec.into_bytes())]);
    let found = taco_gen::compile(&world, &LIBRARY, "sites/test").diagnostics;
    let codes: Vec<&str> = found.iter().map(|found| found.code).collect();
    assert_eq!(codes, ["TG0624"], "{found:#?}");
}

#[test]
fn policies_let_pods_out_to_what_others_run_and_no_further_than_is_known() {
    let compiled = site(ELSEWHERE);
    let policy = object(&compiled, "kubernetes/placement/networkpolicy-placement-api.yaml");
    let rules = at(&policy, &["spec", "egress"]).as_sequence().expect("rules");
    let rule = |port: u64| {
        let found = rules.iter().find(|rule| rule["ports"][0]["port"] == port).expect("a rule");
        let blocks = found["to"].as_sequence().expect("blocks").iter();
        blocks.filter_map(|block| block["ipBlock"]["cidr"].as_str()).collect::<Vec<_>>()
    };
    assert_eq!(rule(3307), ["198.51.100.0/28"]);
    // A name has addresses that no policy knows.
    assert_eq!(rule(5000), ["0.0.0.0/0"]);
    let policy = object(&compiled, "kubernetes/nova/networkpolicy-nova-rabbit-init.yaml");
    let shown = serde_yaml::to_string(&policy).expect("YAML");
    assert!(shown.contains("198.51.100.21/32") && shown.contains("15672"), "{shown}");
}

#[test]
fn passwords_that_exist_elsewhere_are_set_and_not_made() {
    let compiled = site(ELSEWHERE);
    let needs = compiled.store.expect("a spec").needs;
    let imported: BTreeSet<String> =
        needs.iter().filter(|(_, need)| need.is_imported).map(|(path, _)| path.to_string()).collect();
    for path in ["nova-database/password", "nova-identity/nova", "rabbitmq-admin/password"] {
        assert!(imported.contains(path), "{path}: {imported:?}");
    }
    // Jobs make these accounts, with passwords of the site.
    assert!(
        !imported.contains("nova-queue/password") && needs.keys().any(|path| path.to_string() == "nova-queue/password")
    );
    assert!(!needs.keys().any(|path| path.object.starts_with("mariadb") || path.object == "keystone-admin"));
    // Two accounts in turn need somebody who makes the second.
    assert!(needs.iter().all(|(_, need)| !need.is_imported || need.client.is_none()));
    assert!(needs.keys().any(|path| path.to_string() == "memcached-cache-key/password"));
}

#[test]
fn accounts_at_an_identity_service_of_others_are_made_as_its_administrator() {
    let said = r#"
    provider identity external {
        endpoint identity internal-url="http://192.0.2.200:5000/v3"
        accounts made
        admin site-admin
        account nova nova-two
    }
    region Two"#;
    let compiled = site(said);
    let job = object(&compiled, "kubernetes/nova/job-nova-ks-user");
    assert_eq!(env(&job, "OS_AUTH_URL"), "http://192.0.2.200:5000/v3");
    assert_eq!(env(&job, "OS_USERNAME"), "site-admin");
    assert!(env(&job, "TACO_USERS").contains(r#""name": "nova-two", "key": "nova""#), "{}", env(&job, "TACO_USERS"));
    let endpoints = env(&object(&compiled, "kubernetes/nova/job-nova-ks-endpoints"), "TACO_ENDPOINTS");
    assert!(endpoints.contains(r#""region": "Two""#), "{endpoints}");
    has_line(&compiled, "config/nova/nova.conf", "username = nova-two");
    assert!(!text(&compiled, "config/nova/nova.conf").contains("cafile"));
    let needs = compiled.store.expect("a spec").needs;
    let admin = needs.iter().find(|(path, _)| path.to_string() == "keystone-admin/password").expect("a need");
    assert!(admin.1.is_imported);
}

#[test]
fn the_trust_has_further_authorities_and_a_new_one_restarts_its_readers() {
    let compiled = site(ELSEWHERE);
    let store = compiled.store.as_ref().expect("a spec");
    let template = store.templates.iter().find(|template| template.object == "taco-trust").expect("a template");
    let shown = template.keys[0].1.text(&|secret| Some(secret.id.mask())).expect("a text");
    assert!(shown.starts_with("<taco-trust/ca.crt>\n-----BEGIN CERTIFICATE-----"), "{shown}");
    assert!(store.needs.keys().any(|path| path.to_string() == "taco-authority/ca.pem"));
    let before = compiled.linked.expect("sound").digests;
    let world = |authority: &str| {
        let spec = format!("site test {{{SITE}{ELSEWHERE}\n}}\n");
        let files = [("sites/test/site.kdl", spec.as_str()), ("sites/test/ca.pem", authority)];
        let world = MemoryWorld::from_iter(files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())));
        taco_gen::compile(&world, &LIBRARY, "sites/test")
    };
    let other = include_str!("field/authority-two.pem");
    let after = world(&format!("Subject: of two\n{AUTHORITY}{other}{AUTHORITY}")).linked.expect("sound").digests;
    let changed: BTreeSet<&str> =
        before.iter().filter(|(name, digest)| after[*name] != **digest).map(|(name, _)| name.as_str()).collect();
    assert!(changed.contains("nova/conductor") && !changed.contains("openvswitch/vswitchd"), "{changed:?}");
    for (text, found) in [
        ("nothing", "holds no certificates in PEM"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "holds a private key"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "holds no certificates in PEM"),
    ] {
        let diagnostics = world(text).diagnostics;
        let told = diagnostics.iter().find(|diagnostic| diagnostic.code == "TG0437");
        assert!(told.is_some_and(|told| told.message.contains(found)), "{diagnostics:#?}");
    }
}

#[test]
fn endpoints_are_reached_where_the_site_says() {
    let said = r#"
    domain "lab.example.com"
    expose gateway tls=public-certificate
    endpoint image { public-host "images.example.org"; region Two }
    endpoint identity { public-url "https://cloud.example.org/identity" }
    endpoint dashboard { public-url "http://192.0.2.200:8080" }
    endpoint placement internal-url="https://internal.example.org:8778""#;
    let compiled = site(said);
    let endpoints = env(&object(&compiled, "kubernetes/glance/job-glance-ks-endpoints"), "TACO_ENDPOINTS");
    assert!(endpoints.contains(r#""public": "https://images.example.org""#), "{endpoints}");
    assert!(endpoints.contains(r#""region": "Two""#), "{endpoints}");
    let endpoints = env(&object(&compiled, "kubernetes/placement/job-placement-ks-endpoints"), "TACO_ENDPOINTS");
    assert!(endpoints.contains(r#""internal": "https://internal.example.org:8778""#), "{endpoints}");
    let job = object(&compiled, "kubernetes/keystone/job-keystone-bootstrap");
    assert_eq!(env(&job, "OS_BOOTSTRAP_PUBLIC_URL"), "https://cloud.example.org/identity/v3");
    has_line(&compiled, "config/glance/glance-api.conf", "www_authenticate_uri = https://cloud.example.org/identity");
    has_line(&compiled, "config/glance/glance-api.conf", "allowed_origin = http://192.0.2.200:8080");
    has_line(&compiled, "config/horizon/local_settings.py", "SESSION_COOKIE_SECURE = False");
    let gateway = text(&compiled, "kubernetes/base/gateway-public.yaml");
    for name in ["*.lab.example.com", "images.example.org", "cloud.example.org"] {
        assert!(gateway.contains(name), "{gateway}");
    }
    let route = text(&compiled, "kubernetes/keystone/httproute-keystone-identity.yaml");
    assert!(route.contains("cloud.example.org") && route.contains("value: \"/identity\""), "{route}");
    assert!(!text(&compiled, "kubernetes/horizon/httproute-horizon-dashboard.yaml").contains("hostnames"));
    let policy = text(&compiled, "kubernetes/nova/networkpolicy-nova-api-osapi.yaml");
    assert!(policy.contains("0.0.0.0/0"), "{policy}");
}

#[test]
fn the_sites_of_the_page_build() {
    let page = include_str!("../docs/reach.md");
    let blocks = page.split("```kdl\n").skip(1).map(|rest| rest.split("```").next().expect("a block"));
    let sites: Vec<&str> = blocks.filter(|block| block.starts_with("site reach-")).collect();
    assert!(sites.len() >= 2);
    for spec in sites {
        let files = [("sites/test/site.kdl", spec), ("sites/test/ca.pem", AUTHORITY)];
        let world = MemoryWorld::from_iter(files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())));
        let compiled = taco_gen::compile(&world, &LIBRARY, "sites/test");
        assert!(compiled.diagnostics.is_empty(), "{spec}\n{:#?}", compiled.diagnostics);
    }
}

#[test]
fn with_the_overlay_every_api_speaks_tls_and_its_clients_trust_it() {
    let compiled = site("overlays tls-apis\n    expose gateway tls=public-certificate");
    let mut told: Vec<String> = Vec::new();
    for file in compiled.artifacts.iter().flatten().filter(|file| file.path.starts_with("config/")) {
        let lines = file.printed.text.lines().filter(|line| !line.starts_with('#'));
        let plain = lines.filter(|line| line.contains("http://") || line.starts_with("http-socket"));
        told.extend(plain.map(|line| format!("{}: {line}", file.path)));
    }
    assert_eq!(told, Vec::<String>::new());
    let endpoints = env(&object(&compiled, "kubernetes/nova/job-nova-ks-endpoints"), "TACO_ENDPOINTS");
    assert!(endpoints.contains("https://nova-api.openstack.svc.cluster.local:8774"), "{endpoints}");
    for line in ["nova_metadata_protocol = https", "auth_ca_cert = /run/taco/trust/ca.crt"] {
        has_line(&compiled, "config/neutron/ovn_metadata_agent.ini", line);
    }
    has_line(&compiled, "config/nova/nova.conf", "ssl_only = true");
    let needs = &compiled.store.as_ref().expect("a spec").needs;
    let names = |path: &str| needs.iter().find(|(name, _)| name.to_string() == path).expect("a need").1.names.clone();
    for host in ["nova-api", "nova-metadata", "nova-novncproxy"] {
        assert!(names("nova-certificate/tls.pem").contains(&format!("{host}.openstack.svc.cluster.local")), "{host}");
    }
    for (path, object) in objects(&compiled) {
        let shown = serde_yaml::to_string(&object).expect("YAML");
        assert!(!shown.contains("scheme: HTTP\n") || path.contains("ovn"), "{path}\n{shown}");
        if path.contains("/deployment-") && shown.contains("-certificate") {
            assert!(shown.contains("mountPath: /run/secrets/certificate"), "{path}");
        }
        if shown.contains("kind: HTTPRoute") {
            let policy = path.replace("httproute", "backendtlspolicy");
            assert!(text(&compiled, &policy).contains("name: taco-trust"), "{path}");
        }
    }
    // Whoever takes a node port meets the certificate of the service itself.
    let ported = site("overlays tls-apis\n    expose nodeport");
    has_line(&ported, "config/glance/glance-api.conf", "www_authenticate_uri = https://192.0.2.11:30500");
    let ingress = site("overlays tls-apis\n    expose ingress tls=public-certificate");
    let shown = text(&ingress, "kubernetes/glance/ingress-glance-image.yaml");
    assert!(shown.contains("nginx.ingress.kubernetes.io/backend-protocol: \"HTTPS\""), "{shown}");
}

#[test]
fn the_catalog_has_endpoints_that_others_serve() {
    let said = r#"
    endpoint object-store type=object-store catalog-name=swift region=Two public-url="https://objects.example.org/swift/v1/AUTH_%(project_id)s""#;
    let compiled = site(said);
    let services = env(&object(&compiled, "kubernetes/keystone/job-keystone-own-services"), "TACO_SERVICES");
    assert!(services.contains(r#""type": "object-store", "name": "swift""#), "{services}");
    let endpoints = env(&object(&compiled, "kubernetes/keystone/job-keystone-own-endpoints"), "TACO_ENDPOINTS");
    for part in [r#""region": "Two""#, r#""internal": "https://objects.example.org/swift/v1/AUTH_%(project_id)s""#] {
        assert!(endpoints.contains(part), "{endpoints}");
    }
    assert!(!paths(&site("")).iter().any(|path| path.contains("job-keystone-own")));
}

#[test]
fn each_service_has_its_own_client_and_cluster_of_ceph() {
    let said = r#"
    overlays ceph-external
    service ceph { monitors "192.0.2.201"; fsid "2f1c5a5e-54a1-4d43-9f9a-6f3d1f0f7f10" }
    service glance { ceph-user images; ceph-monitors "192.0.2.221"; ceph-fsid "2f1c5a5e-54a1-4d43-9f9a-6f3d1f0f7f22" }
    service cinder { ceph-user volumes; backup-key own; backup-user backups; backup-monitors "192.0.2.231" }
    service nova { ceph-key own; ceph-user vms }"#;
    let compiled = site(said);
    for (path, line) in [
        ("config/glance/glance-api.conf", "rbd_store_user = images"),
        ("config/glance/ceph.conf", "fsid = 2f1c5a5e-54a1-4d43-9f9a-6f3d1f0f7f22"),
        ("config/glance/ceph.conf", "mon_host = 192.0.2.221"),
        ("config/cinder/cinder.conf", "rbd_user = volumes"),
        ("config/cinder/ceph.conf", "mon_host = 192.0.2.201"),
        ("config/cinder/ceph-backup.conf", "mon_host = 192.0.2.231"),
        ("config/cinder/cinder-backup-rbd.conf", "backup_ceph_user = backups"),
        ("config/cinder/cinder-backup-rbd.conf", "backup_ceph_conf = /etc/ceph/backup.conf"),
        ("config/nova/nova-compute.conf", "rbd_user = vms"),
        ("config/nova/nova-compute.conf", "rbd_secret_uuid = 6dfcfb54-1a53-4a9d-8f5e-2f9e1c2b7a10"),
    ] {
        has_line(&compiled, path, line);
    }
    let needs = &compiled.store.as_ref().expect("a spec").needs;
    let keys: BTreeSet<String> =
        needs.iter().filter(|(_, need)| need.kind == "ceph-key").map(|(path, _)| path.to_string()).collect();
    let own = ["cinder-ceph-backup-key/key", "cinder-ceph-key/key", "glance-ceph-key/key", "nova-ceph-key/key"];
    assert_eq!(keys, own.map(str::to_owned).into());
    let secrets = |path: &str| {
        let object = object(&compiled, path);
        let volumes = at(&object, &["spec", "template", "spec", "volumes"]).as_sequence().cloned().expect("volumes");
        let names = volumes.iter().filter_map(|volume| volume["secret"]["secretName"].as_str().map(str::to_owned));
        names.filter(|name| name.contains("ceph")).collect::<Vec<_>>()
    };
    assert_eq!(secrets("kubernetes/nova-compute/daemonset-nova-compute"), ["nova-ceph-key"]);
    assert_eq!(secrets("kubernetes/libvirt/daemonset-libvirt"), ["cinder-ceph-key", "nova-ceph-key"]);
    assert_eq!(secrets("kubernetes/cinder/deployment-cinder-backup"), ["cinder-ceph-backup-key", "cinder-ceph-key"]);
    assert_eq!(secrets("kubernetes/cinder/statefulset-cinder-volume"), ["cinder-ceph-key"]);
}

#[test]
fn the_public_certificate_comes_from_an_issuer_or_a_file_that_has_all_names() {
    let issued = site(
        "domain \"lab.example.com\"\n    expose gateway tls=public-certificate issuer=letsencrypt\n    endpoint image { public-host \"images.example.org\" }",
    );
    let certificate = object(&issued, "kubernetes/base/certificate-public-certificate");
    let names = at(&certificate, &["spec", "dnsNames"]).as_sequence().expect("names").clone();
    assert!(
        names.iter().any(|name| name == "images.example.org")
            && names.iter().any(|name| name == "compute.lab.example.com")
    );
    assert_eq!(at(&certificate, &["spec", "issuerRef", "kind"]), "ClusterIssuer");
    // What makes the certificate keeps its key as well.
    assert!(!issued.store.expect("a spec").needs.keys().any(|path| path.object == "public-certificate"));
    let world = |said: &str| {
        let expose = "expose gateway tls=public-certificate certificate=\"public.pem\"";
        let spec = format!("site test {{{SITE}    domain \"lab.example.com\"\n    {expose}\n{said}\n}}\n");
        let files =
            [("sites/test/site.kdl", spec.as_str()), ("sites/test/public.pem", include_str!("field/public.pem"))];
        let world = MemoryWorld::from_iter(files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())));
        taco_gen::compile(&world, &LIBRARY, "sites/test")
    };
    let sound = world("endpoint image { public-host \"images.example.org\" }");
    assert_eq!(sound.diagnostics.len(), 0, "{:#?}", sound.diagnostics);
    let store = sound.store.expect("a spec");
    let template = store.templates.iter().find(|template| template.object == "public-certificate").expect("a template");
    let shown: Vec<String> =
        template.keys.iter().filter_map(|(_, body)| body.text(&|secret| Some(secret.id.mask()))).collect();
    assert!(shown[0].starts_with("-----BEGIN CERTIFICATE-----"), "{shown:?}");
    assert_eq!(shown[1], "<public-certificate/tls.key>");
    for (said, found) in [
        ("endpoint image { public-host \"pictures.example.org\" }", Some("has no name `pictures.example.org`")),
        ("endpoint image { public-host \"a.images.lab.example.com\" }", Some("has no name `a.images.lab.example.com`")),
        // The proxy in front has a certificate of its own.
        ("endpoint image { public-url \"https://pictures.example.org\" }", None),
    ] {
        let told = world(said).diagnostics;
        let messages: Vec<&str> =
            told.iter().filter(|told| told.code == "TG0670").map(|told| told.message.as_str()).collect();
        assert_eq!(messages.len(), usize::from(found.is_some()), "{told:#?}");
        assert!(found.is_none_or(|found| messages[0].contains(found)), "{messages:?}");
    }
}

#[test]
fn names_at_the_sites_own_providers_are_in_every_place_that_has_them() {
    let said = r#"
    provider database own { database nova_cell1 nova; account glance images }
    provider queue own { vhost heat stacks }
    provider identity own { account nova compute }"#;
    let compiled = site(said);
    let secret = "config/nova/nova.conf.d/secret.conf";
    has_line(
        &compiled,
        secret,
        "connection = mysql+pymysql://nova:<nova-database/password>@mariadb.openstack.svc.cluster.local:3306/nova?charset=utf8",
    );
    let databases = env(&object(&compiled, "kubernetes/nova/job-nova-db-init"), "TACO_DATABASES");
    assert_eq!(databases, "nova_api,nova,nova_cell0");
    assert_eq!(env(&object(&compiled, "kubernetes/nova/job-nova-db-sync"), "TACO_CELL1"), "nova");
    has_line(&compiled, "config/nova/nova.conf", "username = compute");
    assert!(env(&object(&compiled, "kubernetes/nova/job-nova-ks-user"), "TACO_USERS").contains(r#""name": "compute""#));
    assert!(
        text(&compiled, "config/glance/glance-api.conf.d/secret.conf").contains("//images:<glance-database/password>")
    );
    assert_eq!(env(&object(&compiled, "kubernetes/heat/job-heat-rabbit-init"), "TACO_VHOST"), "stacks");
    // The services are the site's, and so are the passwords.
    assert!(paths(&compiled).iter().any(|path| path.starts_with("kubernetes/mariadb/statefulset")));
    let needs = compiled.store.expect("a spec").needs;
    assert!(needs.values().all(|need| !need.is_imported));
}
