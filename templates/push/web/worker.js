// Shows web pushes as notifications, opens their target, and removes notifications that were read elsewhere. It is
// served from the site's root so that it controls all pages. docs/web-push.md describes the format of the pushes.
"use strict";

const CONFIG = {{ config|safe }};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
    const content = contentOf(event);
    event.waitUntil(content.kind === "clear" ? clear(content) : show(content));
});

self.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(open(event.notification.data?.url ?? self.registration.scope));
});

self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(resubscribe(event)));

// Unknown content is shown as well, because browsers end subscriptions whose pushes show nothing.
function contentOf(event) {
    try {
        return event.data.json();
    } catch {
        return { title: CONFIG.site, text: "" };
    }
}

async function show(content) {
    const { title, text, tag, url, badge, sentAt, receipt, payload, replaces } = content;
    const message = payload?.messageId;
    // A notification that an open page has already shown is replaced silently.
    const existing = (await self.registration.getNotifications()).find(({ data }) => message && data?.message === message);
    // An updated text is not shown if the user has closed the original notification.
    if (replaces && !existing) return badgeShow(badge);
    return Promise.all([
        self.registration.showNotification(title || CONFIG.site, {
            body: text,
            icon: CONFIG.icon,
            badge: CONFIG.badge,
            tag: existing?.tag || tag || undefined,
            renotify: Boolean(tag) && !existing,
            silent: existing ? true : undefined,
            timestamp: sentAt,
            data: { url: ownUrl(url), room: tag, message },
        }),
        badgeShow(badge),
        acknowledge(receipt),
    ]);
}

// Removes the notifications of a whole room, or of one message.
async function clear({ tag, badge, message }) {
    for (const notification of await self.registration.getNotifications()) {
        const { room, message: shown } = notification.data ?? {};
        const matches = message ? shown === message : notification.tag === tag || room === tag;
        if (matches) notification.close();
    }
    await badgeShow(badge);
}

// Sets the number on the app's icon, if the browser supports it.
async function badgeShow(count) {
    if (!Number.isInteger(count) || !self.navigator.setAppBadge) return;
    try {
        await (count ? self.navigator.setAppBadge(count) : self.navigator.clearAppBadge());
    } catch {
        // The page is not installed as an app, so there is no icon.
    }
}

// Confirms the notification to the workspace. Errors are ignored: the receipt is optional.
async function acknowledge(receipt) {
    if (!receipt?.token) return;
    try {
        await fetch(ownUrl(receipt.url), {
            method: "POST",
            headers: { "Content-Type": "application/json" },
            body: JSON.stringify({ token: receipt.token }),
            credentials: "omit",
        });
    } catch {
        return;
    }
}

// Opens the room: focuses a page that shows it, or opens a new one.
async function open(url) {
    const target = new URL(url, self.location.origin);
    const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const page = pages.find((page) => new URL(page.url).pathname === target.pathname);
    if (!page) return self.clients.openWindow(target.href);
    await page.focus();
    try {
        return await page.navigate(target.href);
    } catch {
        return page;
    }
}

// Uses only the path of a URL, so that it works on this origin even if the workspace uses another name.
function ownUrl(url) {
    const { pathname, search } = new URL(url ?? self.registration.scope, self.location.origin);
    return pathname + search;
}

// The browser has replaced its subscription, or will do so: register the new one with the workspace.
async function resubscribe(event) {
    const response = await fetch(CONFIG.subscription, { headers: { Accept: "application/json" } });
    if (!response.ok) return;
    const { publicKey, csrfToken } = await response.json();
    const subscription =
        event.newSubscription ??
        (await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey }));
    await fetch(CONFIG.subscription, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken },
        body: JSON.stringify(subscription),
    });
}
