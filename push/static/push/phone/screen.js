// The phone's screen: clock, stacked notifications, badge, and the alert animation.

import { fill } from "./texts.js";

const AS_NEW_FOR = 60_000;

export class Screen {
    constructor(config) {
        this.config = config;
        this.language = document.documentElement.lang;
        this.device = document.getElementById("device");
        this.stacks = document.getElementById("stacks");
        this.empty = document.getElementById("empty");
        this.unfolded = new Set();
        this.stacks.addEventListener("click", ({ target }) => {
            if (target.closest(".stack-toggle")) this.toggled(target.closest(".stack"));
        });
        this.device.addEventListener("animationend", (event) => {
            if (event.target === this.device) {
                delete this.device.dataset.ringing;
            }
        });
    }

    clockShow() {
        const now = new Date();
        const time = new Intl.DateTimeFormat(this.language, { hour: "numeric", minute: "2-digit" })
            .formatToParts(now)
            .filter((part) => !["dayPeriod"].includes(part.type))
            .map((part) => part.value)
            .join("")
            .trim();
        const date = new Intl.DateTimeFormat(this.language, { weekday: "long", day: "numeric", month: "long" });
        for (const element of document.querySelectorAll("[data-clock]")) {
            const text = element.dataset.clock === "time" ? time : date.format(now);
            if (element.textContent !== text) {
                element.textContent = text;
            }
        }
        for (const element of this.stacks.querySelectorAll("time")) {
            element.textContent = this.age(Number(element.dataset.at));
        }
    }

    age(moment) {
        const seconds = Math.round((Date.now() - moment) / 1000);
        if (seconds * 1000 < AS_NEW_FOR) {
            return this.config.texts.now;
        }
        const format = new Intl.RelativeTimeFormat(this.language, { style: "narrow", numeric: "always" });
        if (seconds < 3600) {
            return format.format(-Math.floor(seconds / 60), "minute");
        }
        return seconds < 86_400
            ? format.format(-Math.floor(seconds / 3600), "hour")
            : format.format(-Math.floor(seconds / 86_400), "day");
    }

    // Shows the pushes, newest first, stacked by room; `newIds` are animated.
    show(pushes, { newIds = new Set(), registered }) {
        const byThread = new Map();
        for (const push of [...pushes].reverse()) {
            const thread = push.thread || `push-${push.id}`;
            byThread.set(thread, [...(byThread.get(thread) ?? []), push]);
        }
        const made = document.createElement("ol");
        made.append(...[...byThread].map(([thread, cards]) => this.stack(thread, cards, newIds)));
        Live.update(this.stacks, made, { onlyChildren: true });
        this.empty.hidden = !registered || pushes.length > 0;
    }

    stack(thread, pushes, newIds) {
        const stack = cloned("stack-template");
        stack.dataset.key = `stack-${thread}`;
        stack.querySelector(".cards").append(...pushes.map((push) => this.card(push, newIds.has(push.id))));
        if (pushes.length > 1) {
            this.stackFold(stack, this.unfolded.has(thread), pushes.length);
        }
        return stack;
    }

    stackFold(stack, isUnfolded, count) {
        const toggle = stack.querySelector(".stack-toggle");
        stack.toggleAttribute("data-folded", !isUnfolded);
        toggle.hidden = false;
        toggle.setAttribute("aria-expanded", String(isUnfolded));
        toggle.textContent = isUnfolded ? this.config.texts.showLess : fill(this.config.texts.showAll, { count });
    }

    // Expands or collapses the clicked stack; the state is kept when the screen is redrawn.
    toggled(stack) {
        const thread = stack.dataset.key.slice("stack-".length);
        const isUnfolded = !this.unfolded.delete(thread);
        if (isUnfolded) this.unfolded.add(thread);
        this.stackFold(stack, isUnfolded, stack.querySelectorAll(".card").length);
    }

    card(push, isNew) {
        const card = cloned("card-template");
        const time = card.querySelector("time");
        card.dataset.key = `push-${push.id}`;
        card.toggleAttribute("data-new", isNew);
        card.querySelector(".card-title").textContent = push.title;
        card.querySelector(".card-text").textContent = push.text;
        time.dataset.at = push.received_at;
        time.dateTime = new Date(push.received_at).toISOString();
        time.textContent = this.age(push.received_at);
        if (push.message || push.room) {
            const query = new URLSearchParams({ message: push.message, room: push.room });
            card.querySelector(".card-open").href = `${this.config.urls.open}?${query}`;
        }
        card.querySelector("pre").textContent = requestText(push);
        return card;
    }

    badgeShow(count) {
        const badge = document.getElementById("badge");
        badge.hidden = !count;
        badge.textContent = count > 99 ? "99+" : String(count ?? "");
        const text = count ? this.config.texts.badge : this.config.texts.noBadge;
        document.getElementById("app").setAttribute("aria-label", fill(text, { app: this.config.siteName, count }));
    }

    ring(pushes) {
        const announcement = pushes.map((push) => [push.title, push.text].filter(Boolean).join(". ")).join(" ");
        document.getElementById("announcer").textContent = announcement;
        delete this.device.dataset.ringing;
        void this.device.offsetWidth; // Restart the animation, even if one is running.
        this.device.dataset.ringing = "";
    }
}

// The request that Apple or Google would receive: headers, then body.
function requestText(push) {
    const headers = Object.entries(push.headers).map(([name, value]) => `${name}: ${value}`);
    return [...headers, ...(headers.length ? [""] : []), JSON.stringify(push.payload, null, 2)].join("\n");
}

function cloned(id) {
    return document.getElementById(id).content.firstElementChild.cloneNode(true);
}
