// Starts `taco-gen lsp` for the project that is open, and ends it with the window.
const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = () => {
    const command = workspace.getConfiguration("taco-gen").get("path");
    const folder = workspace.workspaceFolders?.[0]?.uri.fsPath;
    const server = { command, args: ["lsp"], options: { cwd: folder } };
    const documentSelector = ["sites", "overlays", "schema"].flatMap((name) => [
        { scheme: "file", pattern: `${folder}/${name}/**/*.kdl` },
        { scheme: "file", pattern: `${folder}/${name}/**/site.yaml` },
    ]);
    client = new LanguageClient("taco-gen", "taco-gen", server, { documentSelector });
    return client.start();
};

exports.deactivate = () => client?.stop();
