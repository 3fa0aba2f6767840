-- The language server with Neovim as its client: nvim --headless -u NONE -l neovim.lua SNIPPET SPEC
-- The snippet is the one of examples/editors; `taco-gen` is on the PATH. Ends with 1 at the first thing that is not as an editor shows it.

local snippet, spec = arg[1], arg[2]
local WAIT = 20000

local function check(what, holds, seen)
    io.stdout:write(holds and "ok " or "FAILED ", what, "\n")
    if not holds then
        io.stdout:write("seen: ", vim.inspect(seen), "\n")
        os.exit(1)
    end
end

--- Waits until the spec has so many diagnostics.
local function diagnostics(count)
    vim.wait(WAIT, function() return #vim.diagnostic.get(0) == count end, 10)
    return vim.diagnostic.get(0)
end

--- Asks the server about a place of the spec.
local function ask(method, line, column, more)
    local place = {
        textDocument = vim.lsp.util.make_text_document_params(0),
        position = { line = line, character = column },
    }
    local answers = vim.lsp.buf_request_sync(0, method, vim.tbl_extend("force", place, more or {}), WAIT) or {}
    for _, answer in pairs(answers) do
        return answer.result
    end
end

--- Puts a line before the last one; its number from 0.
local function put(text)
    local at = vim.api.nvim_buf_line_count(0) - 1
    vim.api.nvim_buf_set_lines(0, at, at, false, { text })
    return at
end

vim.cmd("filetype on")
dofile(snippet)
vim.cmd.edit(spec)
local whole = vim.api.nvim_buf_get_lines(0, 0, -1, false)
vim.wait(WAIT, function() return #vim.lsp.get_clients({ bufnr = 0 }) == 1 end, 10)
check("the snippet starts the server for a spec", #vim.lsp.get_clients({ bufnr = 0 }) == 1)

local line = put("    service placement { wrokers 3 }")
local found = diagnostics(1)
check("a misspelt setting is told as one types", #found == 1 and found[1].code == "TG0503" and found[1].lnum == line, found)

local range = { start = { line = line, character = 24 }, ["end"] = { line = line, character = 31 } }
local context = { diagnostics = { found[1].user_data.lsp } }
local actions = ask("textDocument/codeAction", line, 24, { range = range, context = context }) or {}
local fix = vim.tbl_filter(function(action) return action.title:find("workers", 1, true) end, actions)[1]
check("an action mends it", fix and fix.edit, actions)
vim.lsp.util.apply_workspace_edit(fix.edit, "utf-16")
local mended = vim.api.nvim_buf_get_lines(0, line, line + 1, false)[1]
check("the mended line says the right word", mended == "    service placement { workers 3 }", mended)
check("nothing is told any more", #diagnostics(0) == 0, vim.diagnostic.get(0))
vim.api.nvim_buf_set_lines(0, line, line + 1, false, { "    service placement { work }" })

local answer = ask("textDocument/completion", line, 28) or {}
local labels = vim.tbl_map(function(item) return item.label end, answer.items or answer)
check("a setting of a service is completed", vim.tbl_contains(labels, "workers"), labels)
vim.api.nvim_buf_set_lines(0, line, line + 1, false, { mended })

local hover = ask("textDocument/hover", line, 25)
check("hover tells of it", hover and vim.inspect(hover.contents):find("workers", 1, true), hover)
local overlays = vim.fn.search("overlays ", "nw") - 1
local definition = ask("textDocument/definition", overlays, 13)
check("an overlay's definition is found", vim.inspect(definition):find("overlays/fast/overlay.kdl", 1, true), definition)

vim.api.nvim_buf_set_lines(0, line, line + 1, false, {})
vim.api.nvim_buf_set_lines(0, 1, 2, false, { "         " .. whole[2] })
vim.lsp.buf.format({ async = false, timeout_ms = WAIT })
local formatted = vim.api.nvim_buf_get_lines(0, 0, -1, false)
check("formatting brings the spec back as it was", vim.deep_equal(whole, formatted), formatted[2])
