import { defineConfig, type Plugin } from "vite";

/** What is loaded when it is needed has no styles and imports little: an import is enough, without Vite's code around it. */
const plainImports: Plugin = {
  name: "plain-imports",
  enforce: "pre",
  load: { filter: { id: /^\0vite\/preload-helper/ }, handler: () => "export const __vitePreload = (load) => load();" },
};

export default defineConfig({
  plugins: [plainImports],
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
