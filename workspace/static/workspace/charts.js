// Charts show counts, so their axes have no fractions. When htmx has updated the data of a chart, it is drawn again.
"use strict";

Chart.defaults.scales.linear.ticks.precision = 0;

document.addEventListener("htmx:afterSettle", (event) => {
    for (const canvas of event.target.querySelectorAll("canvas.chart")) {
        const chart = Chart.getChart(canvas);
        const text = canvas.dataset.value;
        if (!chart || canvas.drawnText === text) continue;
        const { labels, datasets } = JSON.parse(text);
        chart.data.labels = labels;
        // Only the figures: unfold has replaced the names of colours.
        datasets.forEach((dataset, index) => Object.assign(chart.data.datasets[index], { data: dataset.data, label: dataset.label }));
        chart.update("none");
        canvas.drawnText = text;
    }
});
