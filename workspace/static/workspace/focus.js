// Takes the focus to where a page begins. Browsers do so before the page's look is ready: until then the whole of it is
// hidden, and nothing that is hidden takes the focus.
"use strict";

(() => {
    const page = document.documentElement;
    const begin = () => {
        if (page.hasAttribute("x-cloak") || document.activeElement !== document.body) return;
        document.querySelector("[autofocus]")?.focus();
    };
    new MutationObserver((_records, observer) => {
        observer.disconnect();
        begin();
    }).observe(page, { attributeFilter: ["x-cloak"] });
    begin();
})();
