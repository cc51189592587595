// A program takes the steps that arrive as lines on its standard input, and reports results and events as lines.
"use strict";

const readline = require("node:readline");

function report(name, value) {
  process.stdout.write(`${JSON.stringify({ report: name, value: value === undefined ? null : value })}\n`);
}

// Failures are plain objects in some packages, and errors in others.
function describe(failure) {
  return failure instanceof Error ? { message: failure.message, ...failure } : failure;
}

function take(steps) {
  readline.createInterface({ input: process.stdin }).on("line", async (line) => {
    const { step, arguments: values } = JSON.parse(line);
    try {
      report("result", await steps[step](...values));
    } catch (failure) {
      report("failed", describe(failure));
    }
  });
}

module.exports = { report, take };
