// The phone's requests: to the workspace's API as any app makes them, and to the simulated phone's own addresses.

export class RequestError extends Error {
    constructor(status, reason) {
        super(reason || String(status));
        this.status = status;
    }
}

export class PhoneApi {
    constructor(config, state) {
        this.config = config;
        this.state = state;
        this.csrfToken = document.querySelector("[name=csrfmiddlewaretoken]").value;
    }

    // Registers the phone; run again whenever the page is opened, as apps do.
    async register() {
        const { type, token, clientId } = this.state.values;
        const body = { type, value: token, appName: this.config.appName, name: this.config.name, id: clientId };
        await this.call("POST", this.config.urls.token, { ...body, capabilities: ["clear"] });
    }

    async unregister() {
        try {
            await this.call("DELETE", this.config.urls.token, { token: this.state.values.token });
        } catch (error) {
            if (error.status !== 404) {
                throw error;
            }
        }
    }

    // Tells that a push has arrived, as apps may; whether that succeeds is nobody's concern here.
    async acknowledge(messageId) {
        await this.call("POST", this.config.urls.receipt, { id: messageId, token: this.state.values.token });
    }

    async logOut() {
        await this.call("POST", this.config.urls.logout, {});
    }

    async inbox(after) {
        const query = new URLSearchParams({ token: this.state.values.token, after });
        const answer = await request("GET", `${this.config.urls.inbox}?${query}`);
        return answer.pushes;
    }

    // One call to the API; with new credentials where the phone has none, or none that still hold.
    async call(method, url, body) {
        if (!this.state.values.authToken) {
            await this.signIn();
            return this.callOnce(method, url, body);
        }
        try {
            return await this.callOnce(method, url, body);
        } catch (error) {
            if (error.status !== 401) {
                throw error;
            }
            await this.signIn();
            return this.callOnce(method, url, body);
        }
    }

    callOnce(method, url, body) {
        const { authToken, userId } = this.state.values;
        return request(method, url, body, { "X-Auth-Token": authToken, "X-User-Id": userId });
    }

    async signIn() {
        const answer = await request("POST", this.config.urls.credentials, {}, { "X-CSRFToken": this.csrfToken });
        this.state.save({ authToken: answer.authToken, userId: answer.userId });
    }
}

async function request(method, url, body, headers = {}) {
    const options = { method, headers: { Accept: "application/json", ...headers } };
    if (body !== undefined) {
        options.body = JSON.stringify(body);
        options.headers["Content-Type"] = "application/json";
    }
    const response = await fetch(url, options);
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) {
        throw new RequestError(response.status, answer.error ?? answer.message);
    }
    return answer;
}
