// The simulated phone: registers as a device, fetches its pushes and shows them.

import { PhoneApi } from "./api.js";
import "./problems.js";
import { Screen } from "./screen.js";
import { PhoneState, lettersNew, tokenNew } from "./state.js";
import { fill } from "./texts.js";

const ASK_EVERY = 250;
const ASK_AGAIN_AFTER_FAILURE = 3000;
const KEPT = 100;
const TOKEN_SHOWN = 6;

class Phone {
    constructor(config) {
        this.config = config;
        this.texts = config.texts;
        this.state = new PhoneState(config);
        this.api = new PhoneApi(config, this.state);
        this.screen = new Screen(config);
        this.pushes = [];
        this.last = null;
        this.timer = null;
        this.asking = false;
        this.leaving = false;
        this.reopened = this.state.registered;
    }

    start() {
        const tick = () => this.screen.clockShow();
        tick();
        setInterval(tick, 1000);
        for (const button of document.querySelectorAll("[data-choose]")) {
            button.addEventListener("click", () => this.setUp(button.dataset.choose));
        }
        element("clear").addEventListener("click", () => this.clear());
        element("log-out").addEventListener("click", () => this.logOut());
        document.addEventListener("visibilitychange", () => this.ask());
        this.show();
        if (this.state.registered) {
            this.open();
        }
    }

    async setUp(type) {
        buttonsEnable(".choice", false);
        this.state.save({ type, token: tokenNew(type), clientId: lettersNew(17), cleared: 0, seen: 0, badge: null });
        await this.open();
        buttonsEnable(".choice", true);
        if (this.state.registered) {
            this.say(this.texts.ready);
            element("tray").focus({ preventScroll: true });
        }
    }

    // Registers the phone, even if it is already registered, and starts fetching its pushes.
    async open() {
        this.connection("connecting", this.texts.connecting);
        try {
            await this.api.register();
        } catch (error) {
            this.openFailed(error);
            return;
        }
        this.state.save({ confirmed: true });
        this.show();
        await this.ask();
    }

    openFailed(error) {
        const known = this.state.values.confirmed;
        if (error.status === 401) {
            this.connection("offline", this.texts.sessionEnded);
        } else if (known) {
            this.connection("offline", this.texts.offline);
            setTimeout(() => this.open(), ASK_AGAIN_AFTER_FAILURE);
            return;
        } else {
            this.connection("none", this.texts.notSetUp);
            this.say(fill(this.texts.registerFailed, { reason: error.message }));
        }
        if (!known) {
            this.state.forget();
            this.show();
        }
    }

    // Fetches new pushes, repeatedly while the page is visible.
    async ask() {
        clearTimeout(this.timer);
        if (this.asking || this.leaving || !this.state.values.confirmed) {
            return;
        }
        if (document.hidden) {
            this.connection("paused", this.texts.paused);
            return;
        }
        this.asking = true;
        const wait = await this.askOnce();
        this.asking = false;
        if (wait !== null && !this.leaving) {
            this.timer = setTimeout(() => this.ask(), wait);
        }
    }

    // Returns the delay until the next request in milliseconds; null: no further request.
    async askOnce() {
        const token = this.state.values.token;
        try {
            const pushes = await this.api.inbox(this.last ?? this.state.values.cleared ?? 0);
            if (token === this.state.values.token) {
                this.connection("connected", this.texts.connected);
                this.receive(pushes);
                this.reopened = false;
            }
            return ASK_EVERY;
        } catch (error) {
            return token === this.state.values.token ? this.askFailed(error) : ASK_EVERY;
        }
    }

    askFailed(error) {
        if (error.status === 404) {
            this.end(this.texts.unregistered);
            return null;
        }
        if (error.status === 401) {
            this.connection("offline", this.texts.sessionEnded);
            return null;
        }
        this.connection("offline", this.texts.offline);
        return ASK_AGAIN_AFTER_FAILURE;
    }

    receive(pushes) {
        if (!pushes.length) {
            return;
        }
        const seen = this.state.values.seen ?? 0;
        for (const push of pushes) {
            const updates = push.clears || push.replaces || push.only_badge;
            if (push.id > seen && !updates) this.acknowledge(push);
            this.pushes = updates ? this.updated(push) : [...this.pushes, push];
        }
        const unseen = this.pushes.filter((push) => push.id > seen);
        const badge = pushes.findLast((push) => push.badge !== null)?.badge ?? this.state.values.badge;
        this.pushes = this.pushes.slice(-KEPT);
        this.last = pushes.at(-1).id;
        this.state.save({ seen: this.last, badge });
        this.show(new Set(unseen.map((push) => push.id)));
        if (unseen.length) {
            this.screen.ring(unseen);
        }
        if (this.reopened && unseen.length) {
            this.say(unseen.length === 1 ? this.texts.missedOne : fill(this.texts.missedMany, { count: unseen.length }));
        }
    }

    // Returns the notifications after an update that removes some, or silently changes the text of one.
    updated({ clears, only_badge, badge, thread, message, title, text, payload, headers }) {
        if (only_badge) return badge === 0 ? [] : this.pushes;
        if (clears) return this.pushes.filter((one) => (message ? one.message !== message : one.thread !== thread));
        return this.pushes.map((one) => (one.message === message ? { ...one, title, text, payload, headers } : one));
    }

    acknowledge(push) {
        const ejson = push.payload.ejson ?? push.payload.message?.data?.ejson ?? "{}";
        const { messageId } = JSON.parse(ejson);
        if (messageId) this.api.acknowledge(messageId).catch(() => {});
    }

    clear() {
        this.state.save({ cleared: this.last ?? this.state.values.cleared });
        this.pushes = [];
        this.show();
        this.say(this.texts.cleared);
    }

    async logOut() {
        buttonsEnable(".action", false);
        // A phone that is no longer registered has nothing to fetch.
        clearTimeout(this.timer);
        this.leaving = true;
        try {
            await this.api.unregister();
            await this.api.logOut();
        } catch (error) {
            this.leaving = false;
            this.show();
            this.say(fill(this.texts.logoutFailed, { reason: error.message }));
            this.ask();
            return;
        }
        this.end(this.texts.loggedOut);
    }

    end(reason) {
        clearTimeout(this.timer);
        this.state.forget();
        this.leaving = false;
        this.pushes = [];
        this.last = null;
        this.show();
        this.say(reason);
        document.querySelector("[data-choose]").focus({ preventScroll: true });
    }

    show(newIds) {
        const { type, token, confirmed, badge } = this.state.values;
        element("device").dataset.type = type ?? "";
        element("setup").hidden = Boolean(confirmed);
        element("facts").hidden = !confirmed;
        element("fact-type").textContent = type === "gcm" ? this.texts.google : this.texts.apple;
        element("fact-token").textContent = token ? `… ${token.slice(-TOKEN_SHOWN)}` : "";
        element("clear").disabled = this.pushes.length === 0;
        element("log-out").disabled = !confirmed;
        if (!confirmed) {
            this.connection("none", this.texts.notSetUp);
        }
        this.screen.badgeShow(badge);
        this.screen.show(this.pushes, { newIds, registered: confirmed });
    }

    connection(state, text) {
        const connection = element("connection");
        if (connection.textContent !== text) {
            connection.dataset.state = state;
            connection.textContent = text;
        }
    }

    say(text) {
        const message = element("message");
        message.textContent = text;
        message.dataset.ready = text === this.texts.ready;
    }
}

function element(id) {
    return document.getElementById(id);
}

function buttonsEnable(selector, enabled) {
    for (const button of document.querySelectorAll(selector)) {
        button.disabled = !enabled;
    }
}

// Use the light or dark theme that was chosen in the administration.
try {
    document.documentElement.dataset.theme = JSON.parse(localStorage.getItem("adminTheme")) ?? "auto";
} catch {
    document.documentElement.dataset.theme = "auto";
}
new Phone(JSON.parse(element("phone-config").textContent)).start();
