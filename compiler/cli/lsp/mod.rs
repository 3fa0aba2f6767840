//! `lsp`: the language server of specs, overlays and service data, over standard input and output.
//!
//! Invariant: nothing is written; every request has an answer, an unknown one an error.

mod action;
mod answer;
mod complete;
mod cursor;
mod inlay;
mod locate;
mod name;
mod text;
mod workspace;
mod yaml;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use lsp_server::{Connection, ErrorCode, Message, Notification, Request, Response};
use serde_json::{Value, json};

use self::text::{Units, path_of, uri_of};
use self::workspace::{Noted, Workspace};
use crate::cli::{broken, root};
use crate::diag::{Diagnostic, Severity};
use crate::tree::format::format;
use crate::world::World as _;

/// The requests that have an answer.
const REQUESTS: [&str; 8] = [
    "textDocument/completion",
    "textDocument/hover",
    "textDocument/definition",
    "textDocument/codeAction",
    "textDocument/formatting",
    "textDocument/inlayHint",
    "textDocument/prepareRename",
    "textDocument/rename",
];

/// Runs `lsp`.
pub fn run() -> ExitCode {
    let (connection, threads) = Connection::stdio();
    match serve(&connection) {
        Ok(()) => {}
        Err(message) => return broken(&message),
    }
    drop(connection);
    match threads.join() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => broken(&error.to_string()),
    }
}

fn serve(connection: &Connection) -> Result<(), String> {
    let (id, parameters) = connection.initialize_start().map_err(|error| error.to_string())?;
    let encodings = parameters.pointer("/capabilities/general/positionEncodings").and_then(Value::as_array);
    let is_utf8 = encodings.is_some_and(|known| known.iter().any(|known| known == "utf-8"));
    let units = if is_utf8 { Units::Utf8 } else { Units::Utf16 };
    let capabilities = json!({
        "positionEncoding": if is_utf8 { "utf-8" } else { "utf-16" },
        "textDocumentSync": { "openClose": true, "change": 1, "save": true },
        "completionProvider": { "triggerCharacters": ["=", " ", "\""] },
        "hoverProvider": true,
        "definitionProvider": true,
        "codeActionProvider": true,
        "documentFormattingProvider": true,
        "inlayHintProvider": true,
        "renameProvider": { "prepareProvider": true },
    });
    let about = json!({ "name": "taco-gen", "version": env!("CARGO_PKG_VERSION") });
    let answer = json!({ "capabilities": capabilities, "serverInfo": about });
    connection.initialize_finish(id, answer).map_err(|error| error.to_string())?;
    let folder = folder(&parameters).canonicalize().map_err(|error| error.to_string())?;
    let mut server = Server { workspace: Workspace::open(folder), units, shown: BTreeSet::new() };
    server.run(connection)
}

/// The project's folder: that of the editor's, or the nearest above it that holds `sites/`; else that of the program.
fn folder(parameters: &Value) -> PathBuf {
    let named = ["/workspaceFolders/0/uri", "/rootUri"];
    let given = named.iter().find_map(|place| parameters.pointer(place)?.as_str());
    let given = given.and_then(path_of).map(PathBuf::from);
    let found = given.as_ref().and_then(|given| given.ancestors().find(|folder| folder.join("sites").is_dir()));
    found.map_or_else(root, PathBuf::from)
}

struct Server {
    workspace: Workspace,
    units: Units,
    /// Paths that the editor shows diagnostics of.
    shown: BTreeSet<String>,
}

impl Server {
    fn run(&mut self, connection: &Connection) -> Result<(), String> {
        let mut changed = BTreeSet::new();
        while let Ok(message) = connection.receiver.recv() {
            match message {
                Message::Request(request) => {
                    if connection.handle_shutdown(&request).map_err(|error| error.to_string())? {
                        return Ok(());
                    }
                    self.look(connection, &mut changed)?;
                    let response = self.request(request);
                    connection.sender.send(response.into()).map_err(|error| error.to_string())?;
                }
                Message::Notification(notification) => changed.extend(self.notification(&notification)),
                Message::Response(_) => {}
            }
            // Keys that were struck meanwhile are looked at together.
            if connection.receiver.is_empty() {
                self.look(connection, &mut changed)?;
            }
        }
        Ok(())
    }

    /// The path of a document below the project's folder.
    fn path(&self, uri: &Value) -> Option<String> {
        let path = path_of(uri.as_str()?)?;
        let path = std::path::Path::new(&path);
        let folder = path.parent()?.canonicalize().unwrap_or_else(|_| path.parent().unwrap_or(path).to_owned());
        let inside = folder.join(path.file_name()?).strip_prefix(&self.workspace.root).ok()?.to_path_buf();
        inside.to_str().map(str::to_owned)
    }

    fn uri(&self, path: &str) -> String {
        uri_of(&self.workspace.root.join(path).to_string_lossy())
    }

    /// Takes what an editor tells; the path of a file that changed.
    fn notification(&mut self, notification: &Notification) -> Option<String> {
        let parameters = &notification.params;
        let document = &parameters["textDocument"];
        let path = self.path(&document["uri"])?;
        let text = match notification.method.as_str() {
            "textDocument/didOpen" => Some(document["text"].as_str()?.to_owned()),
            // The editor sends whole texts, as the capabilities say; the last one counts.
            "textDocument/didChange" => {
                Some(parameters["contentChanges"].as_array()?.last()?["text"].as_str()?.to_owned())
            }
            "textDocument/didClose" => None,
            "textDocument/didSave" => return Some(path),
            _ => return None,
        };
        self.workspace.change(&path, text);
        Some(path)
    }

    /// Looks at what changed, and tells the editor.
    fn look(&mut self, connection: &Connection, changed: &mut BTreeSet<String>) -> Result<(), String> {
        if changed.is_empty() {
            return Ok(());
        }
        self.workspace.refresh(&std::mem::take(changed));
        let mut found = self.workspace.found();
        let now: BTreeSet<String> = found.keys().filter(|path| !path.is_empty()).cloned().collect();
        let gone: Vec<String> = self.shown.difference(&now).cloned().collect();
        found.extend(gone.into_iter().map(|path| (path, Vec::new())));
        for (path, diagnostics) in found.iter().filter(|(path, _)| !path.is_empty()) {
            let text = self.workspace.text(path).unwrap_or_default();
            let shown: Vec<Value> = diagnostics.iter().map(|noted| self.shown(noted, &text)).collect();
            let parameters = json!({ "uri": self.uri(path), "diagnostics": shown });
            let method = "textDocument/publishDiagnostics".to_owned();
            let message = Notification { method, params: parameters };
            connection.sender.send(message.into()).map_err(|error| error.to_string())?;
        }
        self.shown = now;
        Ok(())
    }

    fn shown(&self, noted: &Noted, text: &str) -> Value {
        let diagnostic = &noted.diagnostic;
        let span = diagnostic.primary.as_ref().map_or(0..0, |label| label.span.start as usize..label.span.end as usize);
        let message =
            std::iter::once(&diagnostic.message).chain(&diagnostic.hints).cloned().collect::<Vec<_>>().join("\n");
        let related = noted.related.iter().filter_map(|(path, place, text)| {
            let source = self.workspace.text(path)?;
            let location = json!({ "uri": self.uri(path), "range": self.units.range(&source, place) });
            Some(json!({ "location": location, "message": text }))
        });
        let related: Vec<Value> = related.collect();
        json!({
            "range": self.units.range(text, &span),
            "severity": if diagnostic.severity == Severity::Error { 1 } else { 2 },
            "code": diagnostic.code,
            "source": "taco-gen",
            "message": message,
            "relatedInformation": related,
        })
    }

    fn request(&mut self, request: Request) -> Response {
        let parameters = &request.params;
        let uri = parameters.pointer("/textDocument/uri").cloned().unwrap_or_default();
        if !REQUESTS.contains(&request.method.as_str()) {
            let message = format!("unknown request `{}`", request.method);
            return Response::new_err(request.id, ErrorCode::MethodNotFound as i32, message);
        }
        let Some(path) = self.path(&uri) else { return Response::new_ok(request.id, Value::Null) };
        let text = self.workspace.text(&path).unwrap_or_default();
        let offset = self.units.offset(&text, &parameters["position"]);
        let is_kdl = path.ends_with(".kdl");
        let answer = match request.method.as_str() {
            "textDocument/completion" => {
                json!(complete::complete(&self.workspace, (&path, &text), offset, self.units))
            }
            "textDocument/hover" => answer::hover(&mut self.workspace, &path, &text, offset)
                .map_or(Value::Null, |answer| json!({ "contents": { "kind": "plaintext", "value": answer } })),
            "textDocument/definition" => {
                json!(answer::definition(&mut self.workspace, (&path, &text), offset, self.units))
            }
            "textDocument/codeAction" => {
                let range = parameters.get("range").cloned().unwrap_or_default();
                let place = |end: &str| self.units.offset(&text, &range.get(end).cloned().unwrap_or_default());
                let found = self.workspace.found().remove(&path).unwrap_or_default();
                let found: Vec<Diagnostic> = found.into_iter().map(|noted| noted.diagnostic).collect();
                let today = self.workspace.world.today().unwrap_or_default();
                let uri = uri.as_str().unwrap_or_default();
                let file = action::File { path: &path, uri, text: &text };
                json!(action::actions(&found, &file, &(place("start")..place("end")), (&today, self.units)))
            }
            "textDocument/formatting" if is_kdl => match format(&text) {
                Ok(new) if new != text => json!([action::edit(&text, &new, self.units)]),
                _ => json!([]),
            },
            "textDocument/inlayHint" => json!(inlay::hints(&self.workspace, (&path, &text), self.units)),
            "textDocument/prepareRename" => {
                name::prepared(&path, &text, offset).map_or(Value::Null, |place| self.units.range(&text, &place))
            }
            "textDocument/rename" => {
                let new = parameters["newName"].as_str().unwrap_or_default();
                let uri = uri.as_str().unwrap_or_default();
                match name::renamed(&self.workspace, (&path, &text, uri), (offset, new), self.units) {
                    Ok(edit) => edit,
                    Err(why) => return Response::new_err(request.id, ErrorCode::RequestFailed as i32, why),
                }
            }
            _ => json!([]),
        };
        Response::new_ok(request.id, answer)
    }
}
