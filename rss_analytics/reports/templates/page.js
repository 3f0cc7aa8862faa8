// Draws each figure as it comes into view, in place of its drawing; prints use the drawing.
(function () {
  "use strict";
  var settings = { displayModeBar: false, displaylogo: false, responsive: true };
  function draw(figure) {
    var live = figure.querySelector(".live");
    var data = JSON.parse(figure.querySelector(".plotly-data").textContent);
    live.hidden = false;
    window.Plotly.newPlot(live.querySelector(".plot"), data.data, data.layout, settings).then(function () {
      figure.classList.add("is-live");
    });
  }
  function watch() {
    var figures = document.querySelectorAll("figure");
    if (!("IntersectionObserver" in window)) { figures.forEach(draw); return; }
    var watcher = new IntersectionObserver(function (entries) {
      entries.forEach(function (entry) {
        if (entry.isIntersecting) { watcher.unobserve(entry.target); draw(entry.target); }
      });
    }, { rootMargin: "300px" });
    figures.forEach(function (figure) { watcher.observe(figure); });
  }
  function unpack(packed) {
    var bytes = Uint8Array.from(atob(packed), function (letter) { return letter.charCodeAt(0); });
    var plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(plain).text().then(function (code) {
      var script = document.createElement("script");
      script.textContent = code;
      document.head.appendChild(script);
    });
  }
  var packed = document.getElementById("plotly-code");
  if (window.Plotly) { watch(); }
  else if (packed && "DecompressionStream" in window) { unpack(packed.textContent).then(watch); }
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (details) { details.open = true; });
  });
}());
