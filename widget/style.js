// The look; docs/widget.md names what pages may set.
export default `
:host {
  --ink: var(--legcramps-ink, #16282f);
  --soft: var(--legcramps-soft, #4a5f68);
  --paper: var(--legcramps-paper, #f4f7f8);
  --card: var(--legcramps-card, #fff);
  --line: var(--legcramps-line, #bccbd1);
  --accent: var(--legcramps-accent, #0b5f73);
  --alarm: var(--legcramps-alarm, #a3171c);
  --fill: var(--legcramps-fill, #0b5f73);
  --on-fill: var(--legcramps-on-fill, #fff);
}
@supports (color: light-dark(#000, #fff)) {
  :host {
    --ink: var(--legcramps-ink, light-dark(#16282f, #e4eef1));
    --soft: var(--legcramps-soft, light-dark(#4a5f68, #a9bcc4));
    --paper: var(--legcramps-paper, light-dark(#f4f7f8, #101d24));
    --card: var(--legcramps-card, light-dark(#fff, #1a2b34));
    --line: var(--legcramps-line, light-dark(#bccbd1, #3f5661));
    --accent: var(--legcramps-accent, light-dark(#0b5f73, #7fd4e4));
    --alarm: var(--legcramps-alarm, light-dark(#a3171c, #ff9d94));
    --fill: var(--legcramps-fill, light-dark(#0b5f73, #155263));
    color-scheme: light dark;
  }
  :host([theme="light"]) { color-scheme: light; }
  :host([theme="dark"]) { color-scheme: dark; }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
p, ul, h2, h3 { margin: 0; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
button, .call { font: inherit; color: inherit; cursor: pointer; border: 1px solid var(--line); border-radius: .6rem; background: var(--card); min-height: 2.75rem; padding: .3rem .75rem; text-align: start; overflow-wrap: anywhere; }
button:hover { border-color: currentColor; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
a { color: var(--accent); }

.launcher, .panel { position: fixed; z-index: 2147483000; inset: auto; inset-block-end: var(--legcramps-inset-block, 1.25rem); inset-inline-end: var(--legcramps-inset-inline, 1.25rem); font: 400 1rem/1.5 var(--legcramps-font, system-ui, "Segoe UI", Roboto, sans-serif); border: 1px solid var(--line); box-shadow: 0 .5rem 2rem #0006; }
.launcher { max-width: calc(100vw - 2.5rem); padding: .75rem 1.4rem; border: 2px solid var(--on-fill); border-radius: 2rem; font-weight: 600; }
.launcher:focus-visible { outline-color: var(--ink); }
.badge { margin-inline-start: .6rem; padding: .1rem .5rem; border-radius: 1rem; color: var(--fill); background: var(--on-fill); }
.launcher, header, .send, .latest, .person p, .intro .choices :first-child { color: var(--on-fill); background: var(--fill); }

.panel { width: var(--legcramps-width, 25rem); max-width: calc(100vw - 2rem); height: min(var(--legcramps-height, 42rem), 100dvh - 2.5rem); max-height: none; margin: 0; padding: 0; border-radius: 1rem; color: var(--ink); background: var(--paper); overflow: hidden; flex-direction: column; }
.panel[open] { display: flex; }
.panel:focus { outline: none; }
header { display: flex; align-items: center; gap: .25rem; padding: .5rem; padding-inline-start: 1rem; }
h2 { flex: 1; font-size: 1.0625rem; line-height: 1.3; overflow-wrap: anywhere; }
header button { min-width: 2.75rem; text-align: center; border-color: transparent; background: none; }
.log, .page, header button { outline-offset: -4px !important; }
header button { outline-color: currentColor !important; }
.menu, .confirm { padding: .75rem 1rem; background: var(--card); border-block-end: 1px solid var(--line); }
.menu { display: grid; padding: .4rem; }
.menu button { border-color: transparent; }
.confirm, .row, .choices, .rating, .rating div { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; }
.confirm p, .rating div, .rating p { flex-basis: 100%; }

.talk { flex: 1; min-height: 0; position: relative; display: flex; flex-direction: column; }
.log, .page { flex: 1; min-height: 0; overflow-y: auto; overscroll-behavior: contain; padding: 1rem; position: relative; overflow-wrap: anywhere; }
.intro, .more { display: grid; gap: .75rem; }
.small, .source, .status, .left, .row, .note, .grades, details { font-size: .9375rem; }
.small, .source, .row, .note, details p { color: var(--soft); }
.turn { margin-block-start: 1.25rem; }
.person p { width: fit-content; max-width: 85%; margin-inline-start: auto; padding: .55rem .9rem; border-radius: 1rem; border-end-end-radius: .25rem; white-space: pre-line; border: 1px solid transparent; }
.note { margin-block-start: .4rem; text-align: end; }
.reply { margin-block: .75rem; padding: .75rem .95rem; background: var(--card); border: 1px solid var(--line); border-radius: 1rem; border-start-start-radius: .25rem; white-space: pre-line; }
.reply * + :is(p, ul) { margin-block-start: .65rem; }
.reply .unseen + p { margin: 0; }
.warning { border: 3px solid var(--alarm); font-size: 1.0625rem; }
.first { font-weight: 700; color: var(--alarm); }
.call { display: inline-grid; align-items: center; font-weight: 700; text-decoration: none; color: var(--card); background: var(--alarm); }
.grades { padding: .65rem 0 0; border-block-start: 1px solid var(--line); display: grid; gap: .35rem; list-style: none; }
.grades li { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: .1rem .6rem; }
.grades span { padding: 0 .6rem; border: 1px solid var(--soft); border-radius: 1rem; color: var(--soft); }
summary { width: fit-content; min-height: 1.75rem; padding: .1rem .3rem; cursor: pointer; color: var(--accent); font-weight: 600; }
details ul { padding-inline-start: 1.5rem; }
.row button, .note button { min-height: 2rem; padding: .1rem .65rem; color: var(--ink); }
.rating { flex: 1; }
.row { align-items: start; }
.choices button { border-color: var(--accent); border-radius: 1.4rem; padding: .3rem 1rem; color: var(--accent); }
.intro .choices :first-child { flex-basis: 100%; font-weight: 600; text-align: center; }
.latest { position: absolute; inset-block-end: .5rem; inset-inline: 0; margin: auto; width: fit-content; }
.dots { display: flex; gap: .3rem; padding: .5rem 1.25rem .75rem; }
.dots i { width: .5rem; height: .5rem; border-radius: 50%; border: .25rem solid var(--soft); }
.status:not(:empty) { padding: .35rem 1rem; border-block-start: 1px solid var(--line); }
form, .summary > .row { position: relative; display: flex; flex-wrap: wrap; justify-content: end; align-items: end; gap: .5rem; padding: .6rem .75rem; background: var(--card); border-block-start: 1px solid var(--line); }
textarea { flex: 1; min-width: 0; min-height: 2.75rem; max-height: 8rem; field-sizing: content; resize: none; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--soft); border-radius: .75rem; padding: .55rem .8rem; }
::placeholder { color: var(--soft); opacity: 1; }
[aria-invalid="true"] { border: 3px solid var(--alarm); }
[aria-pressed="true"] { background: var(--alarm); color: var(--card); }
.left:not(:empty) { padding: 0 1rem .5rem; background: var(--card); }

.summarised :is(.talk, form, .left) { display: none; }
.summary { flex: 1; min-height: 0; display: flex; flex-direction: column; }
.page { display: grid; gap: .4rem; align-content: start; }
.asked { margin-block-start: .75rem; font-weight: 600; }

@media (max-width: 30rem), (max-height: 30rem) {
  .panel { inset: 0; width: 100%; max-width: none; height: 100dvh; border: 0; border-radius: 0; }
  textarea:has(+ [aria-pressed]) { flex-basis: 100%; }
}
@media (max-height: 26rem) {
  .panel[open] { display: block; overflow-y: auto; }
}
@media (prefers-reduced-motion: no-preference) {
  .dots i { animation: wait 1s infinite alternate; }
  .dots :nth-child(2) { animation-delay: .3s; }
  @keyframes wait { to { opacity: .3; } }
}
@media (forced-colors: active) {
  button, .person p { border: 2px solid ButtonText !important; }
}
`;
