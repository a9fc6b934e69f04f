// Compiles the design system into ../static/vendor: `make design`. Its output is committed.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { compile } from "sass";
import { transform } from "lightningcss";

const italia = "node_modules/bootstrap-italia";
const out = "../static/vendor";
// The icons that templates use: a new one is added here.
const icons = ["arrow-right", "calendar", "check-circle", "clock", "close-circle", "download", "error", "external-link",
  "file", "file-pdf", "files", "hearing", "horn", "info-circle", "link", "locked", "mail", "map-marker",
  "pa", "pencil", "plus-circle", "print", "restore", "search", "settings", "telephone", "unlocked", "upload",
  "user", "warning-circle", "chevron-right", "key", "exchange-circle", "list", "inbox", "comment"];
const weights = ["regular", "600", "700"];

rmSync(out, { recursive: true, force: true });
mkdirSync(`${out}/fonts`, { recursive: true });

const { css } = compile("design.scss", { loadPaths: [`${italia}/src/scss`], quietDeps: true, silenceDeprecations: [
  "import", "global-builtin", "color-functions", "slash-div", "if-function"] });
const { code } = transform({ filename: "design.css", code: Buffer.from(css), minify: true });
writeFileSync(`${out}/design.css`, code);

const faces = weights.map((weight) => `@font-face{font-family:"Titillium Web";font-style:normal;font-display:swap;` +
  `font-weight:${weight === "regular" ? 400 : weight};src:url("fonts/titillium-web-${weight}.woff2") format("woff2")}`);
writeFileSync(`${out}/fonts.css`, faces.join("\n") + "\n");
for (const weight of weights) {
  cpSync(`${italia}/src/fonts/Titillium_Web/titillium-web-v10-latin-ext_latin-${weight}.woff2`,
    `${out}/fonts/titillium-web-${weight}.woff2`);
}
cpSync(`${italia}/src/fonts/Titillium_Web/OFL.txt`, `${out}/fonts/OFL.txt`);
cpSync(`${italia}/LICENSE`, `${out}/LICENSE-bootstrap-italia.txt`);

const sprite = readFileSync(`${italia}/dist/svg/sprites.svg`, "utf8");
const symbols = [...sprite.matchAll(/<symbol[^>]*id="it-([^"]+)"[\s\S]*?<\/symbol>/g)];
const kept = symbols.filter(([, name]) => icons.includes(name));
const missing = icons.filter((name) => !kept.some(([, found]) => found === name));
if (missing.length) console.warn(`no such icon upstream: ${missing.join(", ")}`);
writeFileSync(`${out}/sprite.svg`, `<svg xmlns="http://www.w3.org/2000/svg">${kept.map(([text]) => text).join("")}</svg>\n`);
