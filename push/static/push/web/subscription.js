// Creates, registers, replaces and ends this browser's subscription. The user who enabled it is stored in this browser
// only.

const KEPT = "callboard.web-push";

export class RegistrationError extends Error {}

export function isSupported() {
    return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

export function kept() {
    try {
        return JSON.parse(localStorage.getItem(KEPT)) ?? {};
    } catch {
        return {};
    }
}

function keep(values) {
    localStorage.setItem(KEPT, JSON.stringify(values));
}

export async function current() {
    const registration = await navigator.serviceWorker.getRegistration();
    return (await registration?.pushManager.getSubscription()) ?? null;
}

// Subscribes, unless there is a subscription for the current key, and registers it; returns the device's id.
export async function enable(config) {
    // The worker's default scope is its own folder, which is the whole site.
    const registration = await navigator.serviceWorker.register(config.worker);
    await navigator.serviceWorker.ready;
    let subscription = await registration.pushManager.getSubscription();
    if (subscription && kept().key !== config.key) {
        await subscription.unsubscribe();
        subscription = null;
    }
    subscription ??= await registration.pushManager.subscribe({
        userVisibleOnly: true,
        applicationServerKey: config.key,
    });
    const id = await register(subscription, config);
    keep({ user: config.user, session: config.session, key: config.key, id });
    return id;
}

async function register(subscription, config) {
    const response = await fetch(config.url, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": config.token },
        body: JSON.stringify(subscription),
    });
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new RegistrationError(answer.error ?? String(response.status));
    return answer.id;
}

// Ends the subscription in this browser. The workspace removes the device itself, or the caller does.
export async function disable() {
    localStorage.removeItem(KEPT);
    await (await current())?.unsubscribe();
}
