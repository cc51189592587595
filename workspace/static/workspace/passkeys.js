// Creates passkeys, and signs in with them: forms with `data-passkey` "create" or "get". The browser's response to the
// options at `data-options` is submitted in the field `response`. The library at `data-library` converts both, and is
// loaded when it is needed. Texts for problems come from the form.
"use strict";

function passkeyLibrary(form) {
    return new Promise((resolve, reject) => {
        if (window.webauthnJSON) {
            resolve(window.webauthnJSON);
            return;
        }
        const script = document.createElement("script");
        script.src = form.dataset.library;
        script.addEventListener("load", () => resolve(window.webauthnJSON));
        script.addEventListener("error", () => reject(new Error(form.dataset.failed)));
        document.head.append(script);
    });
}

async function passkeyOptions(form) {
    const response = await fetch(form.dataset.options, {
        method: "POST",
        headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
    });
    const body = response.headers.get("Content-Type")?.startsWith("application/json") ? await response.json() : {};
    if (body.confirm) {
        window.location.assign(body.confirm);
    } else if (!response.ok || response.redirected) {
        throw new Error(body.error || form.dataset.failed);
    }
    return body.publicKey ? body : null;
}

function passkeyProblem(form, error) {
    switch (error.name) {
        case "Error":
            return error.message;
        case "SecurityError":
            return form.dataset.unsuitable;
        case "InvalidStateError":
            return form.dataset.known || form.dataset.failed;
        default:
            return form.dataset.failed;
    }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
    const problem = form.querySelector("[role=alert]");
    form.hidden = !(window.PublicKeyCredential && navigator.credentials);
    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        problem.hidden = true;
        const button = form.querySelector("button");
        button.disabled = true;
        try {
            const [options, library] = await Promise.all([passkeyOptions(form), passkeyLibrary(form)]);
            if (options) {
                const response = await library[form.dataset.passkey](options);
                form.elements.response.value = JSON.stringify(response);
                form.submit();
            }
        } catch (error) {
            problem.textContent = passkeyProblem(form, error);
            problem.hidden = false;
        }
        button.disabled = false;
    });
}
