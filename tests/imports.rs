//! Who uses whom, read from the sources: every path in the code, not only those of `use`.
//!
//! Tiers run one way, and there is no cycle: not between top-level modules, not between the files of one.

use std::collections::{BTreeMap, BTreeSet};

use crate::tidy::{product, sources};

/// Module -> text, modules as `lower::pod`; the root is the empty name.
type Texts = BTreeMap<String, String>;

/// Module -> modules that it uses.
type Graph = BTreeMap<String, BTreeSet<String>>;

/// The code of a text: comments, strings and characters are spaces.
fn code(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let at = |index: usize| chars.get(index).copied().unwrap_or('\0');
    let (mut out, mut index) = (String::new(), 0);
    while index < chars.len() {
        let end = match (at(index), at(index + 1)) {
            ('/', '/') => (index..chars.len()).find(|&i| at(i) == '\n').unwrap_or(chars.len()),
            ('/', '*') => {
                (index + 2..chars.len()).find(|&i| at(i) == '*' && at(i + 1) == '/').map_or(chars.len(), |i| i + 2)
            }
            ('r', '"' | '#') if !(index > 0 && at(index - 1).is_alphanumeric()) => raw_end(&chars, index),
            ('"', _) => string_end(&chars, index),
            ('\'', '\\') => (index + 3..chars.len()).find(|&i| at(i) == '\'').map_or(chars.len(), |i| i + 1),
            ('\'', _) if at(index + 2) == '\'' => index + 3,
            (other, _) => {
                out.push(other);
                index += 1;
                continue;
            }
        };
        out.push(' ');
        index = end.max(index + 1);
    }
    out
}

fn string_end(chars: &[char], start: usize) -> usize {
    let mut index = start + 1;
    while index < chars.len() && chars[index] != '"' {
        index += if chars[index] == '\\' { 2 } else { 1 };
    }
    index + 1
}

/// The end of `r#"..."#`; one further for an identifier such as `r#type`.
fn raw_end(chars: &[char], start: usize) -> usize {
    let hashes = chars[start + 1..].iter().take_while(|c| **c == '#').count();
    if chars.get(start + 1 + hashes) != Some(&'"') {
        return start + 1;
    }
    let close: String = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let rest: String = chars[start + 2 + hashes..].iter().collect();
    let length = rest.find(&close).map_or(rest.chars().count(), |byte| rest[..byte].chars().count() + close.len());
    start + 2 + hashes + length
}

/// Words, `::` and single signs.
fn tokens(code: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut chars = code.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_alphanumeric() || c == '_' {
            let mut word = c.to_string();
            while let Some(c) = chars.next_if(|c| c.is_alphanumeric() || *c == '_') {
                word.push(c);
            }
            tokens.push(word);
        } else if c == ':' && chars.next_if_eq(&':').is_some() {
            tokens.push("::".to_owned());
        } else if !c.is_whitespace() {
            tokens.push(c.to_string());
        }
    }
    tokens
}

/// Follows a path or a tree of paths from `index`; every path that ends there, and the place behind it.
fn follow(tokens: &[String], mut index: usize, mut path: Vec<String>, found: &mut Vec<Vec<String>>) -> usize {
    let word = |token: &String| token.starts_with(|c: char| c.is_alphabetic() || c == '_');
    loop {
        match tokens.get(index) {
            Some(token) if word(token) => path.push(token.clone()),
            Some(token) if token == "{" => {
                index += 1;
                while tokens.get(index).is_some_and(|token| token != "}") {
                    let next = follow(tokens, index, path.clone(), found);
                    index = next.max(index + 1);
                    if tokens.get(index).is_some_and(|token| token == ",") {
                        index += 1;
                    }
                }
                return index + 1;
            }
            _ => break,
        }
        index += 1;
        if tokens.get(index).is_none_or(|token| token != "::") {
            break;
        }
        index += 1;
    }
    found.push(path);
    // `x as y`
    if tokens.get(index).is_some_and(|token| token == "as") { index + 2 } else { index }
}

/// The paths in a module's code, from the crate's root.
fn paths(module: &str, text: &str) -> Vec<Vec<String>> {
    let tokens = tokens(&code(text));
    let own: Vec<String> = module.split("::").filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let children: BTreeSet<&String> =
        tokens.windows(3).filter(|three| three[0] == "mod" && three[2] == ";").map(|three| &three[1]).collect();
    let mut found = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let is_start = index == 0 || tokens[index - 1] != "::";
        if !is_start || tokens.get(index + 1).is_none_or(|next| next != "::") {
            continue;
        }
        let mut base = own.clone();
        let mut next = index + 2;
        match token.as_str() {
            "crate" => base.clear(),
            "self" => {}
            "super" => {
                base.pop();
                while tokens.get(next).is_some_and(|token| token == "super") {
                    base.pop();
                    next += 2;
                }
            }
            _ if children.contains(token) => base.push(token.clone()),
            _ => continue,
        }
        follow(&tokens, next, base, &mut found);
    }
    found
}

/// The longest beginning of a path that is a module.
fn module_of(path: &[String], texts: &Texts) -> String {
    let names = (0..=path.len()).rev().map(|length| path[..length].join("::"));
    names.into_iter().find(|name| texts.contains_key(name)).unwrap_or_default()
}

/// Module -> modules that its code names.
fn graph(texts: &Texts) -> Graph {
    let uses = |module: &String, text: &String| {
        let used = paths(module, text).into_iter().map(|path| module_of(&path, texts));
        used.filter(|used| used != module && !used.is_empty()).collect()
    };
    texts.iter().map(|(module, text)| (module.clone(), uses(module, text))).collect()
}

fn top(module: &str) -> &str {
    module.split("::").next().unwrap_or(module)
}

/// The graph of top-level modules.
fn tops(graph: &Graph) -> Graph {
    let mut tops = Graph::new();
    for (module, used) in graph.iter().filter(|(module, _)| !module.is_empty()) {
        let used = used.iter().map(|used| top(used).to_owned()).filter(|used| used != top(module));
        tops.entry(top(module).to_owned()).or_default().extend(used);
    }
    tops
}

/// The cycles of a graph: sets of modules each of which reaches all others of its set.
fn cycles(graph: &Graph) -> Vec<Vec<String>> {
    let reach = |start: &String| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![start.clone()]);
        while let Some(module) = open.pop() {
            open.extend(graph.get(&module).into_iter().flatten().filter(|used| seen.insert((*used).clone())).cloned());
        }
        seen
    };
    let reached: BTreeMap<&String, BTreeSet<String>> = graph.keys().map(|module| (module, reach(module))).collect();
    let mut found: Vec<Vec<String>> = Vec::new();
    for (module, others) in reached.iter().filter(|(module, others)| others.contains(**module)) {
        if !found.iter().any(|cycle| cycle.contains(module)) {
            let back = others.iter().filter(|other| reached.get(other).is_some_and(|others| others.contains(*module)));
            found.push(back.cloned().collect());
        }
    }
    found
}

/// The tier of a module: imports run towards lower tiers.
fn tier(module: &str) -> Option<u8> {
    Some(match module {
        "world::disk" => 8,
        _ => match top(module) {
            "span" | "origin" | "diag" | "world" => 0,
            "tree" => 1,
            "options" | "kube" => 2,
            "spec" | "config" | "catalog" => 3,
            "check" | "layer" | "model" | "print" | "resolve" => 4,
            "lower" => 5,
            "link" | "emit" | "verify" => 6,
            "compile" | "delivery" | "edit" | "explain" | "import" | "review" | "secret" | "upgrade" | "write" | "" => {
                7
            }
            "cli" | "main" => 8,
            _ => return None,
        },
    })
}

/// Uses of a higher tier, and modules that have none.
fn climbs(graph: &Graph) -> Vec<String> {
    let mut found = Vec::new();
    for (module, used) in graph {
        let Some(own) = tier(module) else {
            found.push(format!("{module} has no tier"));
            continue;
        };
        for used in used {
            match tier(used) {
                Some(other) if other > own => found.push(format!("{module} (tier {own}) uses {used} (tier {other})")),
                _ => {}
            }
        }
    }
    found
}

/// The modules of the compiler, tests cut off; `build.rs` is a program of its own.
fn compiler() -> Texts {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("compiler");
    let mut texts = Texts::new();
    for (path, text) in sources("compiler") {
        let path = path.strip_prefix(&root).expect("below").with_extension("");
        let name = path.to_string_lossy().replace('/', "::");
        let name = name.strip_suffix("::mod").unwrap_or(&name);
        if name == "build" || name.ends_with("::tests") {
            continue;
        }
        texts.insert(if name == "lib" { String::new() } else { name.to_owned() }, product(&text).to_owned());
    }
    assert!(texts.len() > 100, "found only {:?}", texts.keys());
    texts
}

#[test]
fn paths_run_towards_lower_tiers() {
    assert_eq!(climbs(&graph(&compiler())), Vec::<String>::new());
}

#[test]
fn no_cycle_is_between_top_level_modules() {
    assert_eq!(cycles(&tops(&graph(&compiler()))), Vec::<Vec<String>>::new());
}

#[test]
fn no_cycle_is_between_the_files_of_the_compiler() {
    assert_eq!(cycles(&graph(&compiler())), Vec::<Vec<String>>::new());
}

fn texts(modules: &[(&str, &str)]) -> Texts {
    modules.iter().map(|(module, text)| ((*module).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn a_path_is_found_wherever_code_names_it() {
    let used = |text: &str| {
        let others = ["a", "a::b", "a::b::child", "c", "d", "d::e"].map(|module| (module, ""));
        let mut texts = texts(&others);
        texts.insert("a::b".to_owned(), text.to_owned());
        graph(&texts).remove("a::b").expect("the module").into_iter().collect::<Vec<_>>()
    };
    assert_eq!(used("use crate::c::X;"), ["c"]);
    assert_eq!(used("use crate::{c, d::{e::{Y, Z as W}, f}};"), ["c", "d", "d::e"]);
    assert_eq!(used("fn x() { crate::d::e::y::<u8>() }"), ["d::e"], "inside a function");
    assert_eq!(used("fn x(y: &crate::c::Y) -> super::Z { y }"), ["a", "c"]);
    assert_eq!(used("use super::super::d;"), ["d"]);
    assert_eq!(used("mod child;\npub use child::X;"), ["a::b::child"]);
    assert_eq!(used("fn x() { self::child::y(); other::child::z() }"), ["a::b::child"]);
    assert_eq!(
        used("// crate::c::X\n/* crate::c */ const X: &str = \"crate::c::X\"; const Y: &str = r#\"crate::d\"#;"),
        [""; 0]
    );
    assert_eq!(used("const Q: char = '\"'; fn x<'l>(y: &'l crate::c::Y) {}"), ["c"]);
}

#[test]
fn a_use_of_a_higher_tier_is_found() {
    let found =
        |text: &str| climbs(&graph(&texts(&[("tree", text), ("lower", ""), ("span", ""), ("world::disk", "")])));
    assert_eq!(found("use crate::span::Span;"), Vec::<String>::new());
    assert_eq!(found("fn x() { crate::lower::y() }"), ["tree (tier 1) uses lower (tier 5)"]);
    assert_eq!(found("use crate::world::disk::X;"), ["tree (tier 1) uses world::disk (tier 8)"]);
    assert_eq!(climbs(&graph(&texts(&[("strange", "")]))), ["strange has no tier"]);
}

#[test]
fn cycles_are_found() {
    let modules = [("a", ""), ("a::x", "use crate::b::y;"), ("b", ""), ("b::y", ""), ("b::z", "use crate::a::x;")];
    let graph_of = graph(&texts(&modules));
    assert_eq!(cycles(&graph_of), Vec::<Vec<String>>::new(), "the files use each other one way");
    assert_eq!(cycles(&tops(&graph_of)), [["a", "b"]], "their modules do not");
    let child = graph(&texts(&[("a", "mod x;\nfn f() { x::g() }"), ("a::x", "use super::T;")]));
    assert_eq!(cycles(&child), [["a", "a::x"]]);
}
