// The devices page: turns notifications in this browser on and off. Permission is only requested on a click.

import { current, disable, enable, isSupported, kept } from "./subscription.js";

const card = document.getElementById("this-browser");
const config = document.querySelector("script[data-web-push]").dataset;
const said = card.querySelector("[data-said]");
const button = card.querySelector("[data-turn-on]");
const stop = card.querySelector("[data-turn-off]");
const rows = [...document.querySelectorAll("[data-device]")];

function ownRow() {
    return rows.find((row) => row.dataset.device === kept().id && kept().user === config.user);
}

function show(state) {
    card.dataset.state = state;
    for (const part of card.querySelectorAll("[data-when]")) {
        part.hidden = !part.dataset.when.split(" ").includes(state);
    }
}

async function refresh() {
    if (!isSupported()) return show(needsInstalling() ? "install" : "unsupported");
    if (Notification.permission === "denied") return show("denied");
    const row = ownRow();
    const isOn = Notification.permission === "granted" && row && (await current());
    if (row) row.querySelector("[data-this]").hidden = false;
    return show(isOn && row.dataset.enabled === "yes" ? "on" : "off");
}

// On iPhones and iPads, only sites on the Home Screen can get notifications.
function needsInstalling() {
    return /iPhone|iPad/.test(navigator.userAgent) && !navigator.standalone;
}

async function turnOn() {
    said.textContent = "";
    button.disabled = true;
    try {
        if ((await Notification.requestPermission()) === "granted") {
            await enable(config);
            location.reload();
            return;
        }
        await refresh();
        if (card.dataset.state === "off") said.textContent = card.dataset.dismissed;
    } catch (error) {
        said.textContent = card.dataset.failed.replace("{reason}", error.message);
    } finally {
        button.disabled = false;
    }
}

// The browser's subscription ends first, so that nothing sent in the meantime arrives.
async function turnOff() {
    stop.disabled = true;
    const row = ownRow();
    try {
        await disable();
        if (row) await fetch(row.dataset.remove, { method: "POST", headers: { "X-CSRFToken": config.token } });
    } finally {
        location.reload();
    }
}

button.addEventListener("click", turnOn);
stop.addEventListener("click", turnOff);
navigator.permissions?.query({ name: "notifications" }).then((status) => status.addEventListener("change", refresh), () => {});
refresh();
