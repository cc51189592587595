// Live regions: an update changes only what differs, in place, so that focus, selection, scroll positions and text being
// typed survive it. htmx does so for hx-swap="morph" (the element itself), hx-swap="morph-children" (what is in it) and
// hx-swap-oob="morph"; scripts call Live.update. Elements are matched by their id or data-key, others by their order.
"use strict";

const Live = (() => {
    const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";

    const keyOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node.id || node.dataset.key || "" : "");

    const isSame = (old, made) => old.nodeName === made.nodeName && keyOf(old) === keyOf(made);

    // Where the browser can move a node within its parent, the node keeps its state.
    const place = (parent, node, before) => {
        if (parent.moveBefore && node.parentNode === parent) parent.moveBefore(node, before);
        else parent.insertBefore(node, before);
    };

    // What the reader opened stays open.
    const isReaders = (element, name) => name === "hx-swap-oob" || (name === "open" && element.localName === "details");

    const attributesUpdate = (old, made) => {
        for (const { name, value } of made.attributes) {
            if (old.getAttribute(name) !== value && !isReaders(made, name)) old.setAttribute(name, value);
        }
        for (const { name } of [...old.attributes]) {
            if (!made.hasAttribute(name) && !isReaders(old, name)) old.removeAttribute(name);
        }
    };

    // Replaces the part that differs, so that a selection in the rest stays.
    const textUpdate = (old, text) => {
        const before = old.data;
        if (before === text) return;
        const shortest = Math.min(before.length, text.length);
        let start = 0;
        while (start < shortest && before[start] === text[start]) start += 1;
        let end = 0;
        while (end < shortest - start && before.at(-1 - end) === text.at(-1 - end)) end += 1;
        old.replaceData(start, before.length - start - end, text.slice(start, text.length - end));
    };

    const childrenUpdate = (old, made) => {
        const children = [...made.childNodes];
        const keys = new Set(children.map(keyOf));
        let next = old.firstChild;
        const skipRemoved = () => {
            while (next && !keys.has(keyOf(next))) {
                const removed = next;
                next = next.nextSibling;
                removed.remove();
            }
        };
        keys.add("");
        for (const child of children) {
            skipRemoved();
            let match = next;
            while (match && !isSame(match, child)) match = match.nextSibling;
            if (!match) {
                place(old, child, next);
                continue;
            }
            if (match === next) next = next.nextSibling;
            else place(old, match, next);
            nodeUpdate(match, child);
        }
        while (next) {
            const removed = next;
            next = next.nextSibling;
            removed.remove();
        }
    };

    const nodeUpdate = (old, made) => {
        if (old.nodeType !== Node.ELEMENT_NODE) return textUpdate(old, made.data);
        attributesUpdate(old, made);
        return childrenUpdate(old, made);
    };

    const focusables = (root) => [root, ...root.querySelectorAll(FOCUSABLE)].filter((one) => one.matches(FOCUSABLE));

    // The focus stays where it was; if that was removed, it goes to what stands there now.
    const keepingFocus = (root, change) => {
        const focused = root.contains(document.activeElement) ? document.activeElement : null;
        const position = focused ? focusables(root).indexOf(focused) : 0;
        change();
        if (!focused || document.activeElement === focused) return;
        const others = focusables(root);
        const target = focused.isConnected ? focused : (others[Math.min(position, others.length - 1)] ?? root);
        if (!target.matches(FOCUSABLE)) target.tabIndex = -1;
        target.focus({ preventScroll: true });
    };

    // Makes `old` look like `made`, which is of the same kind; with `onlyChildren` what it contains.
    const update = (old, made, { onlyChildren = false } = {}) => {
        keepingFocus(old, () => (onlyChildren ? childrenUpdate(old, made) : nodeUpdate(old, made)));
    };

    if (window.htmx) {
        htmx.defineExtension("live", {
            isInlineSwap: (style) => style === "morph",
            handleSwap: (style, target, fragment) => {
                if (style === "morph-children") {
                    update(target, fragment, { onlyChildren: true });
                    return [...target.children];
                }
                if (style !== "morph") return false;
                const [made, ...further] = fragment.children ?? [];
                if (!made) target.remove();
                else if (isSame(target, made)) update(target, made);
                else target.replaceWith(made);
                (target.isConnected ? target : made)?.after(...further);
                return [target.isConnected ? target : made, ...further].filter(Boolean);
            },
        });
        document.addEventListener("DOMContentLoaded", () => document.body.setAttribute("hx-ext", "live"));
    }

    return { update };
})();
