//! How long a site takes: compiled alone, and by the number of its nodes.
#![allow(missing_docs, clippy::unwrap_used, reason = "a bench stops at the first fault")]

use divan::Bencher;
use taco_gen::catalog::load::load;
use taco_gen::compile;
use taco_gen::diag::Sink;
use taco_gen::world::memory::MemoryWorld;

fn main() {
    divan::main();
}

fn world(spec: String) -> MemoryWorld {
    MemoryWorld::from_iter([("sites/bench/site.kdl".to_owned(), spec.into_bytes())])
}

#[divan::bench]
fn catalog() -> usize {
    load(&MemoryWorld::default(), &mut Sink::default()).catalog.services.len()
}

#[divan::bench]
fn lab(bencher: Bencher<'_, '_>) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/sites/lab/site.kdl");
    let world = world(std::fs::read_to_string(path).unwrap());
    let library = load(&world, &mut Sink::default());
    bencher.bench_local(|| compile(&world, &library, "sites/bench").artifacts.unwrap().len());
}

#[divan::bench(args = [10, 100, 1_000, 10_000])]
fn computes(bencher: Bencher<'_, '_>, count: usize) {
    let mut spec = String::from("site bench {\n    network management cidr=\"10.0.0.0/16\" { ntp \"10.0.0.1\" }\n");
    spec.push_str("    node \"ctl[1-3]\" management=\"10.0.255.[11-13]\" { roles controller network }\n");
    for (block, size) in (0..count.div_ceil(250)).map(|block| (block, 250.min(count - block * 250))) {
        let last = size + 1;
        spec.push_str(&format!(
            "    node \"c{block}x[001-{size:03}]\" management=\"10.0.{block}.[2-{last}]\" {{ roles compute }}\n"
        ));
    }
    spec.push_str("}\n");
    let world = world(spec);
    let library = load(&world, &mut Sink::default());
    bencher.bench_local(|| compile(&world, &library, "sites/bench").artifacts.unwrap().len());
}
