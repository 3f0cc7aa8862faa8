// Draws each figure as it comes into view, in place of its drawing; prints use the drawing.
(function () {
  "use strict";
  if (!window.Plotly) { return; }
  var settings = { displayModeBar: false, displaylogo: false, responsive: true };
  function draw(figure) {
    var live = figure.querySelector(".live");
    var data = JSON.parse(figure.querySelector(".plotly-data").textContent);
    live.hidden = false;
    window.Plotly.newPlot(live.querySelector(".plot"), data.data, data.layout, settings).then(function () {
      figure.classList.add("is-live");
    });
  }
  var figures = document.querySelectorAll("figure");
  if (!("IntersectionObserver" in window)) { figures.forEach(draw); return; }
  var watcher = new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) {
      if (entry.isIntersecting) { watcher.unobserve(entry.target); draw(entry.target); }
    });
  }, { rootMargin: "300px" });
  figures.forEach(function (figure) { watcher.observe(figure); });
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (details) { details.open = true; });
  });
}());
