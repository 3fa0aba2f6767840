//! Features of hosts: kernel parameters, modules, kernel arguments, limits, device rules, packages, mounts, files, proxies.
//!
//! Invariant: what is said here is a list of things that a host has; which nodes have them is decided where the site is decoded.

use crate::catalog::expr::{Branch, Expr, Kind, Literal, Tree, Values};
use crate::catalog::scalar::{CpuList, ModuleName, PackageName, ProxyUrl};
use crate::span::Span;
use crate::tree::node::Text;
use crate::tree::record::{Decoder, Entries, Int, Plain, Table};
use crate::tree::scalar::{Distinct, Typed};
use crate::tree::word::{Traced, Word};
use crate::{record, words};

record! {
    /// Pages of one size that a host sets aside when it starts: `hugepages "1G" count=64`.
    pub struct HugePages, key(size) {
        /// How many.
        count: Traced<Int<1, 16_777_216>>,
    }
}

record! {
    /// Limits of a user or group (limits.conf(5)): `limit "*" nofile=1048576 memlock=unlimited`.
    pub struct Limit, rest(items: Plain), key(domain) {}
}

record! {
    /// A mount of a host, a unit of systemd: `mount "/var/lib/nova" device="LABEL=nova" type=xfs`.
    pub struct MountSpec as "HostMount", key(path) {
        /// The device: a path, `LABEL=`, `UUID=`, or what a network file system has (`192.0.2.10:/share`).
        device: Word,
        /// The type of the file system (ext4).
        kind as "type": Option<Word>,
        /// Options, separated by commas.
        options: Option<Word>,
        /// Whether a device without a file system gets one (#false).
        format: Option<Traced<bool>>,
    }
}

record! {
    /// A file of a host: `file "/etc/motd" { text "..." }`.
    pub struct HostFileSpec as "HostFile", key(path) {
        /// Its text.
        text: Traced<String>,
    }
}

words! {
    /// The driver by which a switch in user space reaches a card.
    pub enum CardDriver {
        /// For cards that leave the kernel.
        VfioPci = "vfio-pci",
        /// The card stays with its kernel driver, which shares it (cards of Mellanox).
        None = "none",
    }
}

record! {
    /// What a virtual switch in user space has of a host (DPDK): `dpdk { pmd-cpus "2,34"; socket-memory 1024 1024 }`. Cards say `dpdk` at their interface.
    pub struct Dpdk as "HostDpdk" {
        /// The CPUs that do nothing but look for packets; they are among `isolated-cpus`.
        pmd_cpus: Typed<CpuList>,
        /// The CPUs of the switch's other threads (those that the kernel gives).
        lcore_cpus: Option<Typed<CpuList>>,
        /// Huge pages of the switch in MiB, for each NUMA node an amount.
        socket_memory: Vec<Traced<Int<0, 1_048_576>>> [required],
        /// How it reaches its cards (vfio-pci).
        driver: CardDriver = CardDriver::VfioPci,
    }
}

impl Dpdk {
    /// The amounts of memory, joined by commas.
    pub fn memory(&self) -> String {
        self.socket_memory.iter().map(|amount| amount.value.0.to_string()).collect::<Vec<_>>().join(",")
    }

    /// All of it as one text.
    pub fn answer(&self) -> String {
        let others = self.lcore_cpus.as_ref().map(ToString::to_string).unwrap_or_default();
        format!("{}|{others}|{}|{}", self.pmd_cpus.as_str(), self.memory(), self.driver)
    }
}

record! {
    /// What hosts have beside the stock: all of them (`host all`), those of a role (`host compute`), or those of a host group.
    pub struct HostSpec as "Host", key(name), beside(module_options: Vec<(Word, Tree)>), check(HostSpec::end) {
        /// Kernel parameters by name (sysctl.d(5)).
        sysctl: Entries<Values>,
        /// Kernel modules that are loaded when the host starts.
        modules: Distinct<Typed<ModuleName>>,
        /// Parameters of kernel modules, by module: `module-parameters { kvm_intel "nested=1" }`.
        module_parameters: Entries<Plain>,
        /// Arguments of the kernel, each a word.
        kernel_arguments: Option<Values>,
        /// Huge pages by size.
        hugepages: Table<HugePages>,
        /// CPUs that the scheduler leaves alone, a list such as "2-15,34-47".
        isolated_cpus: Option<Typed<CpuList>>,
        /// What a virtual switch in user space has.
        dpdk: Option<Dpdk>,
        /// Rules of udev, a line each.
        udev_rules: Option<Values>,
        /// Limits by user or group.
        limits as "limit": Table<Limit>,
        /// Packages of the host's own system.
        packages: Distinct<Typed<PackageName>>,
        /// Mounts by path.
        mounts as "mount": Table<MountSpec>,
        /// Files by path.
        files as "file": Table<HostFileSpec>,
    }
}

impl HostSpec {
    /// A module is an option without a value.
    fn end(&mut self, _: &mut Decoder<'_>) {
        let one = |word: &Typed<ModuleName>| {
            let kind = Kind::Literal(Literal::Text(Text::from("")));
            let branch = Branch::One(Expr { span: word.span, kind });
            (Word::clone(word), Tree { span: word.span, branch })
        };
        self.module_options = self.modules.iter().map(one).collect();
    }

    /// The texts of a list, each with its place.
    pub fn texts(list: &Option<Values>) -> impl Iterator<Item = (String, Span)> + '_ {
        let values = list.iter().flat_map(|list| list.values());
        values.filter_map(|value| Some((value.literal()?, value.span)))
    }
}

record! {
    /// A proxy through which hosts, and the pods that may go anywhere, reach what is elsewhere: `proxy "http://10.0.0.9:3128" { no-proxy ".example.com" }`.
    pub struct Proxy, positional("url") {
        /// The proxy.
        url: Typed<ProxyUrl>,
        /// That for https, where it is another.
        https: Option<Typed<ProxyUrl>>,
        /// Hosts, domains and networks that are reached without it, beside those of the site itself.
        no_proxy: Distinct<Word>,
    }
}
