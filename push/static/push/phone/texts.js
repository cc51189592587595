// Fills in the placeholders in braces of a translated text.

export function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, (_place, name) => values[name] ?? "");
}
