// Fetched when they are used: the summary for a visit to the doctor, reading aloud and speaking.
import { button, grades, h, place } from "./parts.js";

function lines(turns, words, known) {
  return turns.flatMap(({ text, replies }) => [
    ["asked", words.asked + text],
    ...replies.flatMap(({ text, answer = {} }) => {
      const places = (answer.citations ?? []).map((cite) => place(words, cite)).join("; ");
      return [
        ["", words.answer + text.replace(/\s*\n\s*/g, " ")],
        ...grades(answer, known).map((one) => ["", "– " + one.join(": ")]),
        ...(places ? [["source", words.source + places]] : []),
      ];
    }),
  ]);
}

const today = (lang) => new Date().toLocaleDateString(lang, { dateStyle: "long" });

export function text(turns, words, known, lang) {
  const said = lines(turns, words, known).map(([kind, line]) => (kind === "asked" ? "\n" : "") + line);
  return [words.summaryTitle, today(lang), ...said, "", words.summaryNote].join("\n");
}

export function view(turns, words, known, lang, back, say) {
  const said = lines(turns, words, known).map(([kind, line]) => h("p", { class: kind, dir: kind && "auto" }, line));
  const page = h("div", { class: "page", tabindex: 0, role: "region", "aria-label": words.summary },
    h("h3", {}, words.summaryTitle), h("p", {}, today(lang)), ...said, h("p", { class: "small" }, words.summaryNote));
  const whole = text(turns, words, known, lang);
  return h("div", { class: "summary" }, page, h("div", { class: "row" },
    button(words.copy, async () => say((await copy(whole, page)) ? words.copied : words.failed)),
    button(words.print, () => print(page)),
    navigator.share && button(words.share, () => navigator.share({ text: whole }).catch(() => {})),
    button(words.back, back)));
}

async function copy(what, page) {
  try {
    await navigator.clipboard.writeText(what);
    return true;
  } catch {
    // No clipboard without HTTPS.
    const field = h("textarea", { class: "unseen" });
    const before = page.getRootNode().activeElement;
    field.value = what;
    page.after(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    before.focus();
    return done;
  }
}

function print(page) {
  const frame = h("iframe", { "aria-hidden": "true", tabindex: -1 });
  // Not `display: none`: some browsers would print an empty sheet.
  Object.assign(frame.style, { position: "fixed", width: 0, height: 0, border: 0 });
  document.body.append(frame);
  const { contentDocument: paper, contentWindow: sheet } = frame;
  paper.body.append(paper.importNode(page, true));
  sheet.onafterprint = () => frame.remove();
  sheet.print();
}

const Recognition = globalThis.SpeechRecognition ?? globalThis.webkitSpeechRecognition;
let agreed = false;

function consent(words, near, then) {
  if (agreed) return then();
  const close = () => (note.remove(), near.focus());
  const agree = button(words.agree, () => ((agreed = true), close(), then()));
  const note = h("div", { class: "confirm", role: "group", "aria-label": words.voiceNote },
    h("p", {}, words.voiceNote), agree, button(words.cancel, close));
  near.closest(".row, form").before(note);
  agree.focus();
}

export function aloud(words, lang, text) {
  if (!globalThis.speechSynthesis) return;
  const show = (reading) => (toggle.textContent = reading ? words.stop : words.aloud);
  const toggle = button(words.aloud, () => {
    const reading = toggle.textContent === words.stop;
    speechSynthesis.cancel();
    if (reading) return show(false);
    consent(words, toggle, () => {
      const speech = new SpeechSynthesisUtterance(text);
      speech.lang = lang;
      speech.onend = speech.onerror = () => show(false);
      show(true);
      speechSynthesis.speak(speech);
    });
  });
  return toggle;
}

export function microphone(words, lang, field, say) {
  if (!Recognition) return "";
  let listening;
  const toggle = button(words.speak, () => {
    if (listening) return listening.stop();
    consent(words, toggle, () => {
      let heard = "";
      listening = new Recognition();
      listening.lang = lang;
      listening.onresult = ({ results }) => (heard = [...results].map(([best]) => best.transcript).join(" "));
      listening.onend = () => {
        listening = null;
        toggle.ariaPressed = false;
        say(heard ? "" : words.unheard);
        field.value = `${field.value} ${heard}`.trim();
        field.dispatchEvent(new Event("input"));
        field.focus();
      };
      listening.start();
      toggle.ariaPressed = true;
      say(words.listening);
    });
  }, { "aria-pressed": "false" });
  return toggle;
}
