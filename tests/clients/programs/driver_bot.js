// A bot with the driver and the API of @rocket.chat/sdk 0.2, the version that most bots use.
"use strict";

const [, , host, username, password] = process.argv;
// The package reads its settings when it is loaded.
Object.assign(process.env, { ROCKETCHAT_URL: host, ROCKETCHAT_USER: username, ROCKETCHAT_PASSWORD: password });

const { driver, api } = require("rocket.chat-sdk-for-bots");
const { report, take } = require("./steps");

const silent = { debug() {}, info() {}, warn() {}, warning() {}, error() {} };
driver.useLog(silent);

take({
  async start(rooms) {
    await driver.connect({ host, useSsl: false });
    const id = await driver.login({ username, password });
    await driver.joinRooms(rooms);
    await driver.subscribeToMessages();
    await driver.respondToMessages(
      async (failure, message, meta) => {
        report("message", { ...message, meta });
        if (message.msg.includes(`@${username}`)) {
          report("answer", await driver.sendToRoomId(`Noted, ${message.u.username}.`, message.rid));
        }
      },
      { rooms, dm: true, edited: true },
    );
    return id;
  },
  sendToRoom: (text, room) => driver.sendToRoom(text, room),
  sendDirect: (text, to) => driver.sendDirectToUser(text, to),
  roomId: (name) => driver.getRoomId(name),
  roomName: (id) => driver.getRoomName(id),
  edit: (message) => driver.editMessage(message),
  react: (emoji, id) => driver.setReaction(emoji, id),
  call: (method, params) => driver.callMethod(method, params),
  apiSignIn: () => api.login({ username, password }),
  apiGet: (endpoint, query) => api.get(endpoint, query),
  apiPost: (endpoint, body) => api.post(endpoint, body),
  userNames: () => api.users.allNames(),
  apiSignOut: () => api.logout(),
  stop: () => driver.disconnect(),
});
