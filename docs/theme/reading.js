// What the theme leaves to keyboards and screen readers: blocks that scroll take the focus, the bar is a landmark.
for (const block of document.querySelectorAll("pre > code, .table-wrapper")) {
    block.tabIndex = 0;
}
document.querySelector("#mdbook-menu-bar, #menu-bar")?.setAttribute("role", "banner");
// A label takes no name and no state of its own: its title is its name.
const toggle = document.querySelector("#mdbook-sidebar-toggle, #sidebar-toggle");
["aria-label", "aria-controls", "aria-expanded"].forEach((name) => toggle?.removeAttribute(name));
