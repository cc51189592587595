// Runs on every page and keeps this browser's subscription up to date: registers it again after a new sign-in or when the
// workspace has new keys, and ends it when another user signs in.

import { current, disable, enable, isSupported, kept } from "./subscription.js";

const config = document.querySelector("script[data-web-push]").dataset;

async function keepUp() {
    const { user, session, key } = kept();
    if (!user || !isSupported()) return;
    if (user !== config.user) {
        await disable();
    } else if (Notification.permission === "granted" && (session !== config.session || key !== config.key)) {
        if (await current()) await enable(config);
    }
}

// Errors are ignored here: the next page retries, and the devices page shows them.
keepUp().catch(() => {});
