// Charts show counts, so their axes have no fractions.
"use strict";

Chart.defaults.scales.linear.ticks.precision = 0;
