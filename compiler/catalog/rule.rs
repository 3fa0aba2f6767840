//! Rules as typed data.
//!
//! Invariant: a rule without exactly one test has none, and is a finding when it is run.

use crate::catalog::service::Bounds;
use crate::catalog::view::View;
use crate::span::Span;
use crate::tree::node::Node;

/// A rule on finished options.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// Where it is stated.
    pub span: Span,
    /// When it holds.
    pub bounds: Bounds,
    /// The code of its findings.
    pub code: String,
    /// What happens where it is broken.
    pub why: String,
    /// What to do.
    pub hint: Option<String>,
    /// Is a finding no error?
    pub lenient: bool,
    /// What is tested.
    pub subjects: Vec<Subject>,
    /// Options as they must stand: file, section and option, and the values.
    pub conditions: Vec<([String; 3], Vec<String>)>,
    /// Which parts of a value are tested; none: the whole.
    pub part: Option<Part>,
    /// The unit of numbers without one.
    pub unit: String,
    /// What the program takes where no subject is set.
    pub default: Option<Node>,
    /// The test; none where the data names none or several.
    pub test: Option<Test>,
}

/// What a rule tests.
#[derive(Debug, Clone)]
pub enum Subject {
    /// Options; `*` stands for any name.
    Option {
        /// The service; none: the rule's own.
        service: Option<String>,
        /// The file.
        file: String,
        /// The section.
        section: String,
        /// The option.
        option: String,
    },
    /// A setting of the rule's service.
    Setting(String),
    /// A reference, and how messages name it.
    Value(Node, String),
}

/// The part of a value that a rule tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What stands before the first colon of each item.
    Key,
    /// Each whole number between commas and colons.
    Number,
}

/// A test.
#[derive(Debug, Clone)]
pub enum Test {
    /// Not below the sum.
    AtLeast(Vec<Node>),
    /// Not above the sum.
    AtMost(Vec<Node>),
    /// One of these.
    Equal(Vec<Node>),
    /// None of these.
    Differs(Vec<Node>),
    /// All of these in a list.
    Has(Vec<Node>),
    /// None of these in a list.
    Lacks(Vec<Node>),
    /// Items of these lists alone.
    Among(Vec<Node>),
    /// A path in a volume of each component that mounts the file.
    Mounted,
    /// Seconds below the grace of each component that mounts the file and runs none of these programs.
    Grace(Vec<Node>),
    /// A port of a component that mounts the file.
    Port,
    /// All subjects alike.
    Same,
    /// An odd number.
    Odd,
    /// Every pod behind a capability.
    Lists(String),
}

/// How a provider's clients take connections.
#[derive(Debug, Clone)]
pub struct Connections {
    /// File, section and option of the provider: the most connections to it.
    pub limit: Vec<String>,
    /// Connections that are not for clients.
    pub reserve: i64,
    /// The client's option with the server's URL.
    pub url: String,
    /// The option beside it of what a process keeps, and its default.
    pub pool: (String, i64),
    /// The option beside it of what a process opens above that, and its default.
    pub overflow: (String, i64),
}

/// A provider's connections from their tree.
pub fn connections(view: View<'_>) -> Connections {
    let option = |name: &str| {
        let default = view.integer(&format!("{name}-default")).unwrap_or(0);
        (view.text_or(name, ""), default)
    };
    Connections {
        limit: view.words("limit"),
        reserve: view.integer("reserve").unwrap_or(0),
        url: view.text_or("url", ""),
        pool: option("pool"),
        overflow: option("overflow"),
    }
}

/// A rule from its tree.
pub fn rule(node: &Node) -> Rule {
    let view = View(node);
    let options = view.items("option").iter().filter_map(crate::catalog::view::plain);
    let settings = view.text("setting").map(Subject::Setting);
    let value = view.node("value").map(|node| Subject::Value(node.clone(), view.text_or("named", "the value")));
    Rule {
        name: view.text_or("name", ""),
        span: view.span(),
        bounds: view.bounds(),
        code: view.text_or("code", ""),
        why: view.text_or("why", ""),
        hint: view.text("hint"),
        lenient: view.text("severity").is_some_and(|word| word == "warning"),
        subjects: options.filter_map(|text| subject(&text)).chain(settings).chain(value).collect(),
        conditions: conditions(view),
        part: view.text("each").map(|word| if word == "key" { Part::Key } else { Part::Number }),
        unit: view.text_or("unit", ""),
        default: view.node("default").cloned(),
        test: test(view),
    }
}

fn subject(text: &str) -> Option<Subject> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (service, rest) = match words[..] {
        [service, _, _, _] => (Some(service.to_owned()), words.get(1..)?),
        _ => (None, &words[..]),
    };
    let [file, section, option] = rest else { return None };
    Some(Subject::Option {
        service,
        file: (*file).to_owned(),
        section: (*section).to_owned(),
        option: (*option).to_owned(),
    })
}

fn conditions(view: View<'_>) -> Vec<([String; 3], Vec<String>)> {
    let entries = view.entries("where").into_iter();
    let condition = |(name, node): (String, &Node)| {
        let words: Vec<String> = name.split_whitespace().map(str::to_owned).collect();
        Some((words.try_into().ok()?, node.items().iter().filter_map(crate::catalog::view::plain).collect()))
    };
    entries.filter_map(condition).collect()
}

fn test(view: View<'_>) -> Option<Test> {
    let terms = |field| Some(view.items(field).to_vec()).filter(|terms| !terms.is_empty());
    let mut tests = [
        terms("at-least").map(Test::AtLeast),
        terms("at-most").map(Test::AtMost),
        terms("equal").map(Test::Equal),
        terms("differs").map(Test::Differs),
        terms("has").map(Test::Has),
        terms("lacks").map(Test::Lacks),
        terms("among").map(Test::Among),
        view.flag("mounted").then_some(Test::Mounted),
        terms("grace").map(Test::Grace),
        view.flag("port").then_some(Test::Port),
        view.flag("same").then_some(Test::Same),
        view.flag("odd").then_some(Test::Odd),
        view.text("lists").map(Test::Lists),
    ]
    .into_iter()
    .flatten();
    let test = tests.next();
    test.filter(|_| tests.next().is_none())
}
