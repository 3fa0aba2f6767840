//! The report page and the graph: nothing is loaded, every link leads somewhere, no text of the user becomes markup.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use sha2::Digest as _;
use taco_gen::review::graph::Graph;

use crate::review::{Project, spec};

/// The values of an attribute.
fn attributes<'h>(page: &'h str, name: &str) -> Vec<&'h str> {
    page.split(&format!(" {name}=\"")).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// A project whose site changes: an option, a host file, another image.
fn project() -> Project {
    let project = Project::new(&[("a", &spec("a", ""))]);
    project.sound(&["build", "--quiet"]);
    let edit = "    // <script>alert(1)</script>\n    service keystone { config \"keystone.conf\" { DEFAULT { default_publisher_id \"<b>&\" } } }\n    \
                image libvirt \"registry.example.com/libvirt:test\"\n    service kernel { config \"sysctl.conf\" { \"vm.swappiness\" 5 } }\n";
    project.write("sites/a/site.kdl", &spec("a", edit));
    project
}

#[test]
fn the_page_is_whole_and_every_link_leads_somewhere() {
    let project = project();
    project.sound(&["report", "a", "--output", "page.html"]);
    let page = std::fs::read_to_string(project.path().join("page.html")).expect("a page");
    let ids = attributes(&page, "id");
    let known: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), known.len(), "an id stands twice");
    let links = attributes(&page, "href");
    let lost: Vec<_> =
        links.iter().filter(|link| link.strip_prefix('#').is_none_or(|id| !known.contains(id))).collect();
    assert!(lost.is_empty() && links.len() > 20, "{lost:?} of {}", links.len());
    for word in [" src=", " style=", "@import", "url(http", " onclick", " onload", "javascript:", "<link", "<iframe"] {
        assert!(!page.contains(word), "{word}");
    }
    for mark in [
        "<main id=\"main\"",
        "<html lang=\"en\">",
        "class=\"skip\"",
        "role=\"search\"",
        "role=\"status\"",
        "<label for=\"search\">",
    ] {
        assert!(page.contains(mark), "{mark}");
    }
    assert_eq!(page.matches("<h1>").count(), 1);
    // A row leads to its diff and to the line of the spec.
    let line = spec("a", "").lines().count() + 1;
    let row = page
        .split("<tr id=\"row-0-DaemonSet-libvirt\"")
        .nth(1)
        .and_then(|rest| rest.split("</tr>").next())
        .expect("a row");
    assert!(row.contains("href=\"#diff-0-DaemonSet-libvirt\"") && row.contains("#spec-0-sites-a-site-kdl-"), "{row}");
    assert!(line > 3 && row.contains("acknowledgement: missing"), "{row}");
}

#[test]
fn the_policy_of_the_page_allows_its_own_script_and_styles_alone() {
    let page = project().sound(&["report", "a", "--output", "-"]);
    let policy =
        attributes(&page, "content").into_iter().find(|text| text.starts_with("default-src")).expect("a policy");
    let policy = policy.replace("&#x27;", "'").replace("&#x2f;", "/");
    assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"), "{policy}");
    for (tag, directive) in [("script", "script-src"), ("style", "style-src")] {
        let parts: Vec<&str> =
            page.split(&format!("<{tag}>")).skip(1).filter_map(|rest| rest.split("</").next()).collect();
        assert!(!parts.is_empty());
        for part in parts {
            let sum = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(part));
            let allowed = policy.split(directive).nth(1).and_then(|rest| rest.split(';').next()).expect("a directive");
            assert!(allowed.contains(&format!("'sha256-{sum}'")), "{tag}: {allowed}");
        }
    }
}

#[test]
fn no_text_of_the_user_is_markup() {
    let page = project().sound(&["report", "a", "--output", "-"]);
    assert!(page.contains("&lt;b&gt;&amp;") && page.contains("&lt;script&gt;alert(1)"), "{}", page.len());
    assert!(!page.contains("<b>") && !page.contains("<script>alert"));
}

#[test]
fn arrows_lead_from_lower_waves_to_higher_ones() {
    let facts = &crate::support::LAB.facts;
    let graph = Graph::new("lab", facts);
    let waves: BTreeMap<&str, usize> = graph.nodes.iter().map(|node| (node.id.as_str(), node.wave)).collect();
    let edges = graph.edges();
    assert!(edges.len() > 60 && edges.iter().all(|(from, to)| waves[from] < waves[to]), "{edges:?}");
    // What is left out of the drawing is said by a longer way.
    let mut reach: BTreeSet<(&str, &str)> = edges.iter().copied().collect();
    loop {
        let further: Vec<_> = reach
            .iter()
            .flat_map(|(a, b)| edges.iter().filter(move |(c, _)| c == b).map(move |(_, d)| (*a, *d)))
            .filter(|pair| !reach.contains(pair))
            .collect();
        if further.is_empty() {
            break;
        }
        reach.extend(further);
    }
    for node in &graph.nodes {
        assert!(node.after.iter().all(|other| reach.contains(&(other.as_str(), node.id.as_str()))), "{node:?}");
    }
    for text in [graph.dot(), graph.mermaid()] {
        assert_eq!(text.matches("->").count() + text.matches("-->").count() - text.matches("-->").count(), edges.len());
    }
    let svg = graph.svg(&BTreeMap::new());
    assert_eq!(svg.matches("class=\"edge\"").count(), edges.len());
    assert_eq!(svg.matches("<rect").count(), graph.nodes.len());
}

#[test]
fn the_page_is_shown_by_the_browser_that_the_environment_names() {
    use std::os::unix::fs::PermissionsExt as _;
    let project = crate::review::Project::new(&[("one", &crate::review::spec("one", ""))]);
    project.write("browser", "#!/bin/sh\necho \"$@\" > shown.new && mv shown.new shown\n");
    let browser = project.path().join("browser");
    std::fs::set_permissions(&browser, std::fs::Permissions::from_mode(0o755)).expect("a program");
    let run = |browser: &std::path::Path| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_taco-gen"));
        command.current_dir(project.path()).env("BROWSER", browser).args(["report", "--output", "page.html", "--open"]);
        command.output().expect("it starts")
    };
    assert_eq!(run(&browser).status.code(), Some(0));
    let shown = project.path().join("shown");
    let text = (0..200).find_map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        std::fs::read_to_string(&shown).ok()
    });
    assert!(text.is_some_and(|text| text.trim_end().ends_with("/page.html")));
    let ran = run(std::path::Path::new("/absent/browser"));
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("cannot show it"));
}
