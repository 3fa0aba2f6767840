-- Neovim 0.11 or later, in init.lua.
vim.lsp.config("taco-gen", {
    cmd = { "taco-gen", "lsp" },
    filetypes = { "kdl", "yaml" },
    root_markers = { "sites" },
})
vim.lsp.enable("taco-gen")
