// A client with @rocket.chat/sdk 1.0, the SDK of the mobile app.
"use strict";

const { Rocketchat } = require("@rocket.chat/sdk");
const { report, take } = require("./steps");

const silent = { debug() {}, info() {}, warn() {}, error() {}, fatal() {} };
const client = new Rocketchat({ protocol: "ddp", host: process.argv[2], useSsl: false, logger: silent, reopen: 200 });

take({
  async signIn(username, password) {
    await client.connect({});
    const result = await client.login({ username, password });
    return { socket: result.id, api: client.currentLogin.userId };
  },
  async subscribe(rid) {
    await client.subscribeNotifyUser();
    await client.subscribeNotifyAll();
    await client.subscribeLoggedNotify();
    await client.subscribeRoom(rid);
    await client.subscribe("stream-notify-room", `${rid}/user-activity`);
    for (const stream of ["stream-notify-user", "stream-notify-room", "stream-notify-logged"]) {
      await client.onStreamData(stream, ({ fields }) => report(fields.eventName, fields.args));
    }
    await client.onMessage((message) => report("message", message));
  },
  say: (rid, text) => client.sendMessage(text, rid),
  edit: (message) => client.editMessage(message),
  react: (emoji, id) => client.setReaction(emoji, id),
  type: (rid, username, activities) =>
    client.methodCall("stream-notify-room", `${rid}/user-activity`, username, activities, {}),
  call: (method, ...params) => client.methodCall(method, ...params),
  get: (endpoint, query) => client.get(endpoint, query),
  post: (endpoint, body) => client.post(endpoint, body),
  direct: (username) => client.createDirectMessage(username),
  userInfo: (username) => client.users.info(username),
  userNames: () => client.users.allNames(),
  channelInfo: (query) => client.channelInfo(query),
  join: (rid) => client.joinRoom({ rid }),
  history: (rid, since) => client.loadHistory(rid, new Date(since)),
  async state() {
    const socket = await client.socket;
    return { connected: socket.connected, subscriptions: Object.keys(socket.ddp.subscriptions).length };
  },
  signOut: () => client.logout(),
});
