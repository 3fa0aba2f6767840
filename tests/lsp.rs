//! The language server, spoken to as an editor does: over standard input and output.
#![allow(clippy::disallowed_methods, reason = "the tests make projects of their own")]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::review::{Project, spec};

/// An editor and its server.
struct Editor {
    server: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    uri: String,
    last: u64,
    /// What the server told of the spec last.
    diagnostics: Vec<Value>,
}

impl Editor {
    /// Opens the spec of a project with a text that is not saved.
    fn open(project: &Project, text: &str) -> Editor {
        Editor::open_file(project, "site.kdl", text)
    }

    /// Opens the spec of that name.
    fn open_file(project: &Project, name: &str, text: &str) -> Editor {
        // Editors start a server where they like, and say which folder they mean.
        let mut command = Command::new(env!("CARGO_BIN_EXE_taco-gen"));
        command.arg("lsp").current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut server = command.spawn().expect("it starts");
        let (input, output) = (server.stdin.take().expect("input"), server.stdout.take().expect("output"));
        let root = project.path().canonicalize().expect("a folder");
        let uri = format!("file://{}/sites/one/{name}", root.display());
        let mut editor =
            Editor { server, input, output: BufReader::new(output), uri, last: 0, diagnostics: Vec::new() };
        let answer = editor
            .ask("initialize", json!({ "capabilities": {}, "rootUri": format!("file://{}/sites", root.display()) }));
        assert_eq!(answer["capabilities"]["hoverProvider"], true, "{answer}");
        editor.tell("initialized", json!({}));
        let document = json!({ "uri": editor.uri, "languageId": "kdl", "version": 1, "text": text });
        editor.tell("textDocument/didOpen", json!({ "textDocument": document }));
        editor
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len())
            .and_then(|()| self.input.flush())
            .expect("it reads");
    }

    fn tell(&mut self, method: &str, parameters: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": parameters }));
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).expect("a line") > 0, "the server ended");
            match line.trim_end().strip_prefix("Content-Length: ") {
                Some(number) => length = number.parse().expect("a number"),
                None if line.trim_end().is_empty() => break,
                None => {}
            }
        }
        let mut bytes = vec![0; length];
        self.output.read_exact(&mut bytes).expect("a message");
        serde_json::from_slice(&bytes).expect("JSON")
    }

    /// Asks, and takes what the server tells before its answer.
    fn ask(&mut self, method: &str, parameters: Value) -> Value {
        self.last += 1;
        let id = self.last;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": parameters }));
        loop {
            let message = self.receive();
            if message["id"] == id {
                let may_fail = ["absent", "textDocument/rename"].contains(&method);
                assert!(message["error"].is_null() || may_fail, "{message}");
                return if message["error"].is_null() { message["result"].clone() } else { message["error"].clone() };
            }
            if message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == self.uri {
                self.diagnostics = message["params"]["diagnostics"].as_array().expect("a list").clone();
            }
        }
    }

    /// Asks at the place of a mark in a text, which becomes the document's without the mark.
    fn at(&mut self, method: &str, marked: &str) -> Value {
        let offset = marked.find('|').expect("a mark");
        self.change(&marked.replacen('|', "", 1));
        let before = &marked[..offset];
        let line = before.matches('\n').count();
        let character = before.rsplit('\n').next().expect("a line").encode_utf16().count();
        let document = json!({ "uri": self.uri });
        let position = json!({ "line": line, "character": character });
        self.ask(
            method,
            json!({ "textDocument": document, "position": position, "range": { "start": position, "end": position } }),
        )
    }

    fn change(&mut self, text: &str) {
        let parameters =
            json!({ "textDocument": { "uri": self.uri, "version": 2 }, "contentChanges": [{ "text": text }] });
        self.tell("textDocument/didChange", parameters);
    }

    fn labels(&mut self, marked: &str) -> BTreeSet<String> {
        let items = self.at("textDocument/completion", marked);
        let items = items.as_array().expect("a list").iter();
        items.map(|item| item["label"].as_str().expect("a label").to_owned()).collect()
    }

    fn codes(&mut self) -> Vec<String> {
        self.ask("absent", json!({ "textDocument": { "uri": self.uri } }));
        self.diagnostics.iter().map(|found| found["code"].as_str().expect("a code").to_owned()).collect()
    }

    fn close(mut self) {
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        drop(self.input);
        assert!(self.server.wait().expect("it ends").success());
    }
}

fn project() -> (Project, String) {
    let text = spec("one", "    service nova { virt-type qemu }\n");
    (Project::new(&[("one", &text)]), text)
}

#[test]
fn diagnostics_follow_what_is_typed_and_are_fixed() {
    let (project, text) = project();
    let wrong = text.replace("virt-type", "virt-tpye");
    let mut editor = Editor::open(&project, &wrong);
    assert_eq!(editor.codes().len(), 1, "{:?}", editor.diagnostics);
    let found = editor.diagnostics[0].clone();
    assert!(found["message"].as_str().expect("a message").contains("did you mean `virt-type`?"), "{found}");
    let line = wrong.lines().position(|line| line.contains("virt-tpye")).expect("the line");
    let column = wrong.lines().nth(line).and_then(|line| line.find("virt-tpye")).expect("the column");
    assert_eq!(found["range"]["start"], json!({ "line": line, "character": column }));
    let actions = editor.at("textDocument/codeAction", &wrong.replace("virt-tpye", "virt|-tpye"));
    let uri = editor.uri.clone();
    assert_eq!(actions[0]["edit"]["changes"][&uri][0]["newText"], "virt-type", "{actions}");
    editor.change(&text);
    assert_eq!(editor.codes(), Vec::<String>::new());
    for broken in ["", "site one {", "site one { service \"", "\u{feff}}{", "site one {\u{200b}"] {
        editor.change(broken);
        assert!(!editor.codes().is_empty(), "{broken:?}");
    }
    let answer = editor.ask("absent", json!({}));
    assert_eq!(answer["code"], -32601, "{answer}");
    editor.close();
}

#[test]
fn rules_are_allowed_by_an_action() {
    let (project, text) = project();
    let wrong = text.replace("service nova {", "service nova { config \"nova.conf\" { no-such { option 1 } };");
    let mut editor = Editor::open(&project, &wrong);
    let codes = editor.codes();
    let actions = editor.at("textDocument/codeAction", &wrong.replace("no-such", "no|-such"));
    let titles: Vec<&str> =
        actions.as_array().expect("a list").iter().filter_map(|action| action["title"].as_str()).collect();
    assert!(titles.iter().any(|title| title.starts_with(&format!("allow {}", codes[0]))), "{titles:?} {codes:?}");
    let uri = editor.uri.clone();
    let edit = actions.as_array().expect("a list").last().expect("one")["edit"]["changes"][&uri][0].clone();
    assert!(edit["newText"].as_str().expect("a text").contains(" until="), "{edit}");
    editor.close();
}

#[test]
fn every_field_setting_and_option_is_completed() {
    let (project, text) = project();
    let mut editor = Editor::open(&project, &text);
    let with = |marked: &str| text.trim_end().trim_end_matches('}').to_owned() + marked + "\n}\n";
    let fields = editor.labels(&with("    |"));
    let known = taco_gen::spec::site::Site::record().all_fields().map(|field| field.name.to_owned());
    assert_eq!(known.filter(|name| !fields.contains(name)).collect::<Vec<_>>(), Vec::<String>::new());
    for (name, service) in &crate::support::LIBRARY.catalog.services {
        let labels = editor.labels(&with(&format!("    service {name} {{ |")));
        let missing: Vec<_> = service.settings.keys().filter(|name| !labels.contains(name.as_str())).collect();
        assert!(missing.is_empty(), "{name}: {missing:?}");
    }
    for (marked, expected) in [
        ("    service key|", "keystone"),
        ("    service nova { virt-type |", "kvm"),
        ("    service keystone { config |", "keystone.conf"),
        ("    service keystone { config \"keystone.conf\" { tok|", "token"),
        ("    service keystone { config \"keystone.conf\" { token { |", "expiration"),
        ("    service keystone { component |", "api"),
        ("    overlays |", "ovs"),
        ("    release openstack=|", "2026.1"),
        ("    release |", "kubernetes"),
        ("    node x management=\"1\" { roles |", "compute"),
        ("    node x { interface e network=|", "management"),
        ("    network x |", "cidr"),
        ("    lab |", "#true"),
    ] {
        let labels = editor.labels(&with(marked));
        assert!(labels.contains(expected), "{marked}: {labels:?}");
    }
    assert!(editor.labels(&with("    // |")).is_empty());
    editor.close();
}

#[test]
fn hover_says_what_a_word_means_and_what_it_becomes() {
    let (project, text) = project();
    let mut editor = Editor::open(&project, &text);
    let option = "    service keystone { config \"keystone.conf\" { token { expiration 7200 } } }";
    let whole = text.trim_end().trim_end_matches('}').to_owned() + option + "\n}\n";
    let mut hover = |from: &str, to: &str| {
        let answer = editor.at("textDocument/hover", &whole.replacen(from, to, 1));
        answer["contents"]["value"].as_str().unwrap_or_default().to_owned()
    };
    let shown = hover("expiration", "expir|ation");
    for part in ["type ", "default", "expiration = 7200", "read by", "site.kdl"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(hover("virt-type", "virt|-type").contains("default   kvm"));
    assert!(hover("network management", "net|work management").contains("fields"));
    assert!(hover("service keystone", "service key|stone").contains("settings"));
    editor.close();
}

#[test]
fn definitions_lead_to_overlays_and_weaker_layers() {
    let (project, _) = project();
    project.write("overlays/fast/overlay.kdl", "overlay fast {\n    service keystone { workers 7 }\n}\n");
    let text = spec("one", "    overlays fast\n    service keystone { workers 8 }\n");
    let mut editor = Editor::open(&project, &text);
    assert_eq!(editor.codes(), Vec::<String>::new(), "{:?}", editor.diagnostics);
    for (from, to, line) in [("overlays fast", "overlays fa|st", 0), ("workers 8", "work|ers 8", 1)] {
        let places = editor.at("textDocument/definition", &text.replacen(from, to, 1));
        assert!(
            places[0]["uri"].as_str().is_some_and(|uri| uri.ends_with("/overlays/fast/overlay.kdl")),
            "{to}: {places}"
        );
        assert_eq!(places[0]["range"]["start"]["line"], line, "{places}");
    }
    let wide = text.replace("    overlays", "  overlays");
    editor.change(&wide);
    let edits = editor.ask("textDocument/formatting", json!({ "textDocument": { "uri": editor.uri }, "options": {} }));
    assert_eq!(edits[0]["newText"], "  ", "{edits}");
    editor.close();
}

#[test]
fn defaults_stand_beside_what_a_spec_says() {
    let project = Project::new(&[("one", &spec("one", ""))]);
    let rest = "    service nova { virt-type qemu; config \"nova.conf\" { DEFAULT { max_concurrent_builds 2; no_such 1 } } }\n";
    let text = spec("one", rest);
    let mut editor = Editor::open(&project, &text);
    let document = json!({ "uri": editor.uri });
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 999, "character": 0 } });
    let hints = editor.ask("textDocument/inlayHint", json!({ "textDocument": document, "range": range }));
    let line = text.lines().position(|line| line.contains("virt-type")).expect("the line");
    let end = |word: &str| text.lines().nth(line).and_then(|line| line.find(word)).expect("a word") + word.len();
    let found: Vec<(&str, usize)> = hints
        .as_array()
        .expect("a list")
        .iter()
        .map(|hint| {
            assert_eq!(hint["position"]["line"], line);
            (
                hint["label"].as_str().expect("a text"),
                hint["position"]["character"].as_u64().expect("a column") as usize,
            )
        })
        .collect();
    assert_eq!(found, [("default: kvm", end("virt-type qemu")), ("default: 10", end("builds 2"))]);
    editor.close();
}

#[test]
fn names_of_a_spec_are_renamed_where_they_are_meant() {
    let (project, text) = project();
    let own = "site one {\n    group rack { nodes aio }\n    role aio { labels rack }\n    network inner cidr=\"10.9.0.0/24\"\n";
    let text = text.replace("site one {\n", own).replace("management=\"192", "inner=\"10.9.0.1\" management=\"192");
    let text = text.replace("network compute }", "network compute aio }");
    let mut editor = Editor::open(&project, &text);
    assert_eq!(editor.codes(), Vec::<String>::new(), "{text}");
    let mut renamed = |marked: &str, new: &str| {
        let offset = marked.find('|').expect("a mark");
        let line = marked[..offset].matches('\n').count();
        let column = offset - marked[..offset].rfind('\n').map_or(0, |end| end + 1);
        let (document, place) = (json!({ "uri": editor.uri }), json!({ "line": line, "character": column }));
        let prepared = editor.ask("textDocument/prepareRename", json!({ "textDocument": document, "position": place }));
        let answer =
            editor.ask("textDocument/rename", json!({ "textDocument": document, "position": place, "newName": new }));
        let edit = &answer["changes"][editor.uri.as_str()][0];
        match (edit["newText"].as_str(), prepared.is_null()) {
            (Some(new), false) => applied(&text, &edit["range"], new),
            (None, _) => format!("refused: {}", answer["message"].as_str().unwrap_or("no reason")),
            (Some(_), true) => "renamed though it was not prepared".to_owned(),
        }
    };
    let expected = text.replace("nodes aio", "nodes first").replace("node aio", "node first");
    assert_eq!(renamed(&text.replace("nodes aio", "nodes a|io"), "first"), expected, "the role of that name stays");
    assert_eq!(renamed(&text.replace("node aio", "node |aio"), "first"), expected);
    let expected = text.replace("role aio", "role all").replace("compute aio", "compute all");
    assert_eq!(renamed(&text.replace("role aio", "role ai|o"), "all"), expected, "the node of that name stays");
    let expected = text.replace("network inner", "network outer").replace("inner=", "outer=");
    assert_eq!(renamed(&text.replace("network inner", "network in|ner"), "outer"), expected);
    for (marked, new, why) in [
        (text.replace("network inner", "network in|ner"), "management", "management"),
        (text.replace("virt-type", "virt|-type"), "other", "no name that the spec gives"),
        (text.replace("network management", "network manage|ment"), "other", "TG"),
    ] {
        let answer = renamed(&marked, new);
        assert!(answer.starts_with("refused: ") && answer.contains(why), "{answer}");
    }
    editor.close();
}

/// A text with a range replaced.
fn applied(text: &str, range: &Value, new: &str) -> String {
    let offset = |end: &str| {
        let number = |name: &str| usize::try_from(range[end][name].as_u64().expect("a number")).expect("a place");
        let lines: usize = text.split_inclusive('\n').take(number("line")).map(str::len).sum();
        lines + number("character")
    };
    format!("{}{new}{}", &text[..offset("start")], &text[offset("end")..])
}

/// A project whose site is written in YAML, and its spec.
fn in_yaml(rest: &str) -> (Project, String) {
    let project = Project::new(&[]);
    let text = format!(
        "name: one\nnetwork:\n  management:\n    cidr: \"192.168.50.0/24\"\nnode:\n  aio:\n    management: \"192.168.50.11\"\n    \
         roles: [controller, network, compute]\n{rest}"
    );
    project.write("sites/one/site.yaml", &text);
    (project, text)
}

#[test]
fn yaml_is_completed_like_kdl() {
    let (project, text) = in_yaml("");
    let mut editor = Editor::open_file(&project, "site.yaml", &text);
    assert_eq!(editor.codes(), Vec::<String>::new(), "{:?}", editor.diagnostics);
    let fields = editor.labels(&format!("{text}|"));
    let known = taco_gen::spec::site::Site::record().all_fields().map(|field| field.name.to_owned());
    assert_eq!(known.filter(|name| !fields.contains(name)).collect::<Vec<_>>(), Vec::<String>::new());
    for (marked, expected) in [
        ("service:\n  key|", "keystone"),
        ("service:\n  nova:\n    virt-type: |", "kvm"),
        ("service: {nova: {tls: |", "true"),
        ("service:\n  keystone:\n    config:\n      |", "keystone.conf"),
        ("service:\n  keystone:\n    config:\n      keystone.conf:\n        tok|", "token"),
        ("service:\n  keystone:\n    config:\n      keystone.conf:\n        token:\n          |", "expiration"),
        ("service:\n  keystone:\n    component:\n      |", "api"),
        ("overlays:\n  - |", "ovs"),
        ("overlays: [ovn, |", "ovs"),
        ("release:\n  openstack: |", "2026.1"),
        ("release:\n  |", "kubernetes"),
        ("group:\n  rack:\n    nodes: [|", "aio"),
        ("lab: |", "true"),
    ] {
        let labels = editor.labels(&format!("{text}{marked}\n"));
        assert!(labels.contains(expected), "{marked}: {labels:?}");
    }
    let more = text.replace("    roles: [controller", "    |\n    roles: [controller");
    assert!(editor.labels(&more).contains("management"), "the networks of the site are keys of a node");
    assert!(editor.labels(&format!("{text}# |")).is_empty());
    assert!(editor.labels(&format!("{text}service:\n  no-such:\n    deep:\n      |\n")).is_empty());
    editor.close();
}

#[test]
fn yaml_has_hover_definitions_hints_and_actions() {
    let (project, text) = in_yaml(
        "overlays: [fast]\nservice:\n  keystone:\n    workers: 8\n    config:\n      keystone.conf:\n        token:\n          expiration: 7200\n",
    );
    project.write("overlays/fast/overlay.kdl", "overlay fast {\n    service keystone { workers 7 }\n}\n");
    let mut editor = Editor::open_file(&project, "site.yaml", &text);
    assert_eq!(editor.codes(), Vec::<String>::new(), "{:?}", editor.diagnostics);
    let hover = |editor: &mut Editor, from: &str, to: &str| {
        let answer = editor.at("textDocument/hover", &text.replacen(from, to, 1));
        answer["contents"]["value"].as_str().unwrap_or_default().to_owned()
    };
    let shown = hover(&mut editor, "expiration", "expir|ation");
    for part in ["type ", "default", "expiration = 7200", "read by", "site.yaml"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(hover(&mut editor, "workers: 8", "wor|kers: 8").contains("over overlays/fast/overlay.kdl"));
    assert!(hover(&mut editor, "  management:", "  manage|ment:").contains("fields"));
    for (from, to, line) in [("[fast]", "[fa|st]", 0), ("workers: 8", "workers: |8", 1)] {
        let places = editor.at("textDocument/definition", &text.replacen(from, to, 1));
        let uri = places[0]["uri"].as_str().unwrap_or_default();
        assert!(uri.ends_with("/overlays/fast/overlay.kdl"), "{to}: {places}");
        assert_eq!(places[0]["range"]["start"]["line"], line, "{places}");
    }
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 999, "character": 0 } });
    let hints = editor.ask("textDocument/inlayHint", json!({ "textDocument": { "uri": editor.uri }, "range": range }));
    let hints = hints.as_array().expect("a list").iter();
    let labels: Vec<&str> = hints.map(|hint| hint["label"].as_str().expect("a text")).collect();
    assert_eq!(labels, ["default: 4", "default: 3600"]);
    editor.close();
}

#[test]
fn yaml_is_fixed_allowed_and_renamed() {
    let (project, text) = in_yaml("service:\n  nova:\n    virt-tpye: qemu\n");
    let mut editor = Editor::open_file(&project, "site.yaml", &text);
    let uri = editor.uri.clone();
    assert_eq!(editor.codes().len(), 1, "{:?}", editor.diagnostics);
    let actions = editor.at("textDocument/codeAction", &text.replace("virt-tpye", "virt|-tpye"));
    let edit = &actions[0]["edit"]["changes"][&uri][0];
    assert_eq!(applied(&text, &edit["range"], edit["newText"].as_str().expect("a text")), text.replace("tpye", "type"));

    let wrong = text.replace("    virt-tpye: qemu", "    config: {nova.conf: {no-such: {option: 1}}}");
    editor.change(&wrong);
    let codes = editor.codes();
    let actions = editor.at("textDocument/codeAction", &wrong.replace("no-such", "no|-such"));
    let allow = actions.as_array().expect("a list").last().expect("an action")["edit"]["changes"][&uri][0].clone();
    let allowed = applied(&wrong, &allow["range"], allow["newText"].as_str().expect("a text"));
    editor.change(&allowed);
    let severities: Vec<u64> = editor
        .codes()
        .iter()
        .zip(editor.diagnostics.clone())
        .filter(|(code, _)| **code == codes[0])
        .map(|(_, found)| found["severity"].as_u64().expect("a number"))
        .collect();
    assert_eq!(severities, [2], "the error is a warning: {allowed}");

    let sound = text.replace("virt-tpye", "virt-type").replace("[controller, ", "[all, controller, ");
    let sound = format!("{sound}role:\n  all:\n    labels: [rack]\ngroup:\n  all:\n    nodes: [aio]\n");
    editor.change(&sound);
    assert_eq!(editor.codes(), Vec::<String>::new(), "{sound}");
    let renamed = |editor: &mut Editor, marked: &str, new: &str| {
        let offset = marked.find('|').expect("a mark");
        let line = marked[..offset].matches('\n').count();
        let column = offset - marked[..offset].rfind('\n').map_or(0, |end| end + 1);
        let place = json!({ "line": line, "character": column });
        let parameters = json!({ "textDocument": { "uri": editor.uri }, "position": place, "newName": new });
        let answer = editor.ask("textDocument/rename", parameters);
        let edit = &answer["changes"][editor.uri.as_str()][0];
        match edit["newText"].as_str() {
            Some(new) => applied(&sound, &edit["range"], new),
            None => format!("refused: {answer}"),
        }
    };
    let expected = sound.replace("  aio:", "  first:").replace("[aio]", "[first]");
    assert_eq!(renamed(&mut editor, &sound.replace("  aio:", "  a|io:"), "first"), expected);
    let expected = sound.replace("[all, ", "[every, ").replace("role:\n  all:", "role:\n  every:");
    assert_eq!(
        renamed(&mut editor, &sound.replace("[all, ", "[al|l, "), "every"),
        expected,
        "the group keeps its name"
    );
    editor.close();
}

#[test]
fn every_beginning_of_a_text_is_answered() {
    let rest = "overlays: [ovs]\nservice:\n  keystone: {workers: 8, config: {\"keystone.conf\": {token: {expiration: 7200}}}}\n";
    let (yaml, text) = in_yaml(rest);
    let spec = spec(
        "one",
        "    overlays ovs\n    service keystone { workers 8; config \"keystone.conf\" { token { expiration 7200 } } }\n",
    );
    let kdl = Project::new(&[("one", &spec)]);
    for (project, name, text) in [(&yaml, "site.yaml", &text), (&kdl, "site.kdl", &spec)] {
        let mut editor = Editor::open_file(project, name, text);
        for (index, (cut, _)) in text.char_indices().enumerate().filter(|(index, _)| index % 23 == 0) {
            // What stands behind the cursor is there in one of two, and a line that is not whole in one of three.
            let behind = if index % 2 == 0 { &text[cut..] } else { "" };
            let broken = if index % 3 == 0 { "serv \"" } else { "" };
            let marked = format!("{}{broken}|{behind}", &text[..cut]);
            for method in [
                "textDocument/completion",
                "textDocument/hover",
                "textDocument/definition",
                "textDocument/prepareRename",
            ] {
                let answer = editor.at(method, &marked);
                assert!(answer.is_array() || answer.is_object() || answer.is_null(), "{method}: {answer}");
            }
        }
        editor.close();
    }
}
