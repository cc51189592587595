// Runs in browsers and in Node.js 22 (in version 20 with: node --experimental-websocket).
// node quick_start.mjs https://chat.example.org ana PASSWORD

if (!globalThis.WebSocket) throw new Error("Use Node.js 22 or newer, or version 20 with --experimental-websocket.");

const [site, username, password] = process.argv.slice(2);
const headers = {"Content-Type": "application/json"};

async function call(method, name, body) {
    const response = await fetch(`${site}/api/v1/${name}`, {method, headers, body: body && JSON.stringify(body)});
    const answer = await response.json();
    if (answer.success || answer.status === "success") return answer;
    throw new Error(answer.error || answer.message);
}

// 1. Sign in.
const me = (await call("POST", "login", {user: username, password})).data;
headers["X-Auth-Token"] = me.authToken;
headers["X-User-Id"] = me.userId;

// 2. Register this device for pushes. In a mobile app, the token comes from Google ("gcm") or Apple ("apn").
const device = {type: "gcm", value: `quick-start-${crypto.randomUUID()}`, appName: "org.example.chat"};
await call("POST", "push.token", device);

// 3. Receive notifications while connected.
const payload = await new Promise((resolve, reject) => {
    const socket = new WebSocket(site.replace("http", "ws") + "/websocket");
    const send = (frame) => socket.send(JSON.stringify(frame));
    const steps = {
        connected: () => send({msg: "method", id: "1", method: "login", params: [{resume: me.authToken}]}),
        result: () => send({msg: "sub", id: "2", name: "stream-notify-user", params: [`${me.userId}/notification`, false]}),
        ready: () => console.log("Waiting for a notification ..."),
        ping: () => send({msg: "pong"}),
        changed: (frame) => {
            if (frame.collection !== "stream-notify-user") return;
            socket.close();
            resolve(frame.fields.args[0].payload);
        },
    };
    socket.onopen = () => send({msg: "connect", version: "1", support: ["1"]});
    socket.onmessage = ({data}) => {
        const frame = JSON.parse(data);
        steps[frame.msg]?.(frame);
    };
    socket.onerror = () => reject(new Error("The socket could not be opened."));
});

// 4. Fetch the message by its id, as an app does when a push contains nothing else.
const content = (await call("GET", `push.get?id=${encodeURIComponent(payload._id)}`)).data.notification;
console.log(`${content.title}: ${content.text}`);

// 5. Acknowledge that the push has arrived.
await call("POST", "push.ack", {id: payload._id});

// 6. Reply.
await call("POST", "chat.sendMessage", {message: {rid: payload.rid, msg: "Thank you!"}});

// 7. Remove the device, and sign out.
await call("DELETE", "push.token", {token: device.value});
await call("POST", "logout", {});
