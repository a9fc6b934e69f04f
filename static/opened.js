// Says once that a person has this personal link open. Mail scanners open links too, and run scripts: so nothing is said
// before the first human act, and never on loading. No cookie goes with it and nothing about the browser is kept.
const form = document.querySelector("form[data-opened]");
if (form) {
  const said = new AbortController();
  const say = (event) => {
    if (!event.isTrusted || said.signal.aborted) return;
    said.abort();
    fetch(form.dataset.opened, {
      method: "POST",
      body: new URLSearchParams({ invitation: form.dataset.invitation }),
      keepalive: true,
      credentials: "omit",
      referrerPolicy: "no-referrer",
    }).catch(() => {}); // the form itself, when it is sent, says the same
  };
  for (const act of ["pointerdown", "keydown", "touchstart"]) {
    document.addEventListener(act, say, { signal: said.signal, passive: true });
  }
  form.addEventListener("focusin", (event) => {
    if (event.target.matches("input, select, textarea")) say(event);
  }, { signal: said.signal });
}
