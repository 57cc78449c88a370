/* Makes ../built from src and the packages of the lock file. `node build.mjs FOLDER` writes elsewhere.
   Beside the bundle it writes what it was built from (SHA-256), so that a machine without Node can tell whether it is current. */

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = process.argv[2] || join(here, "..", "built");
mkdirSync(target, { recursive: true });

// a line break tells Streamlit that this is the text itself and no path to it
const said = "/* Built from dashboard/bpmn_view/frontend; the licences of what is in it: LICENSES.txt */\n";
const shared = { bundle: true, minify: true, charset: "utf8", legalComments: "none", target: ["es2022"], logLevel: "warning", absWorkingDir: here, banner: { js: said, css: said } };
await build({ ...shared, entryPoints: ["src/index.js"], format: "esm", outfile: join(target, "bpmn_view.js") });
await build({ ...shared, entryPoints: ["src/bpmn_view.css"], outfile: join(target, "bpmn_view.css") });

// a package may call its licence otherwise, or name only which one it is under
const licence = (path) => {
  const file = readdirSync(join(here, path)).find((name) => /^licen[cs]e/i.test(name));
  return file ? readFileSync(join(here, path, file), "utf8").trim() : "The text of this licence is not part of the package.";
};
const lock = JSON.parse(readFileSync(join(here, "package-lock.json"), "utf8"));
const bundled = Object.entries(lock.packages).filter(([path, held]) => path && !held.dev && !held.optional).map(([path]) => path).sort();
const licences = bundled.map((path) => {
  const { name, version, license } = JSON.parse(readFileSync(join(here, path, "package.json"), "utf8"));
  return `${name} ${version} (${license})\n\n${licence(path)}\n`;
});
writeFileSync(join(target, "LICENSES.txt"), `Bundled in bpmn_view.js:\n\n${licences.join("\n----\n\n")}`);

const hash = (path) => createHash("sha256").update(readFileSync(path)).digest("hex");
const sources = ["build.mjs", "package.json", "package-lock.json", ...readdirSync(join(here, "src")).sort().map((name) => `src/${name}`)];
const made = ["LICENSES.txt", "bpmn_view.css", "bpmn_view.js"];
const record = {
  sources: Object.fromEntries(sources.map((name) => [name, hash(join(here, name))])),
  built: Object.fromEntries(made.map((name) => [name, hash(join(target, name))])),
};
writeFileSync(join(target, "built.json"), `${JSON.stringify(record, null, 2)}\n`);
