// What a page may do with the widget, and what it hears from it.
const chat = document.querySelector("legcramps-chat");
const events = document.querySelector("#events");

document.querySelector("#ask").addEventListener("click", () => {
  chat.open();
  chat.ask("What causes them?");
});
document.querySelector("#toggle").addEventListener("click", () => chat.toggle());

for (const name of ["open", "close", "message", "feedback", "error"]) {
  chat.addEventListener(name, ({ detail }) => {
    const line = document.createElement("li");
    line.textContent = [name, JSON.stringify(detail) ?? ""].join(" ");
    events.append(line);
  });
}
