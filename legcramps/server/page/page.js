// A small page to try the assistant: it talks to the web channel as any website's chat would.
"use strict";

const API = "/webhooks/web/";
const FAILED = "That did not reach the server. Please try again.";
const talk = document.getElementById("talk");
const state = document.getElementById("state");
const field = document.getElementById("text");
let token = null;
let busy = false;

function add(kind, who) {
  const box = document.createElement("div");
  box.className = kind;
  const name = document.createElement("span");
  name.className = "who";
  name.textContent = who + ": ";
  box.append(name);
  talk.append(box);
  return box;
}

function paragraph(box, text, kind) {
  const line = document.createElement("p");
  line.textContent = text;
  if (kind) line.className = kind;
  box.append(line);
}

function place(citation) {
  return citation.section + ", paragraph " + citation.paragraph + (citation.item ? ", item " + citation.item : "");
}

function showReply(reply) {
  const box = add("assistant", "Assistant");
  paragraph(box, reply.text);
  const places = ((reply.answer || {}).citations || []).map(place);
  if (places.length) paragraph(box, "Source: " + places.join("; "), "source");
  for (const suggestion of reply.buttons || []) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = suggestion.title;
    button.addEventListener("click", () => ask(suggestion.payload, suggestion.title));
    box.append(button);
  }
  box.scrollIntoView({ block: "nearest" });
}

async function call(method, path, body) {
  if (!token) {
    const opened = await fetch(API + "session", { method: "POST" });
    if (!opened.ok) throw new Error((await opened.json()).error);
    token = (await opened.json()).token;
  }
  const headers = { Authorization: "Bearer " + token, "Content-Type": "application/json" };
  return fetch(API + path, { method, headers, body: body && JSON.stringify(body) });
}

async function send(message) {
  let response = await call("POST", "messages", message);
  if (response.status === 401) {
    token = null;
    response = await call("POST", "messages", message);
  }
  if (!response.ok) throw new Error((await response.json()).error);
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += decoder.decode(value, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop();
    for (const line of lines.filter(Boolean).map((text) => JSON.parse(text))) {
      if (line.type === "message" || line.type === "error") showReply(line);
    }
  }
}

async function ask(text, shown) {
  if (busy || !text.trim()) return;
  busy = true;
  state.textContent = "One moment …";
  paragraph(add("person", "You"), shown || text);
  const id = Date.now().toString(36) + Math.random().toString(36).slice(2);
  try {
    await send({ text, id });
    state.textContent = "";
  } catch (error) {
    state.textContent = error instanceof TypeError || !error.message ? FAILED : error.message;
  }
  busy = false;
}

function askTyped() {
  const text = field.value;
  if (busy) return;
  field.value = "";
  ask(text);
}

async function forget() {
  try {
    if (token) {
      const response = await call("DELETE", "conversation");
      if (!response.ok && response.status !== 401) throw new Error((await response.json()).error);
    }
    token = null;
    talk.replaceChildren();
    state.textContent = "Deleted.";
  } catch (error) {
    state.textContent = error instanceof TypeError || !error.message ? FAILED : error.message;
  }
  field.focus();
}

document.getElementById("send").addEventListener("click", askTyped);
field.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.isComposing) askTyped(); });
document.getElementById("forget").addEventListener("click", forget);
