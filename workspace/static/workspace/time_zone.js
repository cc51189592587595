// Reports the browser's time zone: in the sign-in form, and once for a signed-in account that has none.
"use strict";

(() => {
    const { url, token } = document.currentScript.dataset;
    const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!timeZone) return;

    for (const field of document.querySelectorAll("[data-browser-time-zone]")) field.value = timeZone;
    if (!url) return;

    const body = new FormData();
    body.set("csrfmiddlewaretoken", token);
    body.set("time_zone", timeZone);
    fetch(url, { method: "POST", body })
        .then((response) => {
            if (response.status === 205) location.reload();
        })
        // No connection. The next page will try again.
        .catch(() => {});
})();
