import { defineConfig } from "vite";

export default defineConfig({
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
    // Inline code is refused by the pages' policy.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
