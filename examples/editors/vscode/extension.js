// Starts `taco-gen lsp` for the project that is open, and ends it with the window.
const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = () => {
    const command = workspace.getConfiguration("taco-gen").get("path");
    const folder = workspace.workspaceFolders?.[0]?.uri.fsPath;
    const server = { command, args: ["lsp"], options: { cwd: folder } };
    const patterns = [
        "{sites,overlays,schema}/**/*.kdl",
        "sites/*/site.yaml",
        "overlays/*/overlay.yaml",
        "schema/services/*/service.yaml",
    ];
    const documentSelector = patterns.map((pattern) => ({ scheme: "file", pattern: `${folder}/${pattern}` }));
    client = new LanguageClient("taco-gen", "taco-gen", server, { documentSelector });
    return client.start();
};

exports.deactivate = () => client?.stop();
