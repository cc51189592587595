// The charts count things: their axes have no fractions.
"use strict";

Chart.defaults.scales.linear.ticks.precision = 0;
