//! `mcp`: what a program asks, and that it cannot ask for more.
#![allow(clippy::disallowed_methods, reason = "the tests make projects of their own")]

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::review::{Project, spec};

/// The answers to messages, one a line.
fn answers(project: &Project, messages: &[String]) -> Vec<Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_taco-gen"));
    command.arg("mcp").current_dir(project.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut input = child.stdin.take().expect("input");
    messages.iter().for_each(|message| writeln!(input, "{message}").expect("it reads"));
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn call(tool: &str, arguments: &Value) -> String {
    let parameters = json!({ "name": tool, "arguments": arguments });
    json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": parameters }).to_string()
}

#[test]
fn programs_ask_what_people_ask() {
    let project = Project::new(&[("one", &spec("one", "    service nova { virt-type qmeu }\n"))]);
    let found = answers(
        &project,
        &[
            json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": { "protocolVersion": "2025-03-26" } })
                .to_string(),
            json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string(),
            json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }).to_string(),
            call("explain", &json!({ "what": "nova.virt-type" })),
            call("check", &json!({ "site": "one" })),
            call("plan", &json!({ "site": "absent" })),
        ],
    );
    assert_eq!(found.len(), 5, "{found:?}");
    assert_eq!(found[0]["result"]["protocolVersion"], "2025-03-26");
    let tools = found[1]["result"]["tools"].as_array().expect("tools");
    assert_eq!(
        tools.iter().map(|tool| tool["name"].as_str()).collect::<Vec<_>>(),
        [Some("explain"), Some("check"), Some("plan")]
    );
    let text = |answer: &Value| answer["result"]["content"][0]["text"].as_str().unwrap_or_default().to_owned();
    assert!(text(&found[2]).contains("one of kvm, qemu"), "{}", found[2]);
    assert!(text(&found[3]).contains("did you mean `qemu`") && found[3]["result"]["isError"] == false, "{}", found[3]);
    assert!(text(&found[4]).contains("absent"), "{}", found[4]);
}

#[test]
fn nothing_else_can_be_asked() {
    let project = Project::new(&[("one", &spec("one", ""))]);
    let wrong = [
        call("build", &json!({})),
        call("explain", &json!({})),
        call("explain", &json!({ "what": "--output=/x" })),
        call("check", &json!({ "site": "one", "fix": "yes" })),
        call("check", &json!({ "site": "" })),
        json!({ "jsonrpc": "2.0", "id": 9, "method": "resources/list" }).to_string(),
        "{".to_owned(),
        // What follows in a line that is too long is no message of its own.
        format!("{}{}", " ".repeat(1024 * 1024), json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" })),
    ];
    let found = answers(&project, &wrong);
    assert_eq!(found.len(), wrong.len());
    for (answer, asked) in found.iter().zip(&wrong) {
        assert!(answer["error"]["code"].is_i64(), "{asked}: {answer}");
    }
    assert!(!project.path().join("output").exists());
}
