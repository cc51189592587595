// A client with @rocket.chat/ddp-client, the package of the web client.
"use strict";

const { createHash } = require("node:crypto");
const WebSocket = require("ws");

// Older versions of Node.js have no web socket. Unlike that of a browser, this one throws errors that nobody handles.
globalThis.WebSocket = class extends WebSocket {
  constructor(url) {
    super(url);
    this.on("error", () => {});
  }
};

const { DDPSDK } = require("@rocket.chat/ddp-client");
const { report, take } = require("./steps");

const sdk = DDPSDK.create(process.argv[2], { retryCount: 20, retryTime: 200 });
const streams = {};

sdk.connection.on("connection", (status) => report("connection", status));
sdk.account.on("uid", (uid) => report("uid", uid ?? null));

take({
  connect: () => sdk.connection.connect(),
  async signIn(username, password) {
    await sdk.account.loginWithPassword(username, createHash("sha256").update(password).digest("hex"));
    return { uid: sdk.account.uid, token: sdk.account.user.token };
  },
  async resume(token) {
    await sdk.account.loginWithToken(token);
    return sdk.account.uid;
  },
  call: (method, ...params) => sdk.call(method, ...params),
  async listen(name, event) {
    streams[event] = sdk.stream(name, event, (...values) => report(event, values));
    await streams[event].ready();
  },
  stopListening: (event) => streams[event].stop(),
  get: (path, query) => sdk.rest.get(path, query),
  post: (path, body) => sdk.rest.post(path, body),
  signOut: () => sdk.account.logout(),
});
