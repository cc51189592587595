// Compares the address in the browser with SITE_URL, and shows the results of the server's check of it.
"use strict";

(() => {
    // The site's address as this browser sees it: everything before the path of the set-up.
    const path = location.pathname.slice(0, Math.max(location.pathname.lastIndexOf("/setup/"), 0));
    const address = location.origin + path;

    for (const note of document.querySelectorAll("[data-site-url]")) {
        note.hidden = address === note.dataset.siteUrl;
    }

    const findings = document.querySelector("[data-check-url]");
    const button = document.querySelector("[data-check]");
    if (!findings || !button) return;

    const check = async () => {
        const body = new FormData();
        body.set("csrfmiddlewaretoken", findings.dataset.token);
        body.set("seen", address);
        button.disabled = true;
        try {
            const response = await fetch(findings.dataset.checkUrl, { method: "POST", body });
            if (!response.ok) throw new Error(response.statusText);
            findings.innerHTML = await response.text();
        } catch {
            findings.textContent = findings.dataset.failed;
        } finally {
            button.disabled = false;
        }
    };

    button.addEventListener("click", (event) => {
        event.preventDefault();
        check();
    });
    check();
})();
