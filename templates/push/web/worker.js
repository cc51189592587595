// Shows web pushes as notifications, opens what they tell of, and takes away what was read elsewhere. It is served from
// the site's root so that it may act for every page. What a push holds is described in docs/web-push.md.
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

self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(subscribeAnew(event)));

// Anything that is none of ours is shown as well: a browser ends subscriptions whose pushes show nothing.
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
    // What an open page has shown already is replaced without a further sign of it.
    const before = (await self.registration.getNotifications()).find(({ data }) => message && data?.message === message);
    // A text that replaces another one is of no use to a person who has closed that one.
    if (replaces && !before) return badgeShow(badge);
    return Promise.all([
        self.registration.showNotification(title || CONFIG.site, {
            body: text,
            icon: CONFIG.icon,
            badge: CONFIG.badge,
            tag: before?.tag || tag || undefined,
            renotify: Boolean(tag) && !before,
            silent: before ? true : undefined,
            timestamp: sentAt,
            data: { url: samePlace(url), room: tag, message },
        }),
        badgeShow(badge),
        acknowledge(receipt),
    ]);
}

// Of a whole room, or of one message.
async function clear({ tag, badge, message }) {
    for (const notification of await self.registration.getNotifications()) {
        const { room, message: shown } = notification.data ?? {};
        const isMeant = message ? shown === message : notification.tag === tag || room === tag;
        if (isMeant) notification.close();
    }
    await badgeShow(badge);
}

// The number on the app's icon, where the browser has one.
async function badgeShow(count) {
    if (!Number.isInteger(count) || !self.navigator.setAppBadge) return;
    try {
        await (count ? self.navigator.setAppBadge(count) : self.navigator.clearAppBadge());
    } catch {
        // The page is not installed as an app: there is no icon to put a number on.
    }
}

// Tells the workspace that the notification is here; it does without, where the network is gone again.
async function acknowledge(receipt) {
    if (!receipt?.token) return;
    try {
        await fetch(samePlace(receipt.url), {
            method: "POST",
            headers: { "Content-Type": "application/json" },
            body: JSON.stringify({ token: receipt.token }),
            credentials: "omit",
        });
    } catch {
        return;
    }
}

// Brings the room to the front: in the page that shows it, else in a new one.
async function open(url) {
    const wanted = new URL(url, self.location.origin);
    const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const page = pages.find((one) => new URL(one.url).pathname === wanted.pathname);
    if (!page) return self.clients.openWindow(wanted.href);
    await page.focus();
    try {
        return await page.navigate(wanted.href);
    } catch {
        return page;
    }
}

// Addresses are taken for this site's own, whatever name the workspace has for itself.
function samePlace(url) {
    const { pathname, search } = new URL(url ?? self.registration.scope, self.location.origin);
    return pathname + search;
}

// The browser has replaced its subscription, or is about to: the workspace is told of the new one.
async function subscribeAnew(event) {
    const answer = await fetch(CONFIG.subscription, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const { publicKey, csrfToken } = await answer.json();
    const subscription =
        event.newSubscription ??
        (await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey }));
    await fetch(CONFIG.subscription, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken },
        body: JSON.stringify(subscription),
    });
}
