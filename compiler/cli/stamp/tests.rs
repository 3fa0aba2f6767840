use super::*;
use crate::compile::compile;
use crate::diag::Sink;
use crate::world::memory::MemoryWorld;
use crate::write::{self, Artifact, Overwrite};

const SPEC: &str = "site a {\n network management cidr=\"192.0.2.0/24\"\n node one management=\"192.0.2.11\" { roles controller network compute }\n";

/// A project of one site.
fn world(spec: &str, overlay: &str) -> MemoryWorld {
    let files = [("sites/a/site.kdl", spec), ("overlays/own/overlay.kdl", overlay)];
    MemoryWorld::from_iter(files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())))
}

fn outcome(text: &str) -> Outcome {
    let report = Some(Report { style: "Human Never".to_owned(), text: text.to_owned() });
    Outcome { name: "a".to_owned(), objects: 2, configs: 1, report }
}

/// A folder with a written tree and stamps.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Place(tempfile::tempdir().unwrap());
        let files = ["x/one", "two"].map(|path| Artifact { path: path.to_owned(), bytes: b"text".to_vec() });
        let root = place.root("a");
        write::apply(&root, &files, &write::plan(&root, &files).unwrap(), Overwrite::Refuse).unwrap();
        place
    }

    fn root(&self, name: &str) -> PathBuf {
        self.0.path().join("output").join(name)
    }

    fn stamps(&self, program: &str) -> Stamps {
        Stamps::new(self.0.path().join("cache"), program, "place".to_owned())
    }

    fn keep(&self, world: &dyn World, seen: Seen) {
        let stamps = self.stamps("program");
        stamps.library.get_or_init(|| library(world));
        assert!(state::next_tick());
        stamps.keep("sites/a", seen, outcome("warning"), state::state(&self.root("a")).unwrap());
    }

    fn find(&self, world: &dyn World) -> Option<Outcome> {
        self.stamps("program").find(world, "sites/a", &|name| self.root(name))
    }

    /// Keeps what is seen when the spec is read.
    fn kept(&self, world: &MemoryWorld) {
        let recorder = Recorder::new(world);
        recorder.read("sites/a/site.kdl").unwrap();
        self.keep(world, recorder.into_seen());
    }

    fn stamp(&self) -> PathBuf {
        self.stamps("program").path("sites/a")
    }
}

#[test]
fn an_unchanged_site_is_known_and_a_changed_one_is_not() {
    let (place, first) = (Place::new(), world("one", "two"));
    assert_eq!(place.find(&first), None, "no stamp");
    place.kept(&first);
    assert_eq!(place.find(&first), Some(outcome("warning")));
    assert_eq!(place.find(&world("ONE", "two")), None, "another spec");
    assert_eq!(place.find(&world("one", "TWO")), None, "another overlay");
    assert_eq!(place.find(&MemoryWorld::default()), None, "no spec");
    assert_eq!(place.stamps("other").find(&first, "sites/a", &|name| place.root(name)), None, "another program");
    assert_eq!(place.stamps("program").find(&first, "sites/b", &|name| place.root(name)), None, "another site");
}

#[test]
#[allow(clippy::disallowed_methods, reason = "the test edits the output")]
fn a_tree_that_somebody_touched_is_not_known() {
    let first = world("one", "two");
    let touched = |touch: &dyn Fn(&Path)| {
        let place = Place::new();
        place.kept(&first);
        assert!(place.find(&first).is_some());
        touch(&place.root("a"));
        place.find(&first).is_none()
    };
    assert!(touched(&|root| std::fs::write(root.join("two"), "TEXT").unwrap()), "the same length");
    assert!(touched(&|root| std::fs::remove_file(root.join("x/one")).unwrap()));
    assert!(touched(&|root| std::fs::write(root.join("SHA256SUMS"), "").unwrap()));
    assert!(touched(&|root| std::fs::write(root.join(".taco-gen-pending"), "").unwrap()));
    assert!(touched(&|root| std::fs::rename(root, root.with_file_name("b")).unwrap()));
    assert!(touched(&|root| {
        std::fs::rename(root.join("x"), root.join("y")).unwrap();
        std::os::unix::fs::symlink("y", root.join("x")).unwrap();
    }));
    assert!(!touched(&|root| std::fs::write(root.join("note"), "mine").unwrap()), "a file that is not ours");
}

#[test]
#[allow(clippy::disallowed_methods, reason = "the test breaks the stamp")]
fn a_broken_stamp_is_none() {
    let (place, first) = (Place::new(), world("one", "two"));
    place.kept(&first);
    let whole = std::fs::read(place.stamp()).unwrap();
    for cut in 0..whole.len() {
        std::fs::write(place.stamp(), &whole[..cut]).unwrap();
        assert_eq!(place.find(&first), None, "cut at {cut}");
        let mut flipped = whole.clone();
        flipped[cut] ^= 1;
        std::fs::write(place.stamp(), &flipped).unwrap();
        assert_eq!(place.find(&first), None, "flipped at {cut}");
    }
    std::fs::write(place.stamp(), &whole).unwrap();
    assert!(place.find(&first).is_some());
}

#[test]
#[allow(clippy::disallowed_methods, reason = "the test forges a stamp")]
fn a_stamp_of_nobody_s_making_leads_nowhere() {
    let (place, first) = (Place::new(), world("one", "two"));
    place.kept(&first);
    let whole = std::fs::read_to_string(place.stamp()).unwrap();
    let (_, body) = whole.split_once('\n').unwrap();
    let forge = |body: String| {
        std::fs::write(place.stamp(), format!("{}\n{body}", hex(&Sha256::digest(&body)))).unwrap();
        place.find(&first)
    };
    assert!(forge(body.to_owned()).is_some());
    for name in ["..", "", "a/../a", "/"] {
        assert_eq!(forge(body.replace("\"name\":\"a\"", &format!("\"name\":\"{name}\""))), None, "{name}");
    }
    assert_eq!(forge(body.replace("site.kdl", "../../x")), None);
    assert_eq!(forge("{}".to_owned()), None);
}

#[test]
fn what_could_not_be_read_or_changed_just_now_is_not_kept() {
    let (place, first) = (Place::new(), world("one", "two"));
    place.keep(&first, Seen::from([(Question::Read("x".to_owned()), ERROR.to_owned())]));
    assert_eq!(place.find(&first), None);
    let stamps = place.stamps("program");
    stamps.library.get_or_init(|| library(&first));
    let mut state = state::state(&place.root("a")).unwrap();
    state.newest.0 += 60;
    stamps.keep("sites/a", Seen::new(), outcome(""), state);
    assert_eq!(place.find(&first), None);
}

#[test]
fn the_day_counts_where_a_spec_names_one() {
    let library = load::load(&MemoryWorld::default(), &mut Sink::default());
    let known_tomorrow = |line: &str| {
        let on = |day: &str| world(&format!("{SPEC}{line}\n}}\n"), "").on(day);
        let (place, today) = (Place::new(), on("2026-12-31"));
        let recorder = Recorder::new(&today);
        compile(&recorder, &library, "sites/a");
        place.keep(&today, recorder.into_seen());
        assert!(place.find(&today).is_some());
        place.find(&on("2027-01-01")).is_some()
    };
    assert!(known_tomorrow(""));
    assert!(!known_tomorrow(" allow TG0522 reason=\"the plug-in reads it\" until=\"2026-12-31\""));
}
