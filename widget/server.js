// What is kept in this browser, and the web channel. Nothing that a person wrote is ever part of an address.

const EMPTY = { token: null, expires: 0, open: false, at: null, unread: 0, outbox: [], turn: 0 };

function read(text) {
  try {
    const kept = { ...EMPTY, ...JSON.parse(text) };
    return Array.isArray(kept.outbox) ? kept : EMPTY;
  } catch {
    return EMPTY;
  }
}

/** One entry of localStorage for all tabs; in memory where storage is forbidden. */
export class State {
  #key;
  #memory;

  constructor(server, signal, changed) {
    this.#key = "legcramps-chat " + server;
    const heard = ({ key, oldValue }) => (key === this.#key || key === null) && changed(this.now, read(oldValue));
    addEventListener("storage", heard, { signal });
  }

  get now() {
    let text = this.#memory;
    try {
      text = localStorage[this.#key] ?? text;
    } catch {}
    return read(text);
  }

  save(changes) {
    this.#memory = JSON.stringify({ ...this.now, ...changes });
    try {
      localStorage[this.#key] = this.#memory;
    } catch {}
  }

  /** In one tab at a time. */
  alone(work) {
    return navigator.locks ? navigator.locks.request(this.#key, work) : work();
  }
}

/** `kind`: offline, timeout, server, busy (wait `seconds`) or refused (`message` says why). */
const failure = (kind, message, seconds) => Object.assign(new Error(message), { kind, seconds });

const known = (error, signal) => (error.kind ? error : failure(signal.aborted ? "timeout" : "offline"));

export class Api {
  #base;
  #state;
  #timeout;
  #renewed;
  #opening;

  constructor(server, state, timeout, renewed) {
    this.#base = server + "webhooks/web/";
    this.#state = state;
    this.#timeout = timeout;
    this.#renewed = renewed;
  }

  async *send(message) {
    const stop = new AbortController();
    let timer;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => stop.abort(), this.#timeout);
    };
    try {
      wait();
      const { body } = await this.#ask("POST", "messages", stop.signal, message);
      const reader = body.pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = ""; ; ) {
        const { done, value } = await reader.read();
        if (done) throw failure("offline");
        wait();
        const lines = (rest + value).split("\n");
        rest = lines.pop();
        for (const text of lines) {
          const line = JSON.parse(text);
          yield line;
          if (line.type === "done") return;
        }
      }
    } catch (error) {
      throw known(error, stop.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  async history() {
    return this.#state.now.token ? (await this.#json("GET", "history")).turns : [];
  }

  async forget() {
    if (this.#state.now.token) await this.#json("DELETE", "conversation");
  }

  feedback(body) {
    return this.#json("POST", "feedback", body);
  }

  words() {
    return this.#json("GET", "words");
  }

  async #json(method, path, body) {
    const signal = AbortSignal.timeout(this.#timeout);
    try {
      return await (await this.#ask(method, path, signal, body)).json();
    } catch (error) {
      throw known(error, signal);
    }
  }

  async #ask(method, path, signal, body, old) {
    const token = path === "words" ? null : path === "session" ? old : await this.#token(signal);
    const headers = body ? { "Content-Type": "application/json" } : {};
    if (token) headers.Authorization = "Bearer " + token;
    const options = { method, headers, signal, body: body && JSON.stringify(body), credentials: "omit" };
    const response = await fetch(this.#base + path, options);
    if (response.ok) return response;
    if (response.status === 401 && token) {
      // Expired, or signed with another key.
      if (this.#state.now.token === token) this.#state.save({ token: null });
      this.#renewed();
      return this.#ask(method, path, signal, body);
    }
    const { error } = await response.json().catch(() => ({}));
    const kind = response.status === 429 ? "busy" : response.status < 500 ? "refused" : "server";
    throw failure(kind, error, Number(response.headers.get("retry-after")));
  }

  #token(signal) {
    const { token, expires } = this.#state.now;
    if (token && Date.now() < expires) return token;
    return (this.#opening ??= this.#open(token, signal).finally(() => (this.#opening = null)));
  }

  async #open(old, signal) {
    const { token, expires_in: seconds } = await (await this.#ask("POST", "session", signal, null, old)).json();
    // Prolonged when half of its time is over.
    this.#state.save({ token, expires: Date.now() + seconds * 500 });
    return token;
  }
}
