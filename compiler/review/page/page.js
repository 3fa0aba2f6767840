(function () {
  "use strict";
  var search = document.getElementById("search");
  var state = document.getElementById("found");
  var items = Array.prototype.slice.call(document.querySelectorAll("[data-item]"));
  function filter() {
    var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    var count = 0;
    items.forEach(function (item) {
      var text = item.textContent.toLowerCase();
      var hit = words.every(function (word) { return text.indexOf(word) >= 0; });
      item.hidden = !hit;
      if (hit) { count += 1; }
    });
    state.textContent = words.length ? count + " of " + items.length + " entries" : "";
  }
  search.addEventListener("input", filter);
  document.getElementById("open").addEventListener("click", function () { all(true); });
  document.getElementById("close").addEventListener("click", function () { all(false); });
  function all(open) {
    document.querySelectorAll("details").forEach(function (one) { one.open = open; });
  }
  // A link into something folded or filtered out opens it.
  function reveal() {
    var target = location.hash && document.getElementById(location.hash.slice(1));
    for (var one = target; one; one = one.parentElement) {
      if (one.tagName === "DETAILS") { one.open = true; }
      one.hidden = false;
    }
    if (target) { target.scrollIntoView(); }
  }
  window.addEventListener("hashchange", reveal);
  window.addEventListener("beforeprint", function () { all(true); });
  reveal();
})();
