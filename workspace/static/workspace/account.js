// Account pages: scrolls the tab of the open page into view if there is not enough room for all tabs.
"use strict";

document.querySelector(".account-tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
