// Builds the loader and the frame's app into dist/, and refuses a loader above its promised size.
import { build } from "esbuild";
import { readFileSync, readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LOADER_BYTES_MAX = 6 * 1024; // before gzip
const APP_GZIP_BYTES_MAX = 90 * 1024;
const common = { bundle: true, minify: true, target: "es2020", logLevel: "warning", charset: "utf8", legalComments: "none" };

if (process.argv.includes("--tests")) {
  const tests = readdirSync("test").map((name) => `test/${name}`);
  await build({ ...common, minify: false, entryPoints: tests, outdir: "dist/tests", platform: "node", format: "esm", outExtension: { ".js": ".mjs" } });
} else {
  // The server calls this code with the site's words as `switchroomSite`; so it carries no wrapper of its own.
  await build({ ...common, entryPoints: ["src/loader.ts"], outfile: "dist/loader.js", format: "esm" });
  await build({ ...common, entryPoints: ["src/app/main.ts"], outfile: "dist/app.js", format: "iife" });
  await build({ ...common, entryPoints: ["src/app/app.css"], outfile: "dist/app.css" });
  const loader = readFileSync("dist/loader.js").length;
  const app = gzipSync(readFileSync("dist/app.js")).length;
  console.log(`chat widget: loader ${loader} bytes, frame ${app} bytes gzip`);
  if (loader > LOADER_BYTES_MAX || app > APP_GZIP_BYTES_MAX) {
    console.error(`too large: the loader may have ${LOADER_BYTES_MAX} bytes, the frame ${APP_GZIP_BYTES_MAX} bytes gzip`);
    process.exit(1);
  }
}
