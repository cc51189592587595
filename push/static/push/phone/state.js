// The phone's state in the browser's storage. A browser may have several phones; each belongs to one user.

const TOKEN_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

export class PhoneState {
    constructor({ userId, number }) {
        this.key = `callboard.phone.${userId}.${number}`;
        this.load();
    }

    load() {
        try {
            this.values = JSON.parse(localStorage.getItem(this.key)) ?? {};
        } catch {
            this.values = {};
        }
    }

    get registered() {
        return Boolean(this.values.token);
    }

    save(changes) {
        this.values = { ...this.values, ...changes };
        localStorage.setItem(this.key, JSON.stringify(this.values));
    }

    // After a logout, the phone becomes a new one: its token is never used again.
    forget() {
        this.values = {};
        localStorage.removeItem(this.key);
    }
}

// Tokens have the formats of Apple's and Google's tokens.
export function tokenNew(type) {
    if (type === "apn") {
        return [...randomBytes(32)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    }
    return `${lettersNew(22)}:APA91b${lettersNew(134)}`;
}

export function lettersNew(length) {
    return [...randomBytes(length)].map((byte) => TOKEN_LETTERS[byte % TOKEN_LETTERS.length]).join("");
}

function randomBytes(length) {
    return crypto.getRandomValues(new Uint8Array(length));
}
