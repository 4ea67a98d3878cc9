// <legcramps-chat server="https://…/">, described in docs/widget.md
import { Turn, button, fill, h } from "./parts.js";
import { Api, State } from "./server.js";
import css from "./style.js";
import english from "./words.js";

const LONGEST = 2000;
const NARROW = "(max-width: 30rem), (max-height: 30rem)";
const LOW = "(max-height: 26rem)";

class LegcrampsChat extends HTMLElement {
  #root = this.attachShadow({ mode: "open" });
  #ui;
  #own = {};
  #words = english;
  #turns = new Map();
  #names;
  #known = {};
  #sending;
  #trouble;
  #timer;
  #slow;
  #wait = 2;
  #before;

  connectedCallback() {
    if (this.#ui) return;
    this.#words = { ...english, ...this.#own };
    for (const { name, value } of this.attributes) {
      if (name.startsWith("word-")) this.#words[name.slice(5).replace(/-(.)/g, (_, letter) => letter.toUpperCase())] = value;
    }
    const stop = new AbortController();
    const { signal } = stop;
    this.server = new URL(this.getAttribute("server") || "/", import.meta.url).href.replace(/\/*$/, "/");
    this.state = new State(this.server, signal, (now, before) => this.#elsewhere(now, before));
    this.api = new Api(this.server, this.state, 1000 * (this.getAttribute("timeout") || 35), () => this.#say(this.#words.renewed));
    this.#build(stop);
    addEventListener("online", () => this.#online(this.#words.online), { signal });
    addEventListener("offline", () => this.#online(this.#words.offline), { signal });
    matchMedia(NARROW).addEventListener("change", () => this.isOpen && this.#show(), { signal });
    const { open, outbox } = this.state.now;
    if (open || this.hasAttribute("open")) this.#show(false);
    else if (outbox[0]) this.#restore();
  }

  disconnectedCallback() {
    queueMicrotask(() => this.isConnected || this.#end());
  }

  #end() {
    if (!this.#ui) return;
    clearTimeout(this.#timer);
    this.#ui.stop.abort();
    this.#root.replaceChildren();
    this.#turns.clear();
    this.#ui = null;
  }


  set words(table) {
    this.#own = table;
    this.#end();
    if (this.isConnected) this.connectedCallback();
  }

  get isOpen() {
    return Boolean(this.#ui?.panel.open);
  }

  open() {
    if (!this.#ui || this.isOpen) return;
    this.#before = deepest();
    this.#show(true);
    this.#emit("open");
  }

  close() {
    if (!this.isOpen) return;
    const { panel, launcher } = this.#ui;
    const inside = this.#root.activeElement;
    panel.close();
    launcher.hidden = false;
    this.state.save({ open: false });
    if (inside) (this.#before?.isConnected ? this.#before : launcher).focus();
    this.#emit("close");
  }

  toggle() {
    this.isOpen ? this.close() : this.open();
  }

  ask(text, title) {
    const item = { id: Date.now().toString(36) + Math.random().toString(36).slice(2), text, title };
    this.state.save({ outbox: [...this.state.now.outbox, item], at: null });
    this.#emit("message", { from: "person", id: item.id });
    this.#down(this.#turn(item));
    this.#wait = 2;
    this.#flush();
  }

  restart() {
    this.ask("Start again", this.#words.restart);
  }

  async deleteConversation() {
    try {
      await this.api.forget();
    } catch (error) {
      return this.#failed(error);
    }
    this.state.save({ token: null, outbox: [], at: null, unread: 0 });
    this.#clear();
    this.#say(this.#words.deleted);
    return true;
  }

  async summary() {
    return (await import("./extras.js")).text(...(await this.#said()));
  }


  #build(stop) {
    const words = this.#words;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    this.#root.adoptedStyleSheets = [sheet];
    const ui = (this.#ui = { stop });
    const part = (name, ...rest) => (ui[name] = h(...rest));
    const keys = (event) => {
      if (event.key === "Escape") ui.menu.hidden ? this.close() : this.#menu(false);
      else if (event.target !== ui.field || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      else this.#send();
      event.preventDefault();
    };
    const send = (event) => (event.preventDefault(), this.#send());
    let still;
    const scroll = () => {
      if (this.#atEnd) ui.latest.hidden = true;
      clearTimeout(still);
      still = setTimeout(() => this.isOpen && this.state.save({ at: this.#atEnd ? null : this.#scroller.scrollTop }), 150);
    };
    this.#root.append(
      part("launcher", "button", { type: "button", class: "launcher", "aria-haspopup": "dialog", click: () => this.open() },
        words.launcher, " ", part("badge", "span", { class: "badge", hidden: true })),
      part("panel", "dialog", { class: "panel", "aria-labelledby": "title", lang: this.#lang, tabindex: -1, keydown: keys, scroll, cancel: (event) => event.preventDefault() },
        h("header", {}, h("h2", { id: "title" }, words.title),
          (ui.more = button(words.menu, () => this.#menu(ui.menu.hidden), { "aria-expanded": "false", "aria-controls": "menu" })),
          button("✕", () => this.close(), { "aria-label": words.close })),
        part("menu", "div", { class: "menu", id: "menu", hidden: true },
          button(words.summary, () => this.#summarise()),
          button(words.restart, () => (this.#menu(false), this.restart())),
          button(words.forget, () => this.#confirm())),
        h("div", { class: "talk" },
          part("log", "div", { role: "log", class: "log", tabindex: 0, "aria-label": words.conversation, scroll }, part("intro", "div", { class: "intro" })),
          (ui.latest = button(words.latest, () => this.#bottom(), { class: "latest", hidden: true })),
          part("dots", "div", { class: "dots", hidden: true, "aria-hidden": "true" }, h("i"), h("i"), h("i"))),
        part("status", "p", { role: "status", class: "status" }),
        part("form", "form", { submit: send }, h("label", { for: "field", class: "unseen" }, words.field),
          part("field", "textarea", { id: "field", rows: 1, placeholder: words.placeholder, enterkeyhint: "send", "aria-describedby": "left", input: () => this.#count() }),
          h("button", { class: "send" }, words.send)),
        part("left", "p", { id: "left", class: "left" })),
    );
    this.#unread();
    if (this.hasAttribute("microphone")) {
      import("./extras.js").then(({ microphone }) => ui.field.after(microphone(words, this.#lang, ui.field, (text) => this.#say(text))));
    }
  }

  get #lang() {
    return this.lang || "en";
  }

  /** Names from the server; without them ids stand in their place. */
  #load() {
    return (this.#names ??= this.api.words().then((known) => (this.#known = known), () => ((this.#names = null), {})));
  }

  async #introduce() {
    const known = await this.#load();
    const { intro } = this.#ui;
    const words = this.#words;
    const questions = words.questions.split("|").map((text) => button(text, () => this.ask(text)));
    if (intro.firstChild) return;
    intro.append(
      h("p", {}, words.intro),
      h("p", { class: "small" }, fill(words.program, { number: known.emergency_number ?? words.number })),
      h("div", { class: "choices" }, ...questions),
      h("p", { class: "small" }, known.keep_days && fill(words.privacy, { days: known.keep_days })),
    );
  }

  #turn(item) {
    let turn = this.#turns.get(item.id);
    if (!turn) {
      turn = new Turn(item, {
        words: this.#words,
        names: this.#load(),
        aloud: this.aloud,
        allowed: (known = this.#known) => {
          const hosts = [this.server, known.source_url].filter(Boolean).map((address) => new URL(address).hostname);
          return new Set(hosts.concat((this.getAttribute("links") ?? "").split(" ")));
        },
        ask: (text, title) => this.ask(text, title),
        feedback: (...verdict) => this.#feedback(...verdict),
      });
      this.#turns.set(item.id, turn);
      this.#ui.log.append(turn.node);
    }
    return turn;
  }

  #clear() {
    this.#turns.clear();
    this.#ui.log.replaceChildren(this.#ui.intro);
  }

  #say(text) {
    if (this.#ui) this.#ui.status.textContent = text;
  }

  #failed({ kind, message }) {
    this.#say((kind === "refused" && message) || this.#words.failed);
    this.#emit("error", { kind });
    return false;
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }


  #show(focus) {
    const { panel, launcher, field } = this.#ui;
    const had = this.#root.activeElement;
    const was = panel.open;
    panel.close();
    // Where it covers the page, nothing behind it can be reached.
    if (matchMedia(NARROW).matches) panel.showModal();
    else panel.open = true;
    launcher.hidden = true;
    // On a touch screen the keyboard would hide the first screen.
    if (was) had?.focus();
    else if (focus) (matchMedia("(pointer: coarse)").matches ? panel : field).focus();
    this.state.save({ open: true, unread: 0 });
    this.#unread();
    this.#introduce();
    if (!was) this.#restore();
  }

  async #restore() {
    const { log } = this.#ui;
    const { at } = this.state.now;
    if (this.hasAttribute("read-aloud")) {
      const { aloud } = await import("./extras.js");
      this.aloud = (text) => aloud(this.#words, this.#lang, text);
    }
    log.ariaLive = "off"; // What was said before is not read out anew.
    await this.#look();
    await this.#load();
    setTimeout(() => {
      if (at === null) this.#turns.size && this.#bottom();
      else this.#scroller.scrollTop = at;
      log.ariaLive = "polite";
    }, 50);
    this.#flush();
  }

  /** Draws what the server has and this page lacks. */
  async #look() {
    try {
      const history = await this.api.history();
      const ids = new Set(history.map(({ id }) => id));
      if ([...this.#turns.values()].some((turn) => turn.kept && !ids.has(turn.id))) this.#clear();
      for (const past of history) {
        const turn = this.#turn(past);
        turn.kept = true;
        for (const reply of past.replies.slice(turn.replies.length)) turn.add(reply);
        if (turn.replies[0]) this.#confirmed(turn);
        else if (!this.#waiting(turn)) turn.note(this.#words.unanswered, () => this.ask(past.text));
      }
    } catch (error) {
      if (!this.#turns.size) this.#failed(error);
    }
    for (const item of this.state.now.outbox) this.#turn(item).note(this.#words.waiting);
  }

  async #elsewhere(now, before) {
    this.#unread();
    if (!now.token && before.token) return this.#clear();
    if (!this.isOpen || (now.turn === before.turn && now.outbox.length === before.outbox.length)) return;
    const end = this.#atEnd;
    await this.#look();
    if (end) this.#bottom();
  }


  #send() {
    const { field } = this.#ui;
    const text = field.value.trim();
    if (!text || this.#count() < 0) return;
    field.value = "";
    this.#count();
    this.ask(text);
  }

  #count() {
    const { field, left } = this.#ui;
    const { tooLong, left: few } = this.#words;
    const n = LONGEST - [...field.value.trim()].length;
    left.textContent = n > 200 ? "" : fill(n < 0 ? tooLong : few, { n: Math.abs(n) });
    field.ariaInvalid = n < 0;
    return n;
  }

  #waiting({ id }) {
    return this.state.now.outbox.some((item) => item.id === id);
  }

  /** Sends what waits, in order. */
  async #flush() {
    clearTimeout(this.#timer);
    if (this.#sending) return;
    this.#sending = true;
    try {
      await this.state.alone(async () => {
        for (let item; this.#ui && (item = this.state.now.outbox[0]); ) if (!(await this.#deliver(item))) break;
      });
    } finally {
      this.#sending = false;
    }
  }

  async #deliver(item) {
    const turn = this.#turn(item);
    let count = 0;
    turn.note();
    try {
      for await (const line of this.api.send(item)) {
        if (line.type === "accepted") this.#typing(true);
        // A message that is sent again gets all its replies again.
        else if (line.type !== "done" && ++count > turn.replies.length) this.#receive(turn, line);
      }
      this.#wait = 2;
      this.#confirmed(turn);
      return true;
    } catch (failure) {
      return this.#undelivered(turn, item, failure);
    } finally {
      this.#typing(false);
    }
  }

  #receive(turn, line) {
    const { outcome, topic } = line.answer;
    const end = this.#atEnd;
    this.#typing(false);
    turn.add(line);
    if (outcome === "error") turn.again = () => this.ask(turn.text);
    else turn.kept = true;
    if (!this.isOpen) this.state.save({ unread: this.state.now.unread + 1 });
    this.#unread();
    if (end) this.#down(turn);
    else this.#ui.latest.hidden = false;
    this.#emit("message", { from: "assistant", id: turn.id, outcome, topic });
  }

  #undelivered(turn, item, { kind, message, seconds }) {
    const words = this.#words;
    if (!this.#ui) return false;
    this.#emit("error", { kind });
    if (kind === "refused") {
      this.#confirmed(turn);
      turn.note(message || words.failed, () => (turn.note(), this.ask(item.text, item.title)));
      return true;
    }
    const n = seconds || this.#wait;
    const told = fill(words[kind], { n });
    const outbox = this.state.now.outbox.map((one) => (one.id === item.id ? { ...one, again: true } : one));
    this.state.save({ outbox });
    for (const one of outbox) this.#turn(one).note(words.waiting);
    turn.note(words.waiting, () => this.#flush());
    this.#down(turn);
    this.#online(told);
    this.#wait = Math.min(this.#wait * 2, 30);
    this.#timer = setTimeout(() => this.#flush(), n * 1000);
    return false;
  }

  #confirmed(turn) {
    turn.note(turn.again && this.#words.unanswered, turn.again);
    if (this.#trouble) this.#say("");
    this.#trouble = false;
    if (!this.#waiting(turn)) return;
    const { outbox, turn: count } = this.state.now;
    this.state.save({ outbox: outbox.filter(({ id }) => id !== turn.id), turn: count + 1 });
  }

  #online(told) {
    this.#say(told);
    this.#trouble = true;
    if (told === this.#words.online) this.#flush();
  }

  async #feedback(answer, helpful, reason) {
    try {
      await this.api.feedback({ answer, helpful, reason });
      this.#emit("feedback", { helpful, reason, outcome: answer.outcome, topic: answer.topic });
      return true;
    } catch ({ kind }) {
      this.#emit("error", { kind });
    }
  }


  #typing(on) {
    if (!this.#ui) return;
    const { dots, status } = this.#ui;
    const { typing } = this.#words;
    dots.hidden = !on;
    clearTimeout(this.#slow);
    // Said only when it takes long enough to wonder.
    if (on) this.#slow = setTimeout(() => this.#say(typing), 600);
    else if (status.textContent === typing) this.#say("");
  }

  #unread() {
    const { badge } = this.#ui;
    const n = this.state.now.unread;
    badge.hidden = !n;
    badge.textContent = n ? fill(this.#words.unread, { n }) : "";
  }

  get #scroller() {
    return matchMedia(LOW).matches ? this.#ui.panel : this.#ui.log;
  }

  get #atEnd() {
    const { scrollHeight, clientHeight, scrollTop } = this.#scroller;
    return scrollHeight - clientHeight - scrollTop < 60;
  }

  #bottom() {
    this.#scroller.scrollTop = 1e9;
  }

  /** Brings a turn's beginning to the top, if it can. */
  #down({ node }) {
    const scroller = this.#scroller;
    scroller.scrollTop += node.getBoundingClientRect().top - scroller.getBoundingClientRect().top - 12;
  }


  #menu(open) {
    const { menu, more } = this.#ui;
    if (!open && menu.contains(this.#root.activeElement)) more.focus();
    menu.hidden = !open;
    more.ariaExpanded = open;
  }

  #confirm() {
    const words = this.#words;
    const { menu, more, field } = this.#ui;
    const away = (next) => (box.remove(), next.focus());
    const keep = button(words.keep, () => away(more));
    const box = h("div", { class: "confirm", role: "group", "aria-label": words.sure }, h("p", {}, words.sure),
      button(words.delete, async () => (await this.deleteConversation(), away(field))), keep);
    this.#menu(false);
    menu.after(box);
    keep.focus();
  }

  async #said() {
    return [[...this.#turns.values()], this.#words, await this.#load(), this.#lang];
  }

  async #summarise() {
    const { panel, more, form } = this.#ui;
    const { view } = await import("./extras.js");
    const back = () => (panel.classList.remove("summarised"), page.remove(), more.focus());
    const page = view(...(await this.#said()), back, (text) => this.#say(text));
    this.#menu(false);
    panel.classList.add("summarised");
    form.before(page);
    page.firstChild.focus();
  }
}

function deepest() {
  let node = document.activeElement;
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  return node === document.body ? null : node;
}

if (!customElements.get("legcramps-chat")) customElements.define("legcramps-chat", LegcrampsChat);
