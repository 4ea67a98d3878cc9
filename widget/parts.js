// What a conversation is drawn with. Text becomes text nodes, never HTML; an address becomes a link only when it is allowed.

export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

/** An element; functions become listeners. */
export function h(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value instanceof Function) node.addEventListener(name, value);
    else if (value || value === 0) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter(Boolean));
  return node;
}

export const button = (label, click, attributes) => h("button", { type: "button", click, ...attributes }, label);

const ADDRESS = /(https:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]])/;

export const link = (address, label) => h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, label);

const nodes = (text, allowed) =>
  text.split(ADDRESS).map((part, index) => (index % 2 && linkable(part, allowed) ? link(part, part) : part));

function linkable(address, allowed) {
  try {
    const { protocol, hostname, username } = new URL(address);
    return protocol === "https:" && !username && allowed.has(hostname);
  } catch {
    return false;
  }
}

export const place = (words, cite) => fill(words.place, cite) + (cite.item ? fill(words.item, cite) : "");

export function grades(answer, known) {
  const spaced = (id) => id.replaceAll("_", " ");
  return (answer.conditions ?? [])
    .filter((one) => one.link)
    .map(({ id, link }) => [known.conditions?.[id] ?? spaced(id), known.grades?.[link]?.label ?? spaced(link)]);
}

export class Turn {
  replies = [];
  node = h("div", { class: "turn" });
  #chat;
  #note = h("div", { class: "note", hidden: true });

  constructor(item, chat) {
    this.id = item.id;
    this.text = item.title ?? item.text;
    this.#chat = chat;
    this.node.append(h("div", { class: "person" }, who(chat.words.you), h("p", { dir: "auto" }, this.text)), this.#note);
  }

  note(text, retry) {
    this.#note.hidden = !text;
    this.#note.replaceChildren(text ?? "", " ", retry ? button(this.#chat.words.retry, retry) : "");
  }

  add(reply) {
    const { words, names, allowed } = this.#chat;
    const answer = reply.answer ?? {};
    const warning = ["urgent", "crisis"].includes(answer.outcome);
    this.replies.push(reply);
    const box = h(
      "div",
      { class: warning ? "reply warning" : "reply", "data-outcome": answer.outcome },
      who(words.assistant),
      warning && h("p", { class: "first" }, words.urgent),
      ...reply.text.split(/\n{2,}/).map((text) => h("p", {}, ...nodes(text, allowed()))),
    );
    // Not read out by itself.
    const more = h("div", { class: "more", "aria-live": "off" });
    this.node.append(box, more);
    names.then((known) => {
      const number = known.emergency_number;
      if (warning && /^\+?[\d ]{2,}$/.test(number)) {
        box.append(h("p", {}, h("a", { class: "call", href: "tel:" + number.replaceAll(" ", "") }, fill(words.call, { number }))));
      }
      const list = grades(answer, known).map(([name, grade]) => h("li", {}, h("b", {}, name), " ", h("span", {}, grade)));
      if (list[0]) box.append(h("ul", { class: "grades", "aria-label": words.grades }, ...list));
      setTimeout(() => this.#extras(more, reply, answer, known));
    });
  }

  #extras(more, { text, buttons = [] }, answer, known) {
    const { words, allowed, ask, feedback, aloud } = this.#chat;
    const cites = (answer.citations ?? []).map((cite) => h("li", {}, place(words, cite)));
    const url = known.source_url;
    const row = h(
      "div",
      { class: "row" },
      /^(answered|not_)/.test(answer.outcome) && rating(words, (...verdict) => feedback(answer, ...verdict)),
      aloud?.(text),
    );
    const choices = h("div", { class: "choices" }, ...buttons.map((one) => button(one.title, () => ask(one.payload, one.title))));
    if (cites[0]) {
      more.append(
        h(
          "details",
          {},
          h("summary", {}, fill(words.sources, { n: cites.length })),
          h("ul", {}, ...cites),
          h("p", {}, fill(words.document, { title: known.source }), " ", linkable(url, allowed(known)) && link(url, words.read)),
        ),
      );
    }
    more.append(...[row, choices].filter((node) => node.firstChild));
  }
}

const who = (name) => h("span", { class: "unseen" }, name + ": ");

function rating(words, send) {
  const done = async (...verdict) => {
    const stored = send(...verdict);
    box.focus(); // The pressed button goes away.
    box.replaceChildren((await stored) ? words.thanks : words.feedbackFailed);
  };
  const reasons = words.reasons.split("|").map((one) => {
    const [reason, label] = one.split("=");
    return button(label, () => done(false, reason));
  });
  const why = h("div", { hidden: true }, h("p", {}, words.why), ...reasons);
  const no = button(words.no, () => {
    why.hidden = !why.hidden;
    no.ariaExpanded = !why.hidden;
  }, { "aria-expanded": "false" });
  const box = h("div", { class: "rating", role: "group", "aria-label": words.helpful, tabindex: -1 },
    h("span", {}, words.helpful), button(words.yes, () => done(true)), no, why);
  return box;
}
