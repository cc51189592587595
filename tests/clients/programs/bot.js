// A bot with @rocket.chat/sdk 1.0: answers messages that mention it.
"use strict";

const { Bot } = require("@rocket.chat/sdk");
const { report, take } = require("./steps");

const silent = { debug() {}, info() {}, warn() {}, error() {}, fatal() {} };
const bot = new Bot({ protocol: "ddp", host: process.argv[2], useSsl: false, logger: silent, dm: true });
// The SDK prints the refusal of a request with a parameter that no server knows.
console.log = () => {};

take({
  async start(username, password) {
    await bot.connect({});
    await bot.login({ username, password });
    await bot.respondToMessages((failure, message) => {
      report("message", message);
      if ((message.mentions || []).some((mention) => mention._id === bot.userId)) {
        bot.sendToRoomId(`Noted, ${message.u.username}.`, message.rid);
      }
    });
  },
});
