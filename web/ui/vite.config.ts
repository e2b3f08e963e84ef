import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

import { fonts } from "./fonts.ts";

/** Packs each script, style and picture by Brotli once and for all; the server sends that to those who take it. */
const packed = (): Plugin => ({
  name: "packed",
  apply: "build",
  writeBundle: ({ dir = "dist" }) => {
    const folder = join(dir, "assets");
    for (const name of readdirSync(folder).filter((file) => /\.(css|js|svg|wasm)$/.test(file))) {
      writeFileSync(join(folder, `${name}.br`), brotliCompressSync(readFileSync(join(folder, name))));
    }
  },
});

/**
 * What is loaded when it is needed has no styles and imports little: an import is enough, without Vite's code around it. Each
 * script has the few words that are left for itself, for a file of their own would cost more.
 */
const plainImports: Plugin = {
  name: "plain-imports",
  enforce: "pre",
  resolveId: { filter: { id: /vite\/preload-helper/ }, handler: (_, importer) => `\0plain-import:${importer ?? ""}` },
  load: { filter: { id: /^\0plain-import:/ }, handler: () => "export const __vitePreload = (load) => load();" },
};

export default defineConfig({
  plugins: [fonts(), plainImports, packed()],
  worker: { format: "es" },
  build: {
    manifest: true,
    target: "es2022",
    // Each island is loaded by the pages that need it.
    rollupOptions: {
      input: [
        "site/site.css",
        "site/gateway-pages.css",
        "site/door.css",
        "map/map.css",
        "discovery/discovery.css",
        "map/workers.ts",
        "map/index.ts",
        "checkout/index.ts",
        "countdown/index.ts",
        "payment/index.ts",
        "scanner/index.ts",
        "discovery/index.ts",
      ],
    },
    modulePreload: false,
    assetsInlineLimit: 0,
  },
});
