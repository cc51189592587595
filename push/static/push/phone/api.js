// The phone's requests: to the workspace's API, like any app, and to the endpoints for simulated phones.

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

    // Registers the phone. Like apps, it does this every time it is opened.
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

    // Confirms the receipt of a push, as apps may do. Errors are ignored.
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

    // Calls the API; requests new credentials if there are none or they are no longer valid.
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
