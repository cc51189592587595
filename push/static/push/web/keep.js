// On every page: keeps up what its reader has enabled in this browser. Registers it anew after signing in again, or
// when the workspace has new keys; ends it when somebody else signs in.

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

// Whatever fails here is tried again with the next page, and shown where it can be mended: on the devices' page.
keepUp().catch(() => {});
