// Shows desktop notifications while a page is open, and the unread count in its title and icon: see docs/desktop.md.
// One page per browser has the event stream and forwards events to the others.
"use strict";

(() => {
    const { url, user, folder, ask, allow, later } = document.currentScript.dataset;
    const name = `callboard-desktop-${user}`;
    const LAST = `${name}-last`;
    const SHOWN = `${name}-shown`;
    const ASKED = `${name}-asked`;
    // Stored by earlier versions when the user declined.
    const DECLINED = `${name}-declined`;
    const MOST_SHOWN = 200;
    // Pages that show the room respond within this time (milliseconds).
    const ANSWER = 150;
    const REFUSED = 60_000;

    const channel = new BroadcastChannel(name);
    const title = document.title;
    let unread = null;
    let leads = false;
    let source = null;
    let again = null;
    const waiting = new Map();
    // The notifications that this page shows, by message.
    const open = new Map();

    const remembered = (key) => {
        try {
            return localStorage.getItem(key);
        } catch {
            return null;
        }
    };

    const remember = (key, value) => {
        try {
            localStorage.setItem(key, value);
        } catch {
            // Without storage, a message may be shown again after a reconnect.
        }
    };

    const isReading = (room) =>
        document.visibilityState === "visible" &&
        document.hasFocus() &&
        document.querySelector("[data-open-room]")?.dataset.openRoom === room;

    // Shows the counter in the title and as a badge on the icon.
    const drawn = (image, number) => {
        const canvas = document.createElement("canvas");
        canvas.width = canvas.height = 64;
        const context = canvas.getContext("2d");
        context.drawImage(image, 0, 0, 64, 64);
        context.fillStyle = "#b91c1c";
        context.beginPath();
        context.arc(42, 42, 22, 0, 2 * Math.PI);
        context.fill();
        context.fillStyle = "#fff";
        context.font = "bold 28px sans-serif";
        context.textAlign = "center";
        context.textBaseline = "middle";
        context.fillText(number > 99 ? "99+" : String(number), 42, 44, 40);
        return canvas.toDataURL("image/png");
    };

    const icon = document.querySelector("link[rel~=icon]");
    const plain = icon?.href;
    const badge = (number) => {
        if (!icon) return;
        if (!number) {
            icon.type = "image/svg+xml";
            icon.href = plain;
            return;
        }
        const image = new Image();
        image.addEventListener("load", () => {
            // Everything may have been read while the icon was loading.
            if (number !== unread) return;
            icon.type = "image/png";
            icon.href = drawn(image, number);
        });
        image.src = plain;
    };

    const count = (number) => {
        if (number === unread) return;
        unread = number;
        document.title = number ? `(${number}) ${title}` : title;
        badge(number);
        document.dispatchEvent(new CustomEvent("callboard:counters", { detail: { unread: number } }));
    };

    const sound = ({ sound: chosen, volume }) => {
        if (!chosen) return;
        const audio = new Audio(`${folder}${chosen}.wav`);
        audio.volume = volume / 100;
        // Browsers block sound until the user has clicked in the page.
        audio.play().catch(() => {});
    };

    // The service worker that shows this browser's pushes, if they are turned on.
    const pusher = async () => {
        const registration = await navigator.serviceWorker?.getRegistration();
        return (await registration?.pushManager?.getSubscription()) ? registration : null;
    };

    const show = async (told) => {
        if (!("Notification" in window) || Notification.permission !== "granted") return;
        const registration = await pusher().catch(() => null);
        const options = {
            body: told.text,
            tag: told.message,
            icon: plain,
            requireInteraction: told.stays,
            // The page plays the chosen sound itself.
            silent: true,
        };
        if (registration ? await handOver(registration, told, options) : showHere(told, options)) sound(told);
    };

    const showHere = (told, options) => {
        const shown = new Notification(told.title, options);
        open.set(told.message, { shown, told, options });
        shown.addEventListener("close", () => {
            if (open.get(told.message)?.shown === shown) open.delete(told.message);
        });
        shown.addEventListener("click", () => {
            shown.close();
            window.focus();
            location.assign(told.url);
        });
        if (told.seconds) setTimeout(() => shown.close(), told.seconds * 1000);
        return true;
    };

    // If the service worker shows a notification, a later push for the same message replaces it silently. The push may
    // also arrive first.
    const handOver = async (registration, told, options) => {
        const { url, room, message } = told;
        const shown = async () =>
            (await registration.getNotifications()).filter(({ data }) => data?.message === message);
        if ((await shown()).length) return false;
        await registration.showNotification(told.title, { ...options, data: { url, room, message } });
        const close = async () => (await shown()).forEach((one) => one.close());
        if (told.seconds) setTimeout(close, told.seconds * 1000);
        return true;
    };

    // Visible notifications are updated silently when their messages change.
    const follow = async ({ kind, room, message, title: newTitle, text }) => {
        const isMeant = (data) => (kind === "lost" ? data?.room === room : data?.message === message);
        const registration = await pusher().catch(() => null);
        const handed = ((await registration?.getNotifications()) ?? []).filter(({ data }) => isMeant(data));
        const here = [...open.values()].filter(({ told }) => isMeant(told));
        if (kind === "deleted" || kind === "lost") {
            for (const one of [...handed, ...here.map(({ shown }) => shown)]) one.close();
        } else if (kind === "edited" && text) {
            for (const { data, tag, icon: image, requireInteraction } of handed) {
                const options = { body: text, tag, icon: image, data, requireInteraction, silent: true };
                await registration.showNotification(newTitle, options);
            }
            for (const { told, options } of here) {
                showHere({ ...told, title: newTitle, text }, { ...options, body: text });
            }
        }
    };

    const changed = (change) => {
        if (change.kind === "deleted") waiting.get(change.message)?.(true);
        document.dispatchEvent(new CustomEvent("callboard:change", { detail: change }));
        // Pages without content to clear redirect to the sign-in page.
        if (change.kind === "deactivated" && !document.querySelector("[data-gone]")) location.reload();
        if (leads) follow(change).catch(() => {});
    };

    // Another version may have stored another format under this name.
    const shownBefore = () => {
        try {
            const stored = JSON.parse(remembered(SHOWN) ?? "[]");
            return Array.isArray(stored) ? stored : [];
        } catch {
            return [];
        }
    };

    const isNew = (message) => {
        const shown = shownBefore();
        if (shown.includes(message)) return false;
        remember(SHOWN, JSON.stringify([...shown, message].slice(-MOST_SHOWN)));
        return true;
    };

    const arrived = (told) => {
        document.dispatchEvent(new CustomEvent("callboard:message", { detail: told }));
        if (!leads || !isNew(told.message)) return;
        const decide = (isRead) => {
            waiting.delete(told.message);
            if (!isRead) show(told);
            else if (!told.mutesFocused) sound(told);
        };
        if (isReading(told.room)) return decide(true);
        const timer = setTimeout(() => decide(false), ANSWER);
        waiting.set(told.message, (isGone = false) => {
            clearTimeout(timer);
            if (isGone) waiting.delete(told.message);
            else decide(true);
        });
    };

    channel.addEventListener("message", ({ data }) => {
        if (data.kind === "arrived") {
            arrived(data.told);
            if (isReading(data.told.room)) channel.postMessage({ kind: "read", message: data.told.message });
        } else if (data.kind === "read") waiting.get(data.message)?.();
        else if (data.kind === "changed") changed(data.change);
        else if (data.kind === "counted") count(data.unread);
        else if (data.kind === "asked" && leads && unread !== null) channel.postMessage({ kind: "counted", unread });
    });

    const listen = () => {
        leads = true;
        clearTimeout(again);
        source?.close();
        const last = remembered(LAST);
        source = new EventSource(last ? `${url}?after=${last}` : url);
        const received = (event) => {
            if (event.lastEventId) remember(LAST, event.lastEventId);
            return JSON.parse(event.data);
        };
        source.addEventListener("hello", received);
        source.addEventListener("notification", (event) => {
            const told = received(event);
            arrived(told);
            channel.postMessage({ kind: "arrived", told });
        });
        source.addEventListener("change", (event) => {
            const change = received(event);
            changed(change);
            channel.postMessage({ kind: "changed", change });
        });
        source.addEventListener("counters", (event) => {
            const { unread: number } = received(event);
            count(number);
            channel.postMessage({ kind: "counted", unread: number });
        });
        // Interrupted streams reconnect automatically, refused ones do not.
        source.addEventListener("error", () => {
            if (source.readyState === EventSource.CLOSED) again = setTimeout(listen, REFUSED);
        });
    };
    addEventListener("pagehide", () => source?.close());
    // A page restored from the back/forward cache has no stream.
    addEventListener("pageshow", (event) => {
        if (event.persisted && leads) listen();
    });

    // Browsers require a click to request permission. The question is shown on one page only; later it is available on
    // pages that offer it (data-desktop-offer), such as the preferences.
    const offer = () => {
        const place = document.querySelector("[data-desktop-offer]");
        const target = place ?? document.getElementById("content");
        if (!target || !("Notification" in window) || !isSecureContext || Notification.permission !== "default") return;
        if (!place && (remembered(ASKED) || remembered(DECLINED))) return;
        remember(ASKED, "yes");
        const bar = document.createElement("section");
        bar.className = "page-offer";
        bar.setAttribute("aria-label", allow);
        const text = document.createElement("p");
        text.className = "page-text";
        text.textContent = ask;
        const button = (label, kind, act) => {
            const made = document.createElement("button");
            made.type = "button";
            made.className = kind;
            made.textContent = label;
            made.addEventListener("click", () => {
                bar.remove();
                act();
            });
            return made;
        };
        const buttons = document.createElement("p");
        buttons.className = "page-offer-answers";
        buttons.append(button(allow, "page-button", () => Notification.requestPermission()));
        if (!place) buttons.append(button(later, "page-button", () => {}));
        bar.append(text, buttons);
        target.prepend(bar);
    };

    offer();
    channel.postMessage({ kind: "asked" });
    // Without the Web Locks API (pages without https), every page has its own stream.
    if (navigator.locks) navigator.locks.request(name, () => new Promise(listen));
    else listen();
})();
