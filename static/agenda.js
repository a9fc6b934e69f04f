// Drag and drop on top of the arrows: it presses one more button of their form, with as many steps as it was dragged.
let dragged = null;

const item = (event) => event.target.closest?.("[data-lane]");
const lane = (row) => [...document.querySelectorAll(`[data-lane="${CSS.escape(row.dataset.lane)}"]`)];

function unmark() {
  for (const row of document.querySelectorAll(".agenda-over-before, .agenda-over-after")) {
    row.classList.remove("agenda-over-before", "agenda-over-after");
  }
}

function steps(from, to) {
  const rows = lane(from);
  return rows.indexOf(to) - rows.indexOf(from);
}

function prepare() {
  for (const row of document.querySelectorAll("[data-agenda] [data-lane]")) row.draggable = lane(row).length > 1;
}

document.addEventListener("dragstart", (event) => {
  dragged = item(event);
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.id);
  dragged.classList.add("agenda-dragged");
});

document.addEventListener("dragover", (event) => {
  const over = item(event);
  unmark();
  if (!dragged || !over || over === dragged || over.dataset.lane !== dragged.dataset.lane) return;
  event.preventDefault();
  over.classList.add(steps(dragged, over) > 0 ? "agenda-over-after" : "agenda-over-before");
});

document.addEventListener("drop", (event) => {
  const over = item(event);
  if (!dragged || !over || over === dragged || over.dataset.lane !== dragged.dataset.lane) return;
  event.preventDefault();
  const form = dragged.querySelector(".agenda-move");
  const button = document.createElement("button");
  Object.assign(button, { type: "submit", name: "steps", value: String(steps(dragged, over)), hidden: true });
  form.append(button);
  button.click();
});

document.addEventListener("dragend", () => {
  dragged?.classList.remove("agenda-dragged");
  dragged = null;
  unmark();
});

document.addEventListener("htmx:afterSettle", prepare);
prepare();
