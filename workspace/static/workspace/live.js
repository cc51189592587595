// Live regions: updates change only what differs, in place, so that focus, selection, scroll positions and text being
// typed are preserved. htmx uses this for hx-swap="morph" (the element itself), hx-swap="morph-children" (its content)
// and hx-swap-oob="morph"; scripts call Live.update. Elements are matched by id or data-key, others by their order.
"use strict";

const Live = (() => {
    const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";

    const keyOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node.id || node.dataset.key || "" : "");

    const isSame = (old, updated) => old.nodeName === updated.nodeName && keyOf(old) === keyOf(updated);

    // Browsers with moveBefore preserve the state of a moved node.
    const place = (parent, node, before) => {
        if (parent.moveBefore && node.parentNode === parent) parent.moveBefore(node, before);
        else parent.insertBefore(node, before);
    };

    // Keeps details elements open that the user has opened.
    const isKept = (element, name) => name === "hx-swap-oob" || (name === "open" && element.localName === "details");

    const updateAttributes = (old, updated) => {
        for (const { name, value } of updated.attributes) {
            if (old.getAttribute(name) !== value && !isKept(updated, name)) old.setAttribute(name, value);
        }
        for (const { name } of [...old.attributes]) {
            if (!updated.hasAttribute(name) && !isKept(old, name)) old.removeAttribute(name);
        }
    };

    // Replaces only the part that differs, so that a selection in the rest is preserved.
    const updateText = (old, text) => {
        const before = old.data;
        if (before === text) return;
        const shortest = Math.min(before.length, text.length);
        let start = 0;
        while (start < shortest && before[start] === text[start]) start += 1;
        let end = 0;
        while (end < shortest - start && before.at(-1 - end) === text.at(-1 - end)) end += 1;
        old.replaceData(start, before.length - start - end, text.slice(start, text.length - end));
    };

    const updateChildren = (old, updated) => {
        const children = [...updated.childNodes];
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
            updateNode(match, child);
        }
        while (next) {
            const removed = next;
            next = next.nextSibling;
            removed.remove();
        }
    };

    const updateNode = (old, updated) => {
        if (old.nodeType !== Node.ELEMENT_NODE) return updateText(old, updated.data);
        // A script has drawn the canvas and set its size, which would clear it.
        if (old.localName === "canvas") return Object.assign(old.dataset, updated.dataset);
        updateAttributes(old, updated);
        return updateChildren(old, updated);
    };

    const focusables = (root) => [root, ...root.querySelectorAll(FOCUSABLE)].filter((one) => one.matches(FOCUSABLE));

    // Preserves the focus. If the focused element was removed, the one in its place gets the focus.
    const preserveFocus = (root, change) => {
        const focused = root.contains(document.activeElement) ? document.activeElement : null;
        const position = focused ? focusables(root).indexOf(focused) : 0;
        change();
        if (!focused || document.activeElement === focused) return;
        const others = focusables(root);
        const target = focused.isConnected ? focused : (others[Math.min(position, others.length - 1)] ?? root);
        if (!target.matches(FOCUSABLE)) target.tabIndex = -1;
        target.focus({ preventScroll: true });
    };

    // Updates `old` to look like `updated`, an element of the same kind; with `onlyChildren`, only its content.
    const update = (old, updated, { onlyChildren = false } = {}) => {
        preserveFocus(old, () => (onlyChildren ? updateChildren(old, updated) : updateNode(old, updated)));
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
                const [updated, ...further] = fragment.children ?? [];
                if (!updated) target.remove();
                else if (isSame(target, updated)) update(target, updated);
                else target.replaceWith(updated);
                (target.isConnected ? target : updated)?.after(...further);
                return [target.isConnected ? target : updated, ...further].filter(Boolean);
            },
        });
        document.addEventListener("DOMContentLoaded", () => document.body.setAttribute("hx-ext", "live"));
    }

    return { update };
})();
