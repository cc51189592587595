// Puts values into the places of a translated text that stand in braces.

export function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, (_place, name) => values[name] ?? "");
}
