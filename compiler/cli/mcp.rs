//! `mcp`: the Model Context Protocol over standard input and output, for programs that ask about a project.
//!
//! Each tool is a command of the program that reads, run as a process of its own: what it answers is what a person would see.
//! The protocol: JSON-RPC 2.0, a message a line (<https://modelcontextprotocol.io/specification/2025-06-18/basic/transports>).
//!
//! Invariant: only `explain`, `check` and `plan` are run, with arguments that cannot be options; nothing is written.

use std::io::{BufRead, Write as _};
use std::process::{Command, ExitCode, Stdio};

use serde_json::{Value, json};

use crate::cli::broken;

/// The versions that are spoken, the newest first: in what is used here they are the same.
const VERSIONS: [&str; 3] = ["2025-06-18", "2025-03-26", "2024-11-05"];
/// The longest message that is read, and the longest answer that is given, in bytes.
const LONGEST: usize = 1024 * 1024;

/// A tool: its name, what it does, what it may be told, and the command.
struct Tool {
    name: &'static str,
    description: &'static str,
    /// Name, what it is, whether it must be there.
    arguments: &'static [(&'static str, &'static str, bool)],
    command: &'static [&'static str],
}

const TOOLS: [Tool; 3] = [
    Tool {
        name: "explain",
        description: "What a diagnostic code, a field of the spec, a service, a setting, an option or a line of the output means and where it comes from",
        arguments: &[(
            "what",
            "e.g. TG0207, network.mtu, service.nova, nova.virt-type, nova.conf:libvirt.cpu_mode, output/lab/config/nova/nova.conf:12",
            true,
        )],
        command: &["explain"],
    },
    Tool {
        name: "check",
        description: "The diagnostics of sites as JSON; nothing is written",
        arguments: &[("site", "A site, e.g. sites/lab; if omitted, all", false)],
        command: &["check", "--quiet", "--format", "json"],
    },
    Tool {
        name: "plan",
        description: "What the specs do to running sites, compared with a base, as JSON: which workloads roll and why, which Jobs run",
        arguments: &[
            ("site", "A site, e.g. sites/lab; if omitted, all", false),
            ("base", "A Git ref; if omitted, the output folder", false),
        ],
        command: &["plan", "--format", "json"],
    },
];

/// Runs `mcp`, until the input ends.
pub fn run() -> ExitCode {
    let mut input = std::io::stdin().lock();
    let mut line = Vec::new();
    loop {
        let is_whole = match read(&mut input, &mut line) {
            Ok(None) => return ExitCode::SUCCESS,
            Ok(Some(is_whole)) => is_whole,
            Err(error) => return broken(&format!("cannot read standard input: {error}")),
        };
        if is_whole && line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let answer = match serde_json::from_slice::<Value>(&line) {
            _ if !is_whole => Some(failure(&Value::Null, -32700, &format!("a message of over {LONGEST} bytes"))),
            Ok(message) => respond(&message),
            Err(error) => Some(failure(&Value::Null, -32700, &format!("not JSON: {error}"))),
        };
        let Some(answer) = answer else { continue };
        let mut output = std::io::stdout().lock();
        if writeln!(output, "{answer}").and_then(|()| output.flush()).is_err() {
            return ExitCode::SUCCESS;
        }
    }
}

/// Reads a line, and whether it is whole: of one that is too long the rest is skipped. Nothing at the end of the input.
fn read(input: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<Option<bool>> {
    let limit = u64::try_from(LONGEST).unwrap_or(u64::MAX);
    line.clear();
    if std::io::Read::take(&mut *input, limit).read_until(b'\n', line)? == 0 {
        return Ok(None);
    }
    let is_whole = line.len() < LONGEST || line.ends_with(b"\n");
    if !is_whole {
        input.skip_until(b'\n')?;
    }
    Ok(Some(is_whole))
}

fn failure(id: &Value, code: i32, message: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
}

/// The answer to a message; none to a notification.
fn respond(message: &Value) -> Option<Value> {
    let id = message.get("id")?;
    let parameters = &message["params"];
    let result = match message["method"].as_str().unwrap_or_default() {
        "initialize" => {
            let asked = parameters["protocolVersion"].as_str();
            let version = VERSIONS.into_iter().find(|version| asked == Some(version)).unwrap_or(VERSIONS[0]);
            let about = json!({ "name": "taco-gen", "version": env!("CARGO_PKG_VERSION") });
            Ok(json!({ "protocolVersion": version, "capabilities": { "tools": {} }, "serverInfo": about }))
        }
        "ping" => Ok(json!({})),
        "tools/list" => Ok(json!({ "tools": TOOLS.iter().map(described).collect::<Vec<_>>() })),
        "tools/call" => call(parameters),
        other => Err((-32601, format!("unknown method `{other}`"))),
    };
    Some(match result {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err((code, message)) => failure(id, code, &message),
    })
}

fn described(tool: &Tool) -> Value {
    let property =
        |(name, what, _): &(&str, &str, bool)| ((*name).to_owned(), json!({ "type": "string", "description": what }));
    let properties: serde_json::Map<String, Value> = tool.arguments.iter().map(property).collect();
    let required: Vec<&str> =
        tool.arguments.iter().filter(|(_, _, needed)| *needed).map(|(name, _, _)| *name).collect();
    let schema =
        json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false });
    let hints = json!({ "readOnlyHint": true });
    json!({ "name": tool.name, "description": tool.description, "inputSchema": schema, "annotations": hints })
}

fn call(parameters: &Value) -> Result<Value, (i32, String)> {
    let name = parameters["name"].as_str().unwrap_or_default();
    let tool = TOOLS.iter().find(|tool| tool.name == name).ok_or_else(|| (-32602, format!("unknown tool `{name}`")))?;
    let program = std::env::current_exe().map_err(|error| (-32603, error.to_string()))?;
    let mut command = Command::new(program);
    command.args(tool.command).args(arguments(tool, &parameters["arguments"])?);
    let output =
        command.stdin(Stdio::null()).env("NO_COLOR", "1").output().map_err(|error| (-32603, error.to_string()))?;
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    if text.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
        text.push_str("\n(the rest is left out)");
    }
    // Diagnostics are an answer; only what could not run is an error.
    let is_error = output.status.code().is_none_or(|code| code > 1);
    Ok(json!({ "content": [{ "type": "text", "text": text }], "isError": is_error }))
}

/// The arguments of a command: a name that the tool does not know, or a value that could be an option, is refused.
fn arguments(tool: &Tool, given: &Value) -> Result<Vec<String>, (i32, String)> {
    let refused = |message: String| Err((-32602, message));
    let none = serde_json::Map::new();
    let given = given.as_object().unwrap_or(&none);
    if let Some(unknown) = given.keys().find(|name| !tool.arguments.iter().any(|(known, _, _)| known == name)) {
        return refused(format!("`{}` takes no `{unknown}`", tool.name));
    }
    let mut found = Vec::new();
    for (name, _, needed) in tool.arguments {
        let value = match given.get(*name) {
            None if *needed => return refused(format!("`{}` needs `{name}`", tool.name)),
            None => continue,
            Some(value) => value.as_str().unwrap_or_default(),
        };
        if value.is_empty() || value.starts_with('-') {
            return refused(format!("`{name}` is not a name, found `{value}`"));
        }
        if *name == "base" {
            found.push("--base".to_owned());
        }
        found.push(value.to_owned());
    }
    Ok(found)
}
