// The account's pages: the tab of the open page is in sight, where they do not all have room.
"use strict";

document.querySelector(".account-tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
