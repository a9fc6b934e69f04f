// A question that waits for an answer to another one is hidden until that answer is given. The server decides the same;
// without this script every such question says in words when it is asked.
const waiting = document.querySelectorAll("[data-after]");
const given = (form, name) =>
  [...form.elements]
    .filter((field) => field.name === name && !field.disabled)
    .filter((field) => !["radio", "checkbox"].includes(field.type) || field.checked)
    .map((field) => field.value);
const settle = () => {
  for (const block of waiting) {
    const fields = block.querySelectorAll("input, select, textarea");
    const form = block.closest("form");
    const wanted = block.dataset.values.split(",");
    const isAsked = given(form, block.dataset.after).some((value) => wanted.includes(value));
    block.hidden = !isAsked;
    for (const field of fields) field.disabled = !isAsked;
  }
};
if (waiting.length) {
  document.addEventListener("change", settle);
  settle();
}
