// Words selected in an article can be taken over into the form below it with one button. Without this script they are
// pasted. What stands before them goes along, so that of two equal passages the selected one is meant.
const forms = new Map();
for (const details of document.querySelectorAll("details.remark")) {
  const article = details.closest("article").querySelector("[data-article]");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-outline-primary btn-sm take-passage";
  button.textContent = document.querySelector("[data-take-passage]").dataset.takePassage;
  button.hidden = true;
  details.before(button);
  forms.set(article, { button, details });
  button.addEventListener("click", () => {
    const form = details.querySelector("form");
    form.elements.passage.value = button.dataset.passage;
    form.elements.before.value = button.dataset.before;
    details.open = true;
    form.elements.body.focus();
  });
  details.querySelector("form").elements.passage.addEventListener("input", (event) => {
    event.target.form.elements.before.value = "";
  });
}
const selected = () => {
  const selection = document.getSelection();
  const range = selection.rangeCount ? selection.getRangeAt(0) : null;
  for (const [article, { button }] of forms) {
    const isHere = range && !range.collapsed && article.contains(range.startContainer) && article.contains(range.endContainer);
    // the button keeps its passage while it is pressed: the press itself may end the selection
    if (!isHere) {
      if (document.activeElement !== button) button.hidden = true;
      continue;
    }
    const before = document.createRange();
    before.setStart(article, 0);
    before.setEnd(range.startContainer, range.startOffset);
    button.dataset.passage = selection.toString().trim();
    button.dataset.before = before.toString().replace(/\s+/g, " ").slice(-40);
    button.hidden = !button.dataset.passage;
  }
};
if (forms.size) document.addEventListener("selectionchange", selected);
