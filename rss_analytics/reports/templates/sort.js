// Gives every heading of a sortable table a button that sorts its rows, forwards and then backwards.
(function () {
  "use strict";
  var compare = new Intl.Collator(document.documentElement.lang, { numeric: true }).compare;
  function key(row, place) {
    var cell = row.cells[place];
    return cell.dataset.value === undefined ? null : parseFloat(cell.dataset.value);
  }
  function order(place, down) {
    return function (one, other) {
      var a = key(one, place), b = key(other, place);
      if (a === null && b === null) {
        var found = compare(one.cells[place].textContent.trim(), other.cells[place].textContent.trim());
        return down ? -found : found;
      }
      if (a === null || b === null) { return a === null ? 1 : -1; } // what has no number stays last
      return down ? b - a : a - b;
    };
  }
  document.querySelectorAll("table.sortable").forEach(function (table) {
    var heads = Array.from(table.tHead.rows[0].cells), body = table.tBodies[0];
    heads.forEach(function (head, place) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.textContent = "";
      head.appendChild(button);
      button.addEventListener("click", function () {
        var down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach(function (one) { one.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        Array.from(body.rows).sort(order(place, down)).forEach(function (row) { body.appendChild(row); });
      });
    });
  });
}());
