//! References whose text is the service data's own.

use taco_gen::catalog::load::load;
use taco_gen::diag::{Diagnostic, Sink};
use taco_gen::world::memory::MemoryWorld;
use taco_gen::{Compiled, compile};

use crate::support::{compile_spec, sound, stock, text};

/// The smallest site, with a stock file edited; diagnostics of the service data where it has some.
fn edited(path: &str, from: &str, to: &str) -> Result<Compiled, Vec<Diagnostic>> {
    let stock_file = std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).expect("a stock file");
    assert!(stock_file.contains(from), "{path} has no {from}");
    let files = [
        ("sites/test/site.kdl".to_owned(), stock("minimal").into_bytes()),
        (path.to_owned(), stock_file.replace(from, to).into_bytes()),
    ];
    let mut sink = Sink::default();
    let world = MemoryWorld::from_iter(files);
    let library = load(&world, &mut sink);
    let found = sink.into_sorted();
    if found.is_empty() { Ok(compile(&world, &library, "sites/test")) } else { Err(found) }
}

fn messages(found: &[Diagnostic]) -> Vec<&str> {
    found
        .iter()
        .filter(|diagnostic| diagnostic.code == "TG0507")
        .map(|diagnostic| diagnostic.message.as_str())
        .collect()
}

const DATABASE: &str = "schema/services/mariadb/service.kdl";
const QUEUE: &str = "schema/services/rabbitmq/service.kdl";

#[test]
fn a_clients_url_is_said_by_the_provider() {
    let url = "mysql+pymysql://{user}:{password}@{host}:{port}/{name}?charset=utf8\"";
    let other = "postgresql+psycopg://{host}:{port}/{name}?user={user}&password={password}\"";
    let compiled = edited(DATABASE, url, other).expect("sound data");
    assert!(compiled.artifacts.is_some(), "{:#?}", compiled.diagnostics);
    let drop_in = text(&compiled, "config/glance/glance-api.conf.d/secret.conf");
    let host = "mariadb.openstack.svc.cluster.local:3306";
    let expected =
        format!("connection = postgresql+psycopg://{host}/glance?user=glance&password=<glance-database/password>\n");
    assert!(drop_in.contains(&expected), "{drop_in}");
    let compiled =
        edited(QUEUE, "rabbit://{members}/{name}\"", "amqp://{members}/{name}?of={user}\"").expect("sound data");
    let drop_in = text(&compiled, "config/glance/glance-api.conf.d/secret.conf");
    assert!(drop_in.contains("transport_url = amqp://glance:<glance-queue/password>@rabbitmq-0."), "{drop_in}");
    assert!(drop_in.contains("/glance?of=glance\n"), "{drop_in}");
}

#[test]
fn a_url_with_an_unknown_place_or_none_that_holds_is_refused() {
    let found = edited(DATABASE, "/{name}?charset=utf8\"", "/{nam}?charset=utf8\"").expect_err("a misspelt place");
    assert_eq!(
        (messages(&found), &found[0].hints[..]),
        (vec!["unknown place `{nam}` in a URL"], &["did you mean `name`?".to_owned()][..])
    );
    let none = edited(DATABASE, "when=\"!tls:database\"", "when=\"tls:database\"").expect("sound data").diagnostics;
    assert!(messages(&none).contains(&"service `mariadb` has no `url` of `database`"), "{:?}", messages(&none));
    for (from, to) in [("member=\"{user}", "member=\"{members}{user}"), ("rabbit://{members}", "rabbit://{host}")] {
        let found = edited(QUEUE, from, to).expect("sound data").diagnostics;
        let expected = "`{members}` in the text of a `url`, and `member` beside it, go together";
        assert!(messages(&found).contains(&expected), "{:?}", messages(&found));
    }
}

fn keys(reference: &str) -> Compiled {
    let service = format!(
        "site minimal {{\n service keystone {{ config \"keystone.conf\" {{ fernet_tokens {{ max_active_keys (quotient)\"{reference}\" }} }} }}\n"
    );
    compile_spec(&stock("minimal").replacen("site minimal {", &service, 1))
}

#[test]
fn a_quotient_is_a_sum_by_a_product_rounded_up() {
    for (reference, expected) in [
        ("7000 201 per=3600", "3"),
        ("7000 200 per=2*3600", "1"),
        ("keystone.conf|token|expiration per=rotation-hours*60 plus=rotation-hours", "72"),
        ("9223372036854775807 1 per=0 plus=1", "9223372036854775807"),
    ] {
        let compiled = keys(reference);
        let wrong: Vec<_> = compiled.diagnostics.iter().filter(|diagnostic| diagnostic.code != "TG0610").collect();
        assert_eq!(wrong, Vec::<&taco_gen::diag::Diagnostic>::new(), "{reference}");
        let linked = compiled.linked.as_ref().map(|_| text(&compiled, "config/keystone/keystone.conf"));
        let told =
            compiled.diagnostics.iter().any(|diagnostic| diagnostic.message.contains(&format!(" is {expected}")));
        let written = linked.is_some_and(|text| text.contains(&format!("max_active_keys = {expected}\n")));
        assert!(written || told, "{reference}: {:?}", compiled.diagnostics);
    }
    for (reference, expected) in [
        ("1 2", "`quotient` needs terms and `per=`, found nothing"),
        ("per=2", "`quotient` needs terms and `per=`, found nothing"),
        ("1 by=2", "expected `per=` or `plus=`, found `by=`"),
        ("domain-drivers per=2", "`domain-drivers` is not an integer, found `off`"),
    ] {
        assert_eq!(messages(&keys(reference).diagnostics), [expected]);
    }
}

#[test]
fn what_provider_networks_share_is_named_once() {
    let network =
        "network a physical=p1 vlan=100\n network b physical=p1 vlan=101\n network c physical=p2 bridge=br-two\n";
    let spec = stock("minimal").replacen("site minimal {", &format!("site minimal {{\n {network}"), 1);
    let compiled =
        sound(&spec.replace("compute }", "compute; interface eno2 bridge=br-ex; interface eno3 bridge=br-two }"));
    let ml2 = text(&compiled, "config/neutron/ml2_conf.ini");
    assert!(ml2.contains("\nphysical_network_mtus = p1:1500,p2:1500\n"), "{ml2}");
    assert!(ml2.contains("\nnetwork_vlan_ranges = p1:100:100,p1:101:101,p2\n"), "{ml2}");
}
