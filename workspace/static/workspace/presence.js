// Reports to the server that this page is open, in use, or closing (docs/presence.md). Only events caused by the user
// count as use. They are collected and reported after some seconds.
"use strict";

(() => {
    const { url, token, heartbeat } = document.currentScript.dataset;
    const INTERVAL = 10_000;
    const USE_EVENTS = ["pointerdown", "pointermove", "keydown", "wheel", "touchmove"];
    const randomName = () => {
        const bytes = crypto.getRandomValues(new Uint8Array(12));
        return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    };

    let page = randomName();
    let usedAt = null;
    let reportedAt = -Infinity;
    let next = null;

    const message = (state) => {
        const data = new FormData();
        data.set("csrfmiddlewaretoken", token);
        data.set("page", page);
        data.set("state", state);
        if (state === "active") data.set("ago", Math.max(0, Math.floor((performance.now() - usedAt) / 1000)));
        return data;
    };

    const schedule = (milliseconds) => {
        clearTimeout(next);
        next = setTimeout(report, milliseconds);
    };

    const report = async () => {
        const body = message(usedAt === null ? "idle" : "active");
        usedAt = null;
        reportedAt = performance.now();
        schedule(heartbeat * 1000);
        try {
            const response = await fetch(url, { method: "POST", body });
            // Signed out in another window, or the CSRF token is outdated: further reports are useless.
            if (response.status === 403) stop();
        } catch {
            // No connection. The next report may succeed.
        }
    };

    const onUse = (event) => {
        // Browsers also send this event if the page has moved under a resting pointer.
        if (!event.isTrusted || (event.type === "pointermove" && !event.movementX && !event.movementY)) return;
        const isFirstUse = usedAt === null;
        usedAt = performance.now();
        if (isFirstUse) schedule(Math.max(0, reportedAt + INTERVAL - usedAt));
    };

    const onVisible = () => {
        if (document.visibilityState !== "visible") return;
        usedAt = performance.now();
        report();
    };

    const onPageShow = (event) => {
        if (event.persisted) onVisible();
    };

    const onPageHide = () => {
        clearTimeout(next);
        navigator.sendBeacon(url, message("closing"));
        // The browser may show this page again from its cache. It then reports under a new name, because the server may
        // receive the beacon after that report.
        page = randomName();
    };

    const stop = () => {
        clearTimeout(next);
        for (const name of USE_EVENTS) document.removeEventListener(name, onUse);
        document.removeEventListener("visibilitychange", onVisible);
        removeEventListener("pageshow", onPageShow);
        removeEventListener("pagehide", onPageHide);
    };

    for (const name of USE_EVENTS) document.addEventListener(name, onUse, { passive: true });
    document.addEventListener("visibilitychange", onVisible);
    addEventListener("pageshow", onPageShow);
    addEventListener("pagehide", onPageHide);
    if (document.visibilityState === "visible") onVisible();
    else report();
})();
